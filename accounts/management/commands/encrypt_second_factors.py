from typing import Any

from django.core.management.base import BaseCommand

from accounts.second_factor import encrypt_anew


class Command(BaseCommand):
    help = (
        "Encrypts every second factor with today's SECRET_KEY. Run it after a change of the key, "
        "before the old one leaves SECRET_KEY_FALLBACKS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """All of them, or none."""
        self.stdout.write(f"{encrypt_anew()} secrets encrypted with today's key.")
