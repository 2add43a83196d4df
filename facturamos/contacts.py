"""How to reach the company, in one place: pages, mails and PDFs all read it from here."""

from dataclasses import dataclass, field

from django.http import HttpRequest


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
    """The company's addresses and telephones (the customer's manual, last page)."""

    sender_email: str = "facturamos@sistemasperseo.com"
    cxc_email: str = "cxc@sistemasperseo.com"
    sales_email: str = "ventas@sistemasperseo.com"
    site: str = "www.facturamos.com.mx"
    promise_hours: int = 24
    phones: tuple[Phone, ...] = field(
        default=(
            Phone("Ciudad Juárez", "656-616-8770"),
            Phone("CDMX", "55-9001-5018"),
            Phone("Torreón", "871-722-5850"),
            Phone("Mérida", "999-981-0444"),
            Phone("Chihuahua", "614-414-5531"),
        )
    )


CONTACTS = Contacts()
# Named in plain text, without logos.
BANKS = ("BBVA", "BanBajío", "HSBC", "Santander", "Banamex", "Scotiabank", "Banorte")


def context(request: HttpRequest) -> dict[str, object]:
    """Template variable `contacts`, for the help at the foot of every page."""
    return {"contacts": CONTACTS}
