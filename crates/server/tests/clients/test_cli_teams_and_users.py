"""`litellm-proxy users` and `litellm-proxy teams`"""

from serving import KEY, MEMBERSHIP, TEAM, USER, Case, hashed


class UsersAndTeams(Case):
    def test_1_a_user_is_made_on_a_team(self):
        self.new_team(team_id="cli-team", team_alias="of the command line", models=["gpt-4o"])
        self.here.left_by_new_team("cli-team")
        made = self.command(
            "users", "create", "--email", "linus@example.com", "--alias", "Linus", "--team", "cli-team", "--max-budget", "3"
        ).json()
        self.assertEqual((made["user_email"], made["user_role"]), ("linus@example.com", "internal_user"))
        type(self).user, type(self).key, type(self).token = made["user_id"], made["key"], hashed(made["key"])
        self.here.left(
            ("created", USER, self.user),
            ("created", MEMBERSHIP, f"{self.user}:cli-team"),
            ("updated", TEAM, "cli-team"),
            ("created", KEY, self.token),
        )

    def test_2_users_are_read_and_listed(self):
        got = self.command("users", "get", "--id", self.user).json()
        self.assertEqual(got["user_info"]["user_alias"], "Linus")
        self.assertEqual(got["user_info"]["max_budget"], 3.0)
        table = self.command("users", "list").out
        self.assertIn("linus@example.com", table)
        self.assertIn("cli-team", table)
        self.assertIn("NotFoundError", self.command("users", "get", "--id", "nobody", fails=True).err)

    def test_3_teams_are_listed(self):
        table = self.command("teams", "list").out
        self.assertIn("of the command line", table)
        self.assertIn("gpt-4o", table)
        self.assertIn("open-team", self.command("teams", "available", key=self.key).out)
        self.assertIn("No available teams to join.", self.command("teams", "available").out)

    def test_4_a_key_is_assigned_to_a_team_by_its_holder(self):
        own = self.command("keys", "generate", "--key-alias", "linus-own", key=self.key).json()
        self.here.left(("created", KEY, own["token"]))
        type(self).own = own["token"]
        told = self.command("teams", "assign-key", "--team-id", "cli-team", key=own["key"], fails=True)
        self.assertIn("'Member Permissions'", told.err)
        body = {"team_id": "cli-team", "team_member_permissions": ["/key/update"]}
        self.client.http.request("POST", "/team/permissions_update", json=body)
        self.here.left(("updated", TEAM, "cli-team"))
        # Done; then it lists all teams to show the models of this one, which LiteLLM answers with a 401 to all but admins.
        told = self.command("teams", "assign-key", "--team-id", "cli-team", key=own["key"], fails=True)
        self.assertIn("Authentication failed", told.err)
        self.assertIn("Successfully assigned key to team: cli-team", told.out)
        self.assertEqual(self.client.keys.info(own["token"])["info"]["team_id"], "cli-team")
        self.here.left(("updated", KEY, own["token"]))
        # A key that somebody else made for them is not theirs to move.
        told = self.command("teams", "assign-key", "--team-id", "cli-team", key=self.key, fails=True)
        self.assertIn("You are not authorized to update this key", told.err)

    def test_5_an_admin_sees_what_the_team_may_use(self):
        body = {"user_id": "root", "user_role": "proxy_admin"}
        admin = self.client.http.request("POST", "/user/new", json=body)
        token = hashed(admin["key"])
        self.here.left(("created", USER, "root"), ("created", KEY, token))
        body = {"team_id": "cli-team", "member": {"user_id": "root", "role": "admin"}}
        self.client.http.request("POST", "/team/member_add", json=body)
        self.here.left(
            ("updated", USER, "root"), ("created", MEMBERSHIP, "root:cli-team"), ("updated", TEAM, "cli-team")
        )
        told = self.command("teams", "assign-key", "--team-id", "cli-team", key=admin["key"])
        self.assertIn("You can now access models: gpt-4o", told.out)
        self.here.left(("updated", KEY, token))

    def test_6_a_user_goes(self):
        self.assertEqual(self.command("users", "delete", self.user).out.strip(), "1")
        self.here.left(
            ("deleted", USER, self.user),
            *(("deleted", KEY, token) for token in sorted((self.token, self.own))),
            ("deleted", MEMBERSHIP, f"{self.user}:cli-team"),
            ("updated", TEAM, "cli-team"),
        )
        self.assertIn("404", self.command("users", "delete", self.user, fails=True).err)
