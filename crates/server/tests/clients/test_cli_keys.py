"""`litellm-proxy keys`"""

from serving import KEY, MASTER_KEY, Case, world


class Keys(Case):
    def test_1_a_key_is_made_and_listed(self):
        made = self.command("keys", "generate", "--key-alias", "by-hand", "--models", "gpt-4o, o3", "--duration", "2h").json()
        self.assertEqual((made["key_alias"], made["models"]), ("by-hand", ["gpt-4o", "o3"]))
        self.here.left(("created", KEY, made["token"]))
        listed = self.command("keys", "list", "--key-alias", "by-hand", "--format", "json").json()
        self.assertEqual([key["token"] for key in listed["keys"]], [made["token"]])
        table = self.command("keys", "list", "--size", "100").out
        self.assertIn("by-hand", table)
        self.assertIn(made["token"], table)

    def test_2_a_wrong_request_is_shown_as_the_server_answers_it(self):
        told = self.command("keys", "generate", "--duration", "soon", fails=True)
        self.assertIn("Error: HTTP 400", told.err)
        self.assertIn("error", told.out)

    def test_3_keys_are_imported_from_another_daybook(self):
        made = [
            world.there.client().keys.generate(
                key_alias=f"from-there-{number}", models=["gpt-4o"], aliases={"a": "b"}, spend=2.5, user_id="traveller"
            )
            for number in range(103)
        ]
        world.there.left(*(("created", KEY, key["token"]) for key in made))
        source = ["--source-base-url", world.there.url, "--source-api-key", MASTER_KEY]

        told = self.command("keys", "import", *source, "--dry-run").out
        self.assertIn("Found 103 keys in source instance.", told)
        self.assertIn("from-there-102", told)
        self.assertEqual(self.client.keys.list(user_id="traveller")["total_count"], 0)

        told = self.command("keys", "import", *source, "--created-since", "2020-01-01_00:00").out
        self.assertIn("Successfully imported: 103", told)
        self.assertIn("Failed to import: 0", told)
        listed = self.client.keys.list(user_id="traveller", size=100, return_full_object=True)
        self.assertEqual(listed["total_count"], 103)
        one = listed["keys"][0]
        self.assertEqual((one["models"], one["aliases"], one["spend"]), (["gpt-4o"], {"a": "b"}, 2.5))
        self.here.left(*(("created", KEY, None) for _ in made))
        told = self.command("keys", "import", *source, "--created-since", "2999-01-01")
        self.assertIn("No keys found in source instance.", told.out)

    def test_4_keys_that_are_there_already_are_not_imported_again(self):
        told = self.command("keys", "import", "--source-base-url", world.there.url, "--source-api-key", MASTER_KEY)
        self.assertIn("Successfully imported: 0", told.out)
        self.assertIn("Failed to import: 103", told.out)

    def test_5_keys_are_deleted_by_alias(self):
        gone = self.command("keys", "delete", "--key-aliases", "by-hand").json()
        self.assertEqual(gone["deleted_keys"], ["by-hand"])
        self.here.left(("deleted", KEY, None))
        self.assertIn("Error: HTTP 404", self.command("keys", "delete", "--keys", "sk-nobody-has-this-key", fails=True).err)

    def test_6_a_stranger_may_not_even_look(self):
        self.assertIn("UnauthorizedError", self.command("keys", "list", key="sk-nobody-has-this-key", fails=True).err)
