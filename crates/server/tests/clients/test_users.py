"""`UsersManagementClient`"""

from litellm.proxy.client import UnauthorizedError
from litellm.proxy.client.exceptions import NotFoundError
from serving import KEY, USER, Case, hashed


class Users(Case):
    def test_a_user_is_made_read_listed_and_deleted(self):
        users = self.here.users()
        made = users.create_user({"user_id": "grace", "user_email": "grace@example.com", "user_role": "internal_user"})
        self.assertEqual((made["user_id"], made["user_role"]), ("grace", "internal_user"))
        self.here.left(("created", USER, "grace"), ("created", KEY, hashed(made["key"])))

        info = users.get_user("grace")
        self.assertEqual((info["user_id"], info["user_info"]["user_email"]), ("grace", "grace@example.com"))
        self.assertEqual([key["token"] for key in info["keys"]], [hashed(made["key"])])
        self.assertEqual(users.get_user_v2("grace")["user_email"], "grace@example.com")
        self.assertEqual(self.here.users(made["key"]).get_user()["user_id"], "grace")

        listed = users.list_users({"user_email": "GRACE@", "page_size": 5})
        self.assertEqual([(user["user_id"], user["user_role"], user["teams"]) for user in listed], [("grace", "internal_user", [])])

        self.assertEqual(users.delete_user(["grace"]), 1)
        self.here.left(("deleted", USER, "grace"), ("deleted", KEY, hashed(made["key"])))
        self.assertRaises(NotFoundError, users.get_user_v2, "grace")

    def test_an_unknown_user_is_not_found_and_a_stranger_is_told_so(self):
        self.assertRaises(NotFoundError, self.here.users().get_user, "nobody")
        self.assertRaises(NotFoundError, self.here.users().get_user_v2, "nobody")
        stranger = self.here.users("sk-nobody-has-this-key")
        for call in (stranger.list_users, stranger.get_user, stranger.get_user_v2):
            self.assertRaises(UnauthorizedError, call)
        self.assertRaises(UnauthorizedError, stranger.create_user, {"user_id": "x"})
        self.assertRaises(UnauthorizedError, stranger.delete_user, ["x"])
