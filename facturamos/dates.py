"""Dates and hours as Spanish writes them, the same on pages, in mails and on paper."""

from datetime import date, datetime

# In lower case, as locale/ has them too: Django's own es_MX gives the months a capital.
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
# Whose clock an hour is told by, where the zone's own name lacks the accents.
CITIES = {
    "America/Cancun": "Cancún",
    "America/Ciudad_Juarez": "Ciudad Juárez",
    "America/Mexico_City": "la Ciudad de México",
    "America/Mazatlan": "Mazatlán",
    "America/Merida": "Mérida",
}


def long_date(day: date) -> str:
    """`22 de noviembre de 2026`."""
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def long_hour(moment: datetime) -> str:
    """`12:44, hora de Ciudad Juárez`: who reads it may be under another clock.

    `moment` is aware and on the clock that is told.
    """
    zone = str(moment.tzinfo)
    city = CITIES.get(zone) or zone.rpartition("/")[2].replace("_", " ")
    return f"{moment:%H:%M}, hora de {city}"


def long_moment(moment: datetime) -> str:
    """`22 de noviembre de 2026 a las 12:44, hora de Ciudad Juárez`; takes what `long_hour` does."""
    return f"{long_date(moment.date())} a las {long_hour(moment)}"
