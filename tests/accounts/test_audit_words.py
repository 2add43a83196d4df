"""The audit in sentences: every action that anything records has its words."""

import ast
import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin

from accounts import request_info
from accounts.admin import AuditedAdmin
from accounts.audit_sentences import FORM_VERBS, changes, deed, details, groups, sentence
from accounts.models import AuditEvent
from payments.recording import record_payment
from reconciliation.models import Statement
from tests import factories

LIST = "/admin/accounts/auditevent/"
APPS = ["accounts", "renewals", "payments", "reconciliation", "desk"]
# Actions whose name is put together, and what it can be.
MADE_UP = {
    "{}.deleted": [],  # the forms' own: see `test_every_form_has_words`
    "{}.{}": [],
    "statement.{}": [
        f"statement.{state}" for state in Statement.WORKING if state != Statement.State.READING
    ],
}


def recorded_actions() -> set[str]:
    """Every action that the code hands to `record` or `record_all`."""
    found: set[str] = set()
    for app in APPS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if "migrations" not in path.parts:
                found |= actions_in(ast.parse(path.read_text()), path)
    return found


def actions_in(tree: ast.Module, path: Path) -> set[str]:
    found: set[str] = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        match call.func:
            case ast.Attribute(attr="record" | "record_all", value=ast.Name(id="audit")):
                found |= named(call.args[0], path)
    return found


def named(action: ast.expr, path: Path) -> set[str]:
    match action:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return named(one, path) | named(other, path)
        case ast.JoinedStr(values=parts):
            pattern = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts
            )
            return set(MADE_UP[pattern])
        case ast.Name() if path.name in ("audit.py",):
            return set()  # `record` hands its own to `record_all`
    raise AssertionError(f"{path}:{action.lineno}: nobody can tell which action this records")


def event(action: str, target: str = "123 4567 · Empresa 1", kind: str = "", **data) -> AuditEvent:
    return AuditEvent(
        action=action, actor="ana", target=target, target_type=kind, target_id="1", data=data
    )


class TestWords:
    """The sentence of each event."""

    def test_every_action_has_words(self):
        known = {action for actions in groups().values() for action in actions}
        recorded = recorded_actions()
        assert len(recorded) > 35
        assert recorded - known == set()

    def test_every_form_has_words(self):
        known = {action for actions in groups().values() for action in actions}
        edited = [
            model
            for one in admin.site._registry.values()
            if isinstance(one, AuditedAdmin)
            for model in [one.model, *(inline.model for inline in one.inlines)]
        ]
        assert len(edited) > 5
        forms = {f"{model._meta.model_name}.{verb}" for model in edited for verb in FORM_VERBS}
        assert forms - known == set()

    def test_all_words_can_be_said(self):
        for action in (action for actions in groups().values() for action in actions):
            told = sentence(event(action))
            assert told.startswith("Ana ")
            assert action not in told
            assert "{" not in told

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            (
                event("payment.recorded", amount="1305.00", paid_on="2026-11-22"),
                "Ana confirmó un depósito de $1,305.00 para la constancia 123 4567 de Empresa 1",
            ),
            (
                event("customer.version", "Empresa 1 (EMP)", before="3.3", after="4.0"),
                "Ana pasó a Empresa 1 (EMP) de la versión 3.3 a la 4.0",
            ),
            (
                event(
                    *("customer.changed", "Empresa 1 (EMP)", "accounts.customer"),
                    before={"stamps_available": "419"},
                    after={"stamps_available": "500"},
                ),
                "Ana cambió el cliente Empresa 1 (EMP): timbres disponibles de 419 a 500",
            ),
            (
                event("quoteline.deleted", "Cotización 5 de Empresa 1", line="Anualidad"),
                "Ana quitó el renglón «Anualidad» de Cotización 5 de Empresa 1",
            ),
            (
                event(
                    "invoice_requests.exported",
                    format="csv",
                    references=[str(number) for number in range(9)],
                ),
                "Ana descargó en csv los datos para facturar 0, 1, 2, 3, 4 y 4 más",
            ),
            (event("cosa.antigua", "X"), "Ana hizo «cosa.antigua» en X"),
            (event("sinpunto", "{x}"), "Ana hizo «sinpunto» en {x}"),
            (
                event("payment.recorded", "{amount.__class__}"),
                "Ana confirmó un depósito de … para la constancia {amount.__class__}",
            ),
        ],
    )
    def test_sentences(self, row, told):
        assert sentence(row) == told

    def test_changes_tell_each_field_by_its_name(self):
        row = event(
            *("product.changed", "X", "accounts.user"),
            before={"is_staff": "False", "email": "", "gone": "1"},
            after={"is_staff": "True", "email": "a@example.com", "same": None},
        )
        assert changes(row) == [
            ("es staff", "No", "Sí"),
            ("dirección de correo electrónico", "(vacío)", "a@example.com"),
            ("gone", "1", "(vacío)"),
        ]

    @pytest.mark.parametrize(
        ("action", "kind", "key", "label"),
        [
            ("user.changed", "accounts.user", "groups", "grupos"),
            ("quote.loaded", "renewals.quote", "lines", "renglones"),
        ],
    )
    def test_a_list_before_and_after_is_told(self, action, kind, key, label):
        row = event(action, "X", kind, before={key: []}, after={key: ["Uno", "Dos"]})
        assert changes(row) == [(label, "(vacío)", "Uno, Dos")]
        assert sentence(row).startswith("Ana ")

    def test_what_is_told_within_a_value_has_its_name_too(self):
        row = event("proof.sent", files=[{"kind": "png", "size": 115}], filters={})
        assert details(row) == [("archivos", "tipo: png; bytes: 115"), ("filtros", "(vacío)")]

    def test_an_old_row_of_another_shape_is_told_too(self):
        assert changes(event("x.y", before="antes", after={"a": "1"})) == [("a", "(vacío)", "1")]
        assert changes(event("x.y", before=None, after=None)) == []

    def test_choices_and_dates_are_told_as_people_say_them(self):
        row = event(
            *("quote.changed", "X", "payments.constancia"),
            before={"status": "open", "expires_on": "2026-11-22"},
            after={"status": "paid", "expires_on": "2026-12-01"},
            reason="porque sí",
            at="2026-11-22T18:00:00+00:00",
        )
        assert changes(row) == [
            ("estado", "vigente", "pagada"),
            ("vence", "22/11/2026", "01/12/2026"),
        ]
        assert details(row)[0] == ("motivo", "porque sí")
        assert details(row)[1][1] == "22/11/2026 11:00"


