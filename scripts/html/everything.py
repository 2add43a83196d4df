"""Opens every address of the portal once, in a company with a row of everything.

What the road did not show of the customers' pages, and the desk's.
Usage: python scripts/html/everything.py FOLDER
"""

import sys
from pathlib import Path

import django

django.setup()

from pages import Kept, Visitor

from tests.security.doors import table
from tests.security.walking import OPEN, VISITORS, addresses
from tests.security.world import build

FILES = ("pdf", "xml", "export", "file", "csv", "download", "template", "jsi18n", "autocomplete")
# They end the session, or are for machines.
SKIPPED = {"account_logout", "admin:logout", "alive", "ready", "account_session"}

world, doors = build(), table()
kept = Kept(Path(sys.argv[1]), "b")
visitors = {each.name: each for each in VISITORS}
for who in ("customer A", "distributor", "administrator"):
    group = "desk" if who == "administrator" else "customer"
    browser = Visitor(kept, world.people[who], group)
    for name, path in addresses(world).items():
        own = name.startswith("admin") == (group == "desk")
        may = visitors[who].should_find(doors[name], world) == OPEN
        if own and may and name not in SKIPPED and not name.endswith(FILES):
            browser.open(path, f"{who} {name}".replace(":", " "), status=None)
kept.finish()
