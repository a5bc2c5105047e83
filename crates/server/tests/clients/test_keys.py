"""`client.keys`"""

import requests
from litellm.proxy.client import UnauthorizedError
from serving import KEY, Case


class Keys(Case):
    def test_a_key_is_made_read_listed_changed_and_deleted(self):
        made = self.client.keys.generate(
            models=["gpt-4o"], aliases={"mini": "gpt-4o"}, spend=1.5, duration="24h", key_alias="one", config={"a": 1}
        )
        self.assertTrue(made["key"].startswith("sk-"))
        self.assertEqual(made["key_alias"], "one")
        token = made["token"]
        self.here.left(("created", KEY, token))

        info = self.client.keys.info(made["key"])["info"]
        self.assertEqual((info["models"], info["aliases"], info["spend"]), (["gpt-4o"], {"mini": "gpt-4o"}, 1.5))
        self.assertEqual(self.client.keys.info(token)["info"]["key_alias"], "one")

        changed = self.client.keys.update(token, key_alias="uno", spend=0, models=["gpt-4o", "o3"], duration="1h")
        self.assertEqual((changed["key_alias"], changed["models"]), ("uno", ["gpt-4o", "o3"]))
        self.here.left(("updated", KEY, token))

        self.assertEqual(self.client.keys.delete(keys=[made["key"]])["deleted_keys"], [made["key"]])
        self.here.left(("deleted", KEY, token))
        # What is gone is still to be looked at.
        self.assertEqual(self.client.keys.info(token)["info"]["status"], "deleted")

    def test_a_list_is_filtered_and_paged(self):
        made = [self.client.keys.generate(key_alias=f"listed-{number}", user_id="lister") for number in range(3)]
        self.here.left(*(("created", KEY, key["token"]) for key in made))
        page = self.client.keys.list(page=1, size=2, user_id="lister", return_full_object=True)
        self.assertEqual((len(page["keys"]), page["total_count"], page["total_pages"]), (2, 3, 2))
        for key in page["keys"]:
            self.assertEqual((key["user_id"], key["team_id"]), ("lister", None))
            self.assertIn("T", key["created_at"])
        one = self.client.keys.list(key_alias="listed-1", return_full_object=True, include_team_keys=False)
        self.assertEqual([key["token"] for key in one["keys"]], [made[1]["token"]])
        self.assertEqual(self.client.keys.list(key_hash=made[2]["token"])["keys"], [made[2]["token"]])
        gone = self.client.keys.delete(key_aliases=["listed-0", "listed-1", "listed-2"])
        self.assertEqual(sorted(gone["deleted_keys"]), ["listed-0", "listed-1", "listed-2"])
        self.here.left(*(("deleted", KEY, token) for token in sorted(key["token"] for key in made)))

    def test_a_stranger_is_told_so(self):
        stranger = self.here.client("sk-nobody-has-this-key")
        for call in (stranger.keys.list, stranger.keys.generate, lambda: stranger.keys.info("x")):
            self.assertRaises(UnauthorizedError, call)
        self.assertRaises(UnauthorizedError, lambda: stranger.keys.delete(keys=["sk-x"]))

    def test_an_unknown_key_cannot_be_read_changed_or_deleted(self):
        with self.assertRaises(requests.HTTPError) as refused:
            self.client.keys.info("sk-this-key-does-not-exist")
        self.assertEqual(refused.exception.response.status_code, 404)
        with self.assertRaisesRegex(Exception, "Error updating key: .*404"):
            self.client.keys.update("sk-this-key-does-not-exist", spend=1)
        with self.assertRaises(requests.HTTPError) as refused:
            self.client.keys.delete(keys=["sk-this-key-does-not-exist"])
        self.assertEqual(refused.exception.response.status_code, 404)
