"""The pages on which texts of the company are seen, with invented data, for their previews.

Each app has its own (`settings.TEXT_PREVIEWS`), as earlier apps know nothing of later ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.forms import LoginForm
from accounts.models import Customer, Distributor, User
from facturamos.texts.kinds import Place


@dataclass(frozen=True, slots=True)
class Page:
    """A template that extends `base.html`, and what it shows; or a PDF."""

    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    pdf: bytes = b""


@cache
def previews() -> dict[Place, Callable[[str], Page]]:
    """Every app's, by place: from a text's key to the page, in the state that shows the text."""
    found: dict[Place, Callable[[str], Page]] = {}
    for path in settings.TEXT_PREVIEWS:
        found |= import_string(path)
    return found


def invented_distributor() -> Distributor:
    """One that is in no table, like all that follows."""
    return Distributor(
        pk=0, name="Distribuidora de ejemplo", phone="656-000-0000", email="ejemplo@example.com"
    )


def invented_user() -> User:
    """Somebody of an invented company."""
    customer = Customer(
        pk=0,
        rfc="EJE010101AB1",
        legal_name="Empresa de ejemplo",
        distributor=invented_distributor(),
        stamps_available=419,
    )
    return User(pk=0, username="ejemplo", first_name="Ejemplo", customer=customer)


def _sign_in(key: str) -> Page:
    """As a browser sees it that knows no distributor, or as one that does."""
    context: dict[str, Any] = {"form": LoginForm(), "user": None, "distributor": None}
    if key == "sign_in.no_user_distributor":
        context["distributor"] = invented_distributor()
    return Page("account/login.html", context)


PREVIEWS = {Place.HELP: _sign_in, Place.SIGN_IN: _sign_in}
