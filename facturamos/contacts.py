"""How to reach the company, as pages, mails and PDFs tell it. Knows no Django.

What it is at the moment stands in `texts.in_force.in_force().contacts`.
"""

from dataclasses import dataclass


def dialled(number: str) -> str:
    """A Mexican number as it is dialled from anywhere: `+526566168770`."""
    return "+52" + "".join(filter(str.isdigit, number))


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone by city, as printed."""

    city: str
    number: str

    @property
    def link(self) -> str:
        """The number as a `tel:` address dials it, with Mexico's country code."""
        return dialled(self.number)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The company's addresses, telephones and hours, and within how many it answers."""

    sender_email: str
    cxc_email: str
    sales_email: str
    site: str
    hours: str
    promise_hours: int
    phones: tuple[Phone, ...]
