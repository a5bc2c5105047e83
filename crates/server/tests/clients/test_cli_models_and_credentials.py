"""`litellm-proxy models`, `model-groups` and `credentials`"""

import json
import os
import tempfile

from serving import CREDENTIAL, MODEL, Case

IMPORT = """
model_list:
  - model_name: imported-one
    litellm_params: {model: openai/gpt-4o}
    model_info: {id: imported-1, access_groups: [house]}
  - model_name: imported-two
    litellm_params: {model: anthropic/claude-3-5-sonnet}
"""


class Models(Case):
    def test_a_model_is_added_read_changed_and_deleted(self):
        made = self.command("models", "add", "by-hand", "-p", "model=openai/gpt-4o", "-p", "api_base=https://example.com", "-i", "id=m-2")
        self.assertEqual(made.json()["model_id"], "m-2")
        self.here.left(("created", MODEL, "m-2"))
        listed = self.command("models", "list", "--format", "json").json()
        self.assertIn("by-hand", [model["id"] for model in listed])
        self.assertIn("by-hand", self.command("models", "list").out)
        self.assertEqual(self.command("models", "get", "--id", "m-2").json()["model_name"], "by-hand")
        columns = "public_model,upstream_model,credential_name,created_at,updated_at,id,input_cost,output_cost"
        table = self.command("models", "info", "--columns", columns).out
        self.assertIn("openai/gpt-4o", table)
        self.assertIn("m-2", table)
        self.assertIn("by-hand", self.command("model-groups", "list").out)
        self.command("models", "update", "m-2", "-p", "model=openai/o3")
        self.here.left(("updated", MODEL, "m-2"))
        self.assertEqual(self.command("models", "get", "--name", "by-hand").json()["litellm_params"]["model"], "openai/o3")
        self.assertIn("m-2", self.command("models", "delete", "m-2").out)
        self.here.left(("deleted", MODEL, "m-2"))
        self.assertIn("NotFoundError", self.command("models", "delete", "m-2", fails=True).err)

    def test_models_are_imported_from_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "models.yaml")
            with open(file, "w", encoding="utf-8") as out:
                out.write(IMPORT)
            self.assertIn("imported-two", self.command("models", "import", file, "--dry-run").out)
            self.assertNotIn("imported-one", [model["id"] for model in self.client.models.list()])
            told = self.command("models", "import", file, "--only-access-groups-matching-regex", "house").out
            self.assertIn("imported-one", told)
            self.assertNotIn("imported-two", told)
        self.here.left(("created", MODEL, "imported-1"))
        self.assertIn("imported-one", [model["id"] for model in self.client.models.list()])
        self.client.models.delete("imported-1")
        self.here.left(("deleted", MODEL, "imported-1"))


class Credentials(Case):
    def test_a_credential_is_made_read_renamed_and_deleted(self):
        values, info = json.dumps({"api_key": "sk-of-the-provider-0003"}), json.dumps({"custom_llm_provider": "azure"})
        made = self.command("credentials", "create", "by-hand", "--info", info, "--values", values).json()
        self.assertTrue(made["success"])
        self.here.left(("created", CREDENTIAL, None))
        listed = self.command("credentials", "list", "--format", "json").json()["credentials"]
        self.assertIn("by-hand", [credential["credential_name"] for credential in listed])
        table = self.command("credentials", "list").out
        self.assertIn("azure", table)
        got = self.command("credentials", "get", "by-hand").out
        self.assertNotIn("sk-of-the-provider", table + got)
        self.command("credentials", "update", "by-hand", "--display-name", "By hand")
        self.here.left(("updated", CREDENTIAL, None))
        self.assertIn("By hand", self.command("credentials", "list").out)
        self.command("credentials", "update", "by-hand", "--clear-display-name")
        self.here.left(("updated", CREDENTIAL, None))
        self.command("credentials", "delete", "by-hand")
        self.here.left(("deleted", CREDENTIAL, None))
        self.assertIn("Error: HTTP 404", self.command("credentials", "delete", "by-hand", fails=True).err)
