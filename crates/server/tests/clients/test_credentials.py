"""`client.credentials`"""

import requests
from litellm.proxy.client import UnauthorizedError
from serving import CREDENTIAL, Case


class Credentials(Case):
    def names(self):
        return {credential["credential_name"]: credential for credential in self.client.credentials.list()["credentials"]}

    def test_a_credential_is_made_read_renamed_and_deleted(self):
        credentials = self.client.credentials
        info = {"custom_llm_provider": "openai"}
        made = credentials.create("house", info, {"api_key": "sk-of-the-provider-0002"}, display_name="House")
        self.assertTrue(made["success"])
        self.here.left(("created", CREDENTIAL, None))

        listed = self.names()["house"]
        self.assertEqual((listed["display_name"], listed["source"]), ("House", "db"))
        self.assertEqual(listed["credential_info"]["custom_llm_provider"], "openai")
        self.assertNotIn("sk-of-the-provider", str(listed))
        self.assertEqual(credentials.get("house")["credential_name"], "house")

        credentials.update_display_name("house", "The house's")
        self.here.left(("updated", CREDENTIAL, None))
        self.assertEqual(self.names()["house"]["display_name"], "The house's")
        credentials.update_display_name("house", None)
        self.here.left(("updated", CREDENTIAL, None))
        self.assertIsNone(self.names()["house"]["display_name"])

        credentials.delete("house")
        self.here.left(("deleted", CREDENTIAL, None))
        self.assertNotIn("house", self.names())

    def test_an_unknown_credential_is_not_found_and_a_stranger_is_told_so(self):
        for call in (self.client.credentials.get, self.client.credentials.delete):
            with self.assertRaises(requests.HTTPError) as refused:
                call("nope")
            self.assertEqual(refused.exception.response.status_code, 404)
        stranger = self.here.client("sk-nobody-has-this-key").credentials
        self.assertRaises(UnauthorizedError, stranger.list)
        self.assertRaises(UnauthorizedError, stranger.get, "x")
        self.assertRaises(UnauthorizedError, stranger.create, "x", {}, {})
        self.assertRaises(UnauthorizedError, stranger.delete, "x")
