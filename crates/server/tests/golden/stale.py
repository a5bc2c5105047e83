#!/usr/bin/env python3
"""Print the entries of differences.json that no difference in any of the reports of replay.py needs.

    python3 stale.py differences.json report.json...

Exit status: 0 all are needed; 1 some are not.
"""
import json
import pathlib
import sys

from replay import Accepted

accepted = Accepted(sys.argv[1])
for report in sys.argv[2:]:
    for difference in json.loads(pathlib.Path(report).read_text(encoding="utf-8"))["differences"]:
        accepted.covers(difference)
stale = [entry for entry, used in zip(accepted.entries, accepted.used) if not used]
for entry in stale:
    print(f"not needed any more: {json.dumps(entry)}")
sys.exit(1 if stale else 0)
