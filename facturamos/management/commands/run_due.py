from typing import Any

from django.core.management.base import BaseCommand, CommandError

from facturamos.due import run_due


class Command(BaseCommand):
    help = (
        "Does once all the work that is due: expires constancias, draws missing PDFs, reminds of "
        "last days, sends mail, and says how much of each. "
        "Idempotent; call it from cron where no worker runs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every job once and say what each did; fails if one failed."""
        done = run_due()
        for name, count in done.items():
            self.stdout.write(f"{name}: {count if count >= 0 else 'failed, see the log'}")
        if min(done.values(), default=0) < 0:
            raise CommandError("At least one job failed; the log says why.")
