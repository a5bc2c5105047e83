"""LiteLLM's own Python client and command line against two Daybooks: `cargo xtask clients` runs this.

Each file asks one thing of the client or of the command line and says what must be on the record afterwards; the last file reads
the whole log through the client and finds exactly that, in that order.
"""

import argparse
import os
import sys
import tempfile
import unittest

FILES = [
    "test_keys",
    "test_teams",
    "test_users",
    "test_models",
    "test_credentials",
    "test_health",
    "test_cli_keys",
    "test_cli_teams_and_users",
    "test_cli_models_and_credentials",
    "test_cli_http",
    "test_log",
]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--daybook", required=True, help="the program")
    arguments.add_argument("--databases", nargs=2, help="URLs of two empty databases; two SQLite files without them")
    given = arguments.parse_args()
    # Nothing of the one who runs this: no keys that the command line has kept, no prices from elsewhere.
    for name in list(os.environ):
        if name.startswith(("LITELLM_", "DAYBOOK_", "DATABASE_")):
            del os.environ[name]
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["NO_PROXY"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        from serving import Daybook, world

        here, there = given.databases or (None, None)
        with Daybook(given.daybook, here) as world.here, Daybook(given.daybook, there) as world.there:
            tests = unittest.defaultTestLoader.loadTestsFromNames(FILES)
            result = unittest.TextTestRunner(verbosity=1, buffer=True, failfast=False).run(tests)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
