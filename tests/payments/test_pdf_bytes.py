"""The same slip always gives the same bytes, whoever draws it."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from os import environ

import pytest
from django.conf import settings

from payments.pdf import draw_constancia
from tests.payments.slips import MANUAL, UNUSUAL, draw


def test_the_same_slip_gives_the_same_bytes():
    assert draw_constancia(replace(MANUAL)) == draw(MANUAL)


@pytest.mark.slow
def test_another_process_draws_the_same_bytes():
    program = f"""
import datetime, django, hashlib
django.setup()
from decimal import Decimal
from facturamos.money import Totals
from payments.pdf import draw_constancia
from payments.slip import Slip, SlipLine
print(hashlib.sha256(draw_constancia({MANUAL!r})).hexdigest())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=environ | {"DJANGO_SETTINGS_MODULE": "facturamos.settings", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(draw(MANUAL)).hexdigest()


def test_another_slip_gives_other_bytes():
    assert draw(MANUAL) != draw(UNUSUAL)
