"""Dates as Spanish writes them, the same on pages, in mails and on paper."""

from datetime import date

# In lower case: Django's es_MX gives the months a capital.
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def long_date(day: date) -> str:
    """`22 de noviembre de 2026`."""
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"
