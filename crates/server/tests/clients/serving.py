"""The program, running; the clients that talk to it; and what they should have left on the record."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

from litellm.proxy.client import Client, HealthManagementClient, UsersManagementClient

MASTER_KEY = "sk-1234"

CONFIG = """
general_settings:
  store_model_in_db: true
litellm_settings:
  default_internal_user_params:
    available_teams: [open-team]
"""

KEY = "LiteLLM_VerificationToken"
TEAM = "LiteLLM_TeamTable"
USER = "LiteLLM_UserTable"
MEMBERSHIP = "LiteLLM_TeamMembership"
MODEL = "LiteLLM_ProxyModelTable"
CREDENTIAL = "LiteLLM_CredentialsTable"


def hashed(key):
    """The hash by which the tables and the log know a key."""
    return hashlib.sha256(key.encode()).hexdigest()


class Daybook:
    """A server on a free port, with a database of its own."""

    def __init__(self, program, database):
        self.program, self.database = program, database
        #: (action, table, object id), oldest first; an id of None is any.
        self.expected = []

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            config = os.path.join(folder, "config.yaml")
            with open(config, "w", encoding="utf-8") as file:
                file.write(CONFIG)
            environment = {"LITELLM_MASTER_KEY": MASTER_KEY, "DAYBOOK_LOG": "warn"}
            if self.database:
                environment["DATABASE_URL"] = self.database
            command = [self.program, "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", folder, "--config", config]
            server = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
            stack.callback(server.wait, 30)
            stack.callback(server.terminate)
            self.url = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
            # A full pipe would stop it.
            threading.Thread(target=server.stdout.read, daemon=True).start()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def client(self, key=MASTER_KEY):
        return Client(base_url=self.url, api_key=key)

    def users(self, key=MASTER_KEY):
        return UsersManagementClient(base_url=self.url, api_key=key)

    def health(self):
        return HealthManagementClient(base_url=self.url, api_key=MASTER_KEY)

    def left_by_new_team(self, team, maker="updated"):
        """What a team leaves that the master key's holder makes: they are on it."""
        self.left((maker, USER, "default_user_id"), ("created", MEMBERSHIP, f"default_user_id:{team}"), ("created", TEAM, team))

    def left(self, *entries):
        """Says what the calls since the last `left` must have put on the record, in this order."""
        self.expected.extend(entries)

    def log(self):
        """Every entry, oldest first, page by page."""
        entries, page = [], 1
        while True:
            path = f"/audit?page={page}&page_size=100&sort_by=updated_at&sort_order=asc"
            answer = self.client().http.request("GET", path)
            entries += answer["audit_logs"]
            if page >= answer["total_pages"]:
                assert len(entries) == answer["total"], answer["total"]
                return entries
            page += 1


class World:
    """The Daybook that is asked, and another one."""

    here: Daybook
    there: Daybook


world = World()


class Told:
    """What a run of the command line said."""

    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)


class Case(unittest.TestCase):
    maxDiff = None

    @property
    def here(self):
        return world.here

    @property
    def client(self):
        return world.here.client()

    def command(self, *arguments, key=MASTER_KEY, server=None, fails=False):
        """Runs `litellm-proxy`, as a shell would."""
        program = os.path.join(os.path.dirname(sys.executable), "litellm-proxy")
        base = ["--base-url", (server or world.here).url, "--api-key", key]
        # Wide: a table cuts what does not fit.
        environment = {**os.environ, "COLUMNS": "400"}
        done = subprocess.run(
            [program, *base, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        told = Told(done)
        self.assertEqual(told.status != 0, fails, f"{arguments}: {told.out}\n{told.err}")
        return told

    def new_team(self, **body):
        """A team of nobody's but its maker's, made through `http`."""
        made = self.client.http.request("POST", "/team/new", json=body)
        return made["team_id"]
