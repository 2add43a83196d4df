"""Runs the parts named on the command line, or all of them, on the empty database of DATABASE_URL.

A part is a module of this package with a function `run() -> None` that prints its figures.
"""

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command

PARTS = ("pdf", "reading", "importing", "desk")


def main() -> None:
    parts = sys.argv[1:] or PARTS
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"No such part: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    with TemporaryDirectory(prefix="facturamos-bench-") as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "facturamos.settings"
        os.environ["MEDIA_ROOT"] = f"{folder}/media"
        os.environ["STATIC_ROOT"] = f"{folder}/static"
        Path(folder, "static").mkdir()
        django.setup()
        logging.disable(logging.WARNING)  # the page that is not found is asked for on purpose
        call_command("migrate", verbosity=0)
        for part in parts:
            import_module(f"bench.{part}").run()


if __name__ == "__main__":
    main()
