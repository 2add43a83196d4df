import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from payments.management.commands.demo import TOTP_SECRET

STEP = 30


class Command(BaseCommand):
    help = "Prints the code that the demo's staff, cxc and admin, sign in with right now."

    def handle(self, *args: Any, **options: Any) -> None:
        """The code, and for how long it is good."""
        if settings.PRODUCTION:
            raise CommandError("The demo's staff has no place in production, nor its codes.")
        now = int(time.time())
        self.stdout.write(format_hotp_value(hotp_value(TOTP_SECRET, now // STEP)))
        self.stderr.write(f"Good for {STEP - now % STEP} s, and once for each person.")
