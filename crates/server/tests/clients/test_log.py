"""The whole log, as the client reads it, against what the other files said that they leave."""

import itertools
from datetime import datetime

from serving import MASTER_KEY, Case, world


class Log(Case):
    def read(self, server):
        log = server.log()
        shown = [(entry["action"], entry["table_name"], entry["object_id"]) for entry in log]
        for position, (said, found) in enumerate(itertools.zip_longest(server.expected, shown)):
            if said and found and said[2] is None:
                said = (*said[:2], found[2])
            around = "\n".join(map(str, shown[max(0, position - 3) : position + 6]))
            self.assertEqual(found, said, f"entry {position}, among\n{around}")
        return log

    def test_the_log_holds_what_was_done_in_the_order_in_which_it_was_done(self):
        log = self.read(world.here)
        self.assertGreater(len(log), 100)
        times = [datetime.fromisoformat(entry["updated_at"].replace("Z", "+00:00")) for entry in log]
        self.assertEqual(times, sorted(times))
        for entry in log:
            self.assertEqual(len(entry["changed_by_api_key"]), 64)
        self.assertNotIn(MASTER_KEY, str(log))
        self.assertNotIn("sk-of-the-provider", str(log))

    def test_the_other_daybook_has_a_log_of_its_own(self):
        self.read(world.there)
