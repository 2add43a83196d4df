"""Tells what the Nu Html Checker found, and what each page weighs; ends with 1 when it is too much.

Usage: python check.py FOLDER, with messages.json and pages/*.json
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

# In kB (1000 bytes), over the line: with an empty cache, and with the files of `/static/` in it.
FIRST, AGAIN = 60, 10

folder = Path(sys.argv[1])
pages: list[dict[str, Any]] = [
    page for file in sorted(folder.glob("pages/*.json")) for page in json.loads(file.read_text())
]
told = json.loads((folder / "messages.json").read_text())["messages"]

found = defaultdict(list)
for message in told:
    found[Path(message["url"]).name].append(message)


def in_words(message: dict[str, Any]) -> str:
    """What is told, with the start of the line it stands in."""
    kind = message.get("subType", message["type"])
    line = message.get("extract", "").strip().replace("\n", " ")
    return f"{kind}: {message['message']} [{line[-90:]}]"


def heaviest(which: str) -> dict[str, Any]:
    """The customers' page that weighs most."""
    return max(
        (page for page in pages if page["group"] == "customer"), key=lambda page: page[which]
    )


failed = False
of_the_desk: Counter[str] = Counter()
print("kB first  kB again  page")
for page in pages:
    problems = Counter(map(in_words, found[page["file"]]))
    if page["group"] == "desk":
        of_the_desk.update(problems.keys())
        continue
    heavy = page["first"] > FIRST * 1000 or page["again"] > AGAIN * 1000
    failed |= bool(problems or heavy)
    weights = f"{page['first'] / 1000:8.1f}  {page['again'] / 1000:8.1f}"
    print(f"{weights}  {page['file']} {page['path']}{'  HEAVY' if heavy else ''}")
    for text, times in problems.items():
        print(f"{'':20}{text} ({times})")
for text, number in of_the_desk.most_common():
    print(f"on {number} of the desk's pages: {text}")

groups = Counter(page["group"] for page in pages)
for group, number in groups.items():
    wrong = sum(bool(found[page["file"]]) for page in pages if page["group"] == group)
    print(f"{group}: {number} pages, {wrong} with something to mend")
for which in ("first", "again"):
    page = heaviest(which)
    print(f"heaviest {which}: {page[which] / 1000:.1f} kB, {page['file']}")
sys.exit(failed)
