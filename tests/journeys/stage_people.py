"""A customer at each point of the road, for the stage; run as a program on a running portal's data.

`python -m tests.journeys.stage_people` prints, as JSON, a session of each person, and the words (as
references and tokens) that the addresses of their pages carry.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import django

django.setup()

from allauth.account.utils import user_pk_to_url_str  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.tokens import default_token_generator  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.encoding import force_bytes  # noqa: E402
from django.utils.http import urlsafe_base64_encode  # noqa: E402

from accounts.models import Customer, Distributor, PrivacyNotice, User  # noqa: E402
from accounts.services import accept_notice  # noqa: E402
from accounts.tokens import welcome_tokens  # noqa: E402
from payments import services  # noqa: E402
from payments.documents import stored_pdf  # noqa: E402
from payments.models import Constancia  # noqa: E402
from payments.proofs import refuse_proof  # noqa: E402
from payments.recording import record_payment  # noqa: E402
from payments.reverting import revert_payments  # noqa: E402
from reconciliation.claims import answer_claim, claim_deposit  # noqa: E402
from renewals.models import Quote  # noqa: E402
from renewals.services import acknowledge_version_4  # noqa: E402
from tests import factories  # noqa: E402
from tests.accounts.people import PASSWORD, enrol, sign_in  # noqa: E402
from tests.payments import cfdis  # noqa: E402

LONG_NAME = (
    "Comercializadora, Distribuidora y Servicios de Exportación e Importación del Norte " * 4
)[:254]
LONG_WORD = "Desoxirribonucleoproteinotransportadora" * 3
LONG_QUOTE = [
    (f"LARGO{number:02}", f"{number}. {LONG_WORD} {'con timbres y diseños especiales ' * 2}"[:200],
     number, "98765.43", number == 1)
    for number in range(1, 13)
]  # fmt: skip


@contextmanager
def days_ago(days: int) -> Iterator[None]:
    """The clock set back, for what models take as their default too."""

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(days=days)

    usual = vars(timezone)["datetime"]
    vars(timezone)["datetime"] = Earlier
    try:
        yield
    finally:
        vars(timezone)["datetime"] = usual


class Cast:
    """Who is on the stage, and the words of their addresses."""

    def __init__(self) -> None:
        self.notice = PrivacyNotice.objects.get()
        self.house = Distributor.objects.get(name="Distribuidora Demostración")
        self.cxc = User.objects.get(username="cxc")
        self.password = make_password(PASSWORD)  # once for all: it takes long on purpose
        self.sessions: dict[str, str] = {}
        self.words: dict[str, str] = {}

    def person(self, name: str, customer: Customer | None = None, **fields) -> User:
        """Somebody signed in who accepted the notice; of a customer of their own unless given."""
        if customer is None and "distributor" not in fields:
            customer = self.customer(name)
        user = factories.make_user(
            customer, username=fields.pop("username", name), password=None, **fields
        )
        user.password = self.password
        user.save(update_fields=["password"])
        accept_notice(user=user, notice_id=self.notice.pk)
        self.signs_in(name, user)
        return user

    def customer(self, name: str) -> Customer:
        return factories.make_customer(
            legal_name=f"Empresa {name.replace('-', ' ').title()}",
            distributor=self.house,
            stamps_available=419,
        )

    def signs_in(self, name: str, user: User, **session) -> None:
        client = sign_in(user)
        if session:
            changed = client.session
            changed.update(session)
            changed.save()
        self.sessions[name] = client.session.session_key or ""

    def is_offered(self, user: User, lines=factories.CONSTANCIA_OF_THE_MANUAL, **fields) -> Quote:
        """A quote for their company."""
        assert user.customer
        return factories.make_quote(user.customer, lines, **fields)

    def owes(self, name: str, *, days: int = 0, **fields) -> Constancia:
        """A person with a constancia, generated so many days ago."""
        user = self.person(name, **fields)
        with days_ago(days):
            constancia = factories.make_constancia(user, self.is_offered(user, days=90))
        self.words[name] = constancia.reference
        self.words[f"{name}_token"] = constancia.token
        return constancia

    def pays(self, constancia: Constancia, amount: str | None = None) -> int:
        deposit = factories.make_deposit(constancia, amount, reason="Así llegó." if amount else "")
        record_payment(deposit=deposit, by=self.cxc)
        constancia.refresh_from_db()
        return constancia.payments.latest("pk").pk


def before_the_road(cast: Cast) -> None:
    """Who has not come in yet, or only just."""
    new = factories.make_user(cast.customer("nueva"), username="nueva", password=None)
    cast.signs_in("new", new)
    uid = urlsafe_base64_encode(force_bytes(new.pk))
    cast.words["welcome"] = f"{uid}/{welcome_tokens.make_token(new)}"
    forgetful = cast.person("olvidada")
    key = default_token_generator.make_token(forgetful)
    cast.words["forgotten"] = f"{user_pk_to_url_str(forgetful)}-{key}"
    cast.person("none")
    lapsed = cast.person("lapsed")
    with days_ago(40):
        cast.is_offered(lapsed, days=30)
    cast.is_offered(cast.person("offer"), factories.QUOTE_OF_THE_MANUAL)
    chosen = [(*line, False) for *line, _ in factories.CONSTANCIA_OF_THE_MANUAL]
    cast.is_offered(cast.person("chooser"), chosen)
    long = Customer(rfc="LAR150803AB1", legal_name=LONG_NAME, distributor=cast.house)
    long.save()
    user = cast.person("long_offer", long, username="administracion.y.finanzas." * 4 + "norte")
    cast.is_offered(user, LONG_QUOTE)
    with days_ago(1):
        earlier = cast.is_offered(user, LONG_QUOTE, days=20)
        cast.words["long"] = factories.make_constancia(user, earlier).reference


def waiting(cast: Cast) -> None:
    """Whose constancia waits for its money."""
    days = settings.CONSTANCIA_DAYS
    cast.owes("waiting")
    cast.owes("soon", days=days - 2)
    cast.owes("today", days=days)
    cast.owes("expired", days=days + 1)
    cast.owes("canceller")
    services.cancel_constancia(constancia=cast.owes("cancelled"), by=cast.cxc)
    cast.pays(cast.owes("part"), "500.00")
    with transaction.atomic():  # the worker would let it expire before it is paid
        late = cast.owes("part_late", days=days + 1)
        with days_ago(2):
            cast.pays(late, "500.00")
    factories.send_proof(cast.owes("review"))
    late = cast.owes("review_late", days=7)
    with days_ago(5):
        factories.send_proof(late, name="un nombre de archivo larguísimo " * 5 + ".png")
    part = cast.owes("review_part")
    cast.pays(part, "500.00")
    factories.send_proof(part)
    refused = factories.send_proof(cast.owes("refused"))
    refuse_proof(proof=refused, reason="La foto no se lee; envíe otra, por favor.", by=cast.cxc)
    reverted = cast.owes("reverted")
    payment = cast.pays(reverted)
    revert_payments(payments=[payment], reason="Era de otro cliente.", by=cast.cxc)
    services.expire_due()


def paid(cast: Cast) -> None:
    """Who has version 4.0, and the invoices."""
    cast.pays(cast.owes("fresh"))
    done = cast.owes("paid")
    factories.send_proof(done)
    cast.pays(done)
    acknowledge_version_4(customer=done.customer, by=done.issued_by)
    factories.make_invoice_request(cast.owes("asked"))
    for name in ("issued", "lost"):
        constancia = cast.owes(name)
        asked = factories.make_invoice_request(constancia)
        cast.words[f"{name}_proof"] = str(factories.send_proof(constancia).files.get().public_id)
        cast.pays(constancia)
        acknowledge_version_4(customer=constancia.customer, by=constancia.issued_by)
        asked.refresh_from_db()
        cfdis.issue(asked, cast.cxc)
    asked.refresh_from_db()
    constancia.refresh_from_db()
    stored_pdf(constancia)
    for file in (asked.pdf, constancia.pdf, constancia.proofs.get().files.get().file):
        Path(file.path).unlink()


def accounts(cast: Cast) -> None:
    """Second factors, and sessions that were quiet for long or are about to end."""
    secured = cast.person("secured")
    enrol(secured)
    tired = {"account_authentication_methods": [{"method": "password", "at": 1.0}]}
    cast.signs_in("tired", cast.person("tired_offer"), **tired)
    cast.signs_in("tired_secured", secured, **tired)
    without = cast.person("without_password")
    without.set_unusable_password()
    without.save(update_fields=["password"])
    cast.signs_in("without_password", without)
    oldest = timezone.now().timestamp() - settings.SESSION_COOKIE_AGE
    owner = cast.owes("ending").issued_by
    cast.signs_in("ending", owner, born_at=oldest + 110)
    cast.signs_in("ended", owner, born_at=oldest)


def the_rest(cast: Cast) -> None:
    """Distributors, claims, and a long history."""
    cast.person("distributor", distributor=cast.house)
    cast.person("distributor_new", distributor=factories.make_distributor(name=LONG_NAME[:120]))
    claimed = cast.owes("claimant")
    for note, amount in (("Pagué desde otra cuenta.", "600"), ("Otro depósito.", "705")):
        claim, _ = claim_deposit(
            customer=claimed.customer, paid_on=timezone.localdate(), amount=Decimal(amount),
            tracking_key="", note=note, by=claimed.issued_by,
        )  # fmt: skip
    answer_claim(claim=claim, answer="Lo encontramos.", by=cast.cxc)
    found = cast.owes("claimant_paid")
    claim_deposit(
        customer=found.customer, paid_on=timezone.localdate(), amount=found.total,
        tracking_key="", note="", by=found.issued_by,
    )  # fmt: skip
    cast.pays(found)
    acknowledge_version_4(customer=found.customer, by=found.issued_by)
    veteran = cast.person("veteran")
    quote = cast.is_offered(veteran)
    for _ in range(59):
        services.cancel_constancia(constancia=factories.make_constancia(veteran, quote), by=veteran)
        quote.refresh_from_db()
    factories.make_constancia(veteran, quote)


def main() -> None:
    """Put everyone in their place, and say where."""
    cast = Cast()
    for scene in (before_the_road, waiting, paid, the_rest, accounts):
        scene(cast)
    print(json.dumps({"sessions": cast.sessions, "words": cast.words}))


if __name__ == "__main__":
    main()
