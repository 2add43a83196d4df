"""Filters every template has without loading them."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from facturamos.dates import long_date, long_hour, long_moment
from facturamos.money import format_money, format_mxn, format_rate

register = template.Library()


@register.filter
def money(amount: Decimal) -> str:
    """`$1,305.00`."""
    return format_money(amount)


@register.filter
def mxn(amount: Decimal) -> str:
    """`$1,305.00 MXN`, where an amount stands alone."""
    return format_mxn(amount)


@register.filter
def rate(fraction: Decimal) -> str:
    """`16%`."""
    return format_rate(fraction)


@register.filter
def grouped(digits: str) -> str:
    """A CLABE or account in groups of four, for the eye: `0121 6400 1016 4463 74`."""
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


@register.filter
def cents(amount: Decimal) -> int:
    """Whole cents, for the script that adds them up."""
    return int(amount * 100)


@register.filter
def basis_points(fraction: Decimal) -> int:
    """A rate in hundredths of a percent: 0.16 gives 1600."""
    return int(fraction * 10_000)


@register.filter("long_date")
def spelled_date(day: date | datetime) -> str:
    """`22 de noviembre de 2026`; a moment is told on the company's clock."""
    return long_date(timezone.localdate(day) if isinstance(day, datetime) else day)


@register.filter("long_hour")
def spelled_hour(moment: datetime) -> str:
    """`12:44, hora de Ciudad Juárez`: on the company's clock, and saying so."""
    return long_hour(timezone.localtime(moment))


@register.filter("long_moment")
def spelled_moment(moment: datetime) -> str:
    """`22 de noviembre de 2026 a las 12:44, hora de Ciudad Juárez`."""
    return long_moment(timezone.localtime(moment))


@register.filter
def plain_money(amount: Decimal) -> str:
    """As a bank's form takes it: `1305.00`."""
    return f"{amount:.2f}"


BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent: str) -> str:
    """`Chrome en Windows`: enough for a person to know their own."""
    name = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    name = name or ("Safari" if "Safari" in user_agent else "Otro navegador")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{name} en {system}" if system else name
