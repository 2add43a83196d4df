import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from facturamos.due import run_due


class Command(BaseCommand):
    help = "Does the work that is due, round after round, until it is told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pause", type=float, default=1.0, help="seconds between two rounds (default 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Loop until SIGTERM or Ctrl-C; the round under way is finished first."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            run_due()
            stop.wait(options["pause"])
