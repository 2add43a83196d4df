from typing import Any

from django.core.management.base import BaseCommand

from renewals import manuals


class Command(BaseCommand):
    help = (
        "Draws the manuals that are not stored as they read now, so that no customer waits for "
        "them, and removes those of before. Draws nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say where each manual is."""
        for manual in manuals.MANUALS:
            edition = manuals.edition_of(manual)
            was_drawn = edition.is_drawn
            size = len(manuals.pdf_of(edition))
            what = "was drawn already" if was_drawn else "drawn"
            self.stdout.write(f"{manual.title}: {what}, {size // 1024} kB, {edition.path}")
        if removed := manuals.remove_old():
            self.stdout.write(f"{removed} of before removed.")
