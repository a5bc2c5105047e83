"""`client.teams`, with what it has no call for sent through `client.http`."""

import requests
from litellm.proxy.client import UnauthorizedError
from serving import KEY, MEMBERSHIP, TEAM, USER, Case, hashed


class Teams(Case):
    def test_1_the_first_team_makes_its_maker_a_user(self):
        team = self.new_team(team_id="team-1", team_alias="first", models=["gpt-4o"], max_budget=10)
        self.assertEqual(team, "team-1")
        self.here.left_by_new_team(team, maker="created")

    def test_2_a_team_is_listed_both_ways(self):
        listed = {team["team_id"]: team for team in self.client.teams.list()}
        self.assertEqual(listed["team-1"]["team_alias"], "first")
        self.assertEqual((listed["team-1"]["models"], listed["team-1"]["max_budget"]), (["gpt-4o"], 10.0))
        self.assertEqual(listed["team-1"]["members_with_roles"][0]["user_id"], "default_user_id")
        self.assertEqual([team["team_id"] for team in self.client.teams.list(user_id="default_user_id")], ["team-1"])
        page = self.client.teams.list_v2(team_alias="irs", sort_by="team_alias", sort_order="desc")
        self.assertEqual(([team["team_id"] for team in page["teams"]], page["total"], page["page"]), (["team-1"], 1, 1))
        self.assertEqual(self.client.teams.list_v2(team_id="nope")["teams"], [])

    def test_3_a_team_that_is_open_to_all_is_available(self):
        self.assertEqual(self.client.teams.get_available(), [])
        self.new_team(team_id="open-team")
        self.here.left_by_new_team("open-team")
        ada = self.client.http.request("POST", "/user/new", json={"user_id": "ada-of-no-team"})
        self.here.left(("created", USER, "ada-of-no-team"), ("created", KEY, hashed(ada["key"])))
        available = self.here.client(ada["key"]).teams.get_available()
        self.assertEqual([team["team_id"] for team in available], ["open-team"])

    def test_4_a_team_goes_with_its_memberships(self):
        gone = self.client.http.request("POST", "/team/delete", json={"team_ids": ["team-1"]})
        self.assertEqual(gone["deleted_teams"], ["team-1"])
        self.assertNotIn("team-1", [team["team_id"] for team in self.client.teams.list()])
        self.here.left(
            ("deleted", MEMBERSHIP, "default_user_id:team-1"), ("updated", USER, "default_user_id"), ("deleted", TEAM, "team-1")
        )

    def test_5_an_unknown_team_is_not_found_and_a_stranger_is_told_so(self):
        with self.assertRaises(requests.HTTPError) as refused:
            self.client.http.request("GET", "/team/info?team_id=nope")
        self.assertEqual(refused.exception.response.status_code, 404)
        stranger = self.here.client("sk-nobody-has-this-key").teams
        for call in (stranger.list, stranger.list_v2, stranger.get_available):
            self.assertRaises(UnauthorizedError, call)