@pytest.mark.django_db
class TestForms:
    """What a form leaves is told with the names of things."""

    def test_a_group_given_to_a_person_and_a_changed_distributor_can_be_read(self, signed_in):
        client = signed_in(factories.make_user(is_staff=True, is_superuser=True))
        one, other = factories.make_distributor(), factories.make_distributor()
        customer = factories.make_customer(distributor=one)
        page = client.get(f"/admin/accounts/customer/{customer.pk}/change/")
        data = {**page.context["adminform"].form.initial, "distributor": other.pk}
        assert client.post(page.request["PATH_INFO"], data).status_code == 302
        told = AuditEvent.objects.get(action="customer.changed")
        assert changes(told) == [("distribuidor", str(one), str(other))]


@pytest.mark.django_db
class TestPage:
    """The list and the page of an event."""

    @pytest.fixture
    def client(self, signed_in):
        return signed_in(factories.make_user(is_staff=True, is_superuser=True, username="jefa"))

    @pytest.fixture
    def paid(self, user, cxc):
        constancia = factories.make_constancia(user)
        token = request_info.current.set(
            request_info.RequestInfo(ip="203.0.113.9", user_agent="", request_id="a-b-c-d-e")
        )
        record_payment(deposit=factories.make_deposit(constancia), by=cxc)
        request_info.current.reset(token)
        return constancia

    def deeds(self, client, **query) -> list[str]:
        page = client.get(LIST, query)
        assert page.status_code == 200, page.headers
        return [deed(row) for row in page.context["cl"].result_list]

    def test_it_tells_when_who_what_and_from_where(self, client, paid, cxc):
        text = client.get(LIST).content.decode()
        assert (
            f"confirmó un depósito de $1,305.00 para la constancia {paid.printed_reference}" in text
        )
        assert "203.0.113.9" in text
        assert cxc.username in text

    def test_filters_narrow_it(self, client, paid, cxc):
        assert all("depósito" in each for each in self.deeds(client, que="Pagos"))
        assert self.deeds(client, quien=cxc.pk)
        assert len(self.deeds(client, quien=cxc.pk)) < len(self.deeds(client))
        assert len(self.deeds(client, quien="portal")) < len(self.deeds(client))
        assert self.deeds(client, at_desde="2999-01-01") == []
        assert self.deeds(client, at_hasta="2001-01-01") == []
        everything = len(self.deeds(client))
        for nonsense in ({"quien": "x" * 50}, {"que": "nada"}, {"at_desde": "ayer"}):
            assert len(self.deeds(client, **nonsense)) == everything

    def test_search_by_reference_rfc_person_deed_and_request(self, client, paid, cxc, outsider):
        other = factories.make_constancia(outsider)
        for words in (paid.reference, paid.printed_reference, paid.customer_rfc.lower()):
            found = self.deeds(client, q=words)
            assert any(paid.printed_reference in each for each in found)
            assert not any(other.printed_reference in each for each in found)
        assert self.deeds(client, q=cxc.username.upper())
        assert any("confirmó" in each for each in self.deeds(client, q="a-b-c-d-e"))
        assert all("generó" in each for each in self.deeds(client, q="generó la"))
        assert self.deeds(client, q="nadie se llama así") == []
        assert self.deeds(client, q="x" * 5000) == []

    def test_an_event_shows_what_changed_and_leads_to_the_rest_of_its_request(self, client, paid):
        row = AuditEvent.objects.get(action="customer.version")
        page = client.get(f"{LIST}{row.pk}/change/")
        text = page.content.decode()
        assert "lo demás de esta petición" in text
        assert f"/admin/accounts/customer/{paid.customer_id}/change/" in text
        assert '<td class="bank-text">3.3</td><td class="bank-text">4.0</td>' in text
        (link,) = re.findall(rf'href="({LIST}\?request_id=[^"]+)"', text)
        rest = client.get(html.unescape(link)).context["cl"].result_list
        assert len(rest) == AuditEvent.objects.filter(request_id="a-b-c-d-e").count() > 1

    def test_nothing_of_it_can_be_changed(self, client, paid):
        row = AuditEvent.objects.latest("pk")
        assert client.post(f"{LIST}{row.pk}/change/", {"actor": "otra"}).status_code in (200, 403)
        row.refresh_from_db()
        assert row.actor != "otra"
        assert client.get(f"{LIST}{row.pk}/delete/").status_code == 403
        assert client.get(f"{LIST}999999/change/").status_code == 404

    def test_the_list_asks_no_more_with_more_rows(self, client, paid, django_assert_num_queries):
        client.get(LIST)
        for _ in "ab":
            with django_assert_num_queries(5):
                client.get(LIST, {"que": "Pagos"})
            factories.pay(
                factories.make_constancia(factories.make_consenting_user()), paid.issued_by
            )
