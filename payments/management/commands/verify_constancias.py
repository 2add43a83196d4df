from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.documents import DamagedPdfError, check_stored
from payments.models import Constancia


class Command(BaseCommand):
    help = "Compares every stored PDF with its hash, and says which are lost or differ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every file once; fails when one is not as it was stored."""
        checked, damaged = 0, 0
        for constancia in Constancia.objects.exclude(pdf="").order_by("pk").iterator():
            checked += 1
            try:
                check_stored(constancia)
            except DamagedPdfError as error:
                damaged += 1
                self.stdout.write(str(error))
        waiting = Constancia.objects.filter(pdf="").count()
        self.stdout.write(f"{checked} checked, {damaged} damaged, {waiting} not drawn yet.")
        if damaged:
            raise CommandError("Restore the damaged files from a backup (docs/operations.md).")
