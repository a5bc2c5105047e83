"""`HealthManagementClient`, and the command line's `version`."""

from serving import Case


class Health(Case):
    def test_a_server_that_runs_is_ready(self):
        ready = self.here.health().get_readiness()
        self.assertEqual((ready["status"], ready["db"]), ("healthy", "connected"))

    def test_the_version_is_asked_for_without_an_error(self):
        # The public route does not tell it, as LiteLLM's does not.
        self.assertIsNone(self.here.health().get_server_version())
        self.assertIn("LiteLLM Proxy Server Version: (unavailable)", self.command("version").out)
        self.assertIn("LiteLLM Proxy CLI Version: 1.109.1", self.command("--version").out)
