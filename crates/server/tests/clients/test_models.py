"""`client.models` and `client.model_groups`"""

from litellm.proxy.client import UnauthorizedError
from litellm.proxy.client.exceptions import NotFoundError
from serving import MODEL, Case


class Models(Case):
    def test_a_model_is_made_read_changed_and_deleted(self):
        parameters = {"model": "openai/gpt-4o", "api_key": "sk-of-the-provider-0001", "rpm": 5}
        made = self.client.models.new("house-model", parameters, {"id": "m-1", "base_model": "gpt-4o"})
        self.assertEqual((made["model_id"], made["model_name"]), ("m-1", "house-model"))
        self.here.left(("created", MODEL, "m-1"))

        [listed] = [model for model in self.client.models.list() if model["id"] == "house-model"]
        self.assertEqual(listed["object"], "model")
        self.assertIsInstance(listed["created"], int)
        [info] = [model for model in self.client.models.info() if model["model_info"]["id"] == "m-1"]
        self.assertEqual(info["litellm_params"]["model"], "openai/gpt-4o")
        self.assertNotIn("sk-of-the-provider", str(info))
        self.assertEqual(self.client.models.get(model_id="m-1"), info)
        self.assertEqual(self.client.models.get(model_name="house-model"), info)
        [group] = [group for group in self.client.model_groups.info() if group["model_group"] == "house-model"]
        self.assertIn("openai", group["providers"])

        # Without model_info: the id stands beside it.
        self.client.models.update("m-1", {"model": "openai/gpt-4o-mini"})
        self.here.left(("updated", MODEL, "m-1"))
        self.assertEqual(self.client.models.get(model_id="m-1")["litellm_params"]["model"], "openai/gpt-4o-mini")
        self.client.models.update("m-1", {"model": "openai/gpt-4o-mini", "tpm": 7}, {"id": "m-1"})
        self.here.left(("updated", MODEL, "m-1"))
        self.assertEqual(self.client.models.get(model_id="m-1")["litellm_params"]["tpm"], 7)

        self.assertIn("m-1", self.client.models.delete("m-1")["message"])
        self.here.left(("deleted", MODEL, "m-1"))
        self.assertRaises(NotFoundError, self.client.models.get, model_id="m-1")

    def test_an_unknown_model_is_not_found_and_a_stranger_is_told_so(self):
        self.assertRaises(NotFoundError, self.client.models.get, model_name="nope")
        self.assertRaises(NotFoundError, self.client.models.delete, "nope")
        self.assertRaises(NotFoundError, self.client.models.update, "nope", {"model": "openai/gpt-4o"})
        stranger = self.here.client("sk-nobody-has-this-key")
        self.assertRaises(UnauthorizedError, stranger.models.list)
        self.assertRaises(UnauthorizedError, stranger.models.info)
        self.assertRaises(UnauthorizedError, stranger.model_groups.info)
        self.assertRaises(UnauthorizedError, stranger.models.new, "x", {"model": "openai/gpt-4o"})
        self.assertRaises(UnauthorizedError, stranger.models.delete, "x")
