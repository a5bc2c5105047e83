"""`litellm-proxy http`: the only way to the audit log, and to a change in somebody's name."""

import json

from serving import Case


class Http(Case):
    def test_1_a_change_in_somebodys_name_is_on_the_record_as_theirs(self):
        body = json.dumps({"team_id": "ml-research", "max_budget": 5})
        header = "LiteLLM-Changed-By: krrish@berri.ai"
        made = self.command("http", "request", "POST", "/team/new", "-j", body, "-H", header).json()
        self.assertEqual(made["team_id"], "ml-research")
        self.here.left_by_new_team("ml-research")
        path = "/audit?changed_by=krrish@berri.ai&table_name=LiteLLM_TeamTable"
        [entry] = self.command("http", "request", "GET", path).json()["audit_logs"]
        self.assertEqual((entry["action"], entry["object_id"]), ("created", "ml-research"))

    def test_2_the_log_is_read_page_by_page(self):
        page = self.command("http", "request", "GET", "/audit?page_size=5").json()
        self.assertEqual((len(page["audit_logs"]), page["page"], page["page_size"]), (5, 1, 5))
        self.assertEqual(page["total"], len(self.here.expected))
        one = page["audit_logs"][0]
        self.assertEqual(self.command("http", "request", "GET", f"/audit/{one['id']}").json(), one)

    def test_3_what_is_not_there_is_a_404_with_a_body(self):
        told = self.command("http", "request", "GET", "/audit/nope", fails=True)
        self.assertIn("Error: HTTP 404", told.err)
        self.assertIn("detail", told.out)
        told = self.command("http", "request", "GET", "/audit", key="sk-nobody-has-this-key", fails=True)
        self.assertIn("Error: HTTP 401", told.err)
