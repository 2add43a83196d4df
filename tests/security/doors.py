"""Every address of the portal, and who may open it: one table, tried by `test_doors.py`.

An address that has no line here fails there by its name, and so does a line without an address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.urls import URLPattern, get_resolver


class Who(StrEnum):
    """To whom a door opens; the staff's may ask for permissions on top."""

    ANYBODY = "anybody"
    SIGNED_IN = "whoever signed in"
    OUTSIDE = "people of customers and distributors"
    CUSTOMER = "people of customers"
    DISTRIBUTOR = "people of distributors"
    STAFF = "the staff"
    ADMINISTRATOR = "administrators"
    NOBODY = "nobody"
    NOWHERE = "nobody: behind the staff's door there is nothing"


@dataclass(frozen=True)
class Door:
    """Who passes. `hidden`: it does not exist for others: what the address names is A's, or needs
    the permissions; `before_code`: open to staff whose session has not seen a second factor.
    """

    who: Who
    permissions: tuple[str, ...] = ()
    hidden: bool = False
    before_code: bool = False


def permission(*labels: str) -> Door:
    return Door(Who.STAFF, labels)


ANYBODY, SIGNED_IN, OUTSIDE, CUSTOMER, DISTRIBUTOR, STAFF, ADMINISTRATOR, NOBODY, NOWHERE = map(
    Door, Who
)
CUSTOMERS_OWN = Door(Who.CUSTOMER, hidden=True)
OWN = Door(Who.SIGNED_IN, hidden=True)
ANYBODY_EVEN_BEFORE = Door(Who.ANYBODY, before_code=True)
SIGNED_IN_EVEN_BEFORE = Door(Who.SIGNED_IN, before_code=True)

PORTAL = {
    # Signing in, and one's own way in. Steps of signing in lead to its first page unless under way.
    "account_login": ANYBODY,
    "account_signup": ANYBODY,  # says that it is closed
    "account_inactive": ANYBODY,
    "account_logout": SIGNED_IN_EVEN_BEFORE,
    "mfa_authenticate": SIGNED_IN,
    "account_confirm_login_code": SIGNED_IN,
    "mfa_trust": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN_EVEN_BEFORE,
    "mfa_reauthenticate": SIGNED_IN_EVEN_BEFORE,
    "mfa_reauthenticate_webauthn": SIGNED_IN_EVEN_BEFORE,
    "account_session": SIGNED_IN_EVEN_BEFORE,
    "usersessions_list": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN_EVEN_BEFORE,
    "mfa_deactivate_totp": OWN,
    "mfa_add_webauthn": SIGNED_IN_EVEN_BEFORE,
    "mfa_remove_webauthn": OWN,
    "mfa_view_recovery_codes": OWN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": OWN,
    "account_change_password": SIGNED_IN_EVEN_BEFORE,
    "account_reset_password": ANYBODY_EVEN_BEFORE,
    "account_reset_password_done": ANYBODY_EVEN_BEFORE,
    "account_reset_password_from_key": ANYBODY_EVEN_BEFORE,
    "account_reset_password_from_key_done": ANYBODY_EVEN_BEFORE,
    "account_welcome_again": ANYBODY,
    "account_welcome": ANYBODY,
    "accounts:privacy": OUTSIDE,
    "accounts:privacy_integral": ANYBODY,
    # The customers' road.
    "renewals:home": SIGNED_IN,
    "renewals:start": CUSTOMER,
    "renewals:quote": CUSTOMER,
    "renewals:migration": CUSTOMER,
    "renewals:manual_payment": CUSTOMER,
    "renewals:manual_version_4": CUSTOMER,
    "payments:panel": CUSTOMER,
    "payments:confirm": CUSTOMER,
    "payments:constancias": CUSTOMER,
    "payments:constancia": CUSTOMERS_OWN,
    "payments:constancia_pdf": CUSTOMERS_OWN,
    "payments:cancel": CUSTOMERS_OWN,
    "payments:invoice": CUSTOMERS_OWN,
    "payments:invoice_pdf": CUSTOMERS_OWN,
    "payments:invoice_xml": CUSTOMERS_OWN,
    "payments:proof": CUSTOMERS_OWN,
    "payments:proof_file": Door(Who.SIGNED_IN, ("payments.view_prooffile",), hidden=True),
    "payments:verify": ANYBODY,
    "payments:distributor": DISTRIBUTOR,
    "payments:distributor_csv": DISTRIBUTOR,
    "reconciliation:claim": CUSTOMER,
    # For machines.
    "alive": ANYBODY_EVEN_BEFORE,
    "ready": ANYBODY_EVEN_BEFORE,
}

CONFIRM, DECIDE = "payments.confirm_payment", "reconciliation.decide_movement"
IMPORT, UNDO = "reconciliation.import_statement", "reconciliation.undo_statement"
ISSUE, LOAD = "payments.issue_invoicerequest", "accounts.load_tables"
ADMIN = {
    "index": STAFF,
    "app_list": Door(Who.STAFF, ("payments.view_constancia",), hidden=True),  # of an app of theirs
    "jsi18n": STAFF,
    "autocomplete": permission("accounts.view_customer"),  # of what is looked for
    "view_on_site": NOWHERE,  # no row has a page of its own outside
    "password_change": STAFF,
    "password_change_done": STAFF,
    "login": STAFF,
    "logout": SIGNED_IN,
    "desk_search": STAFF,  # each kind of thing by its own permission
    "desk_customer": permission("accounts.view_customer"),
    "desk_customer_welcome": permission("accounts.change_user"),
    "desk_month": permission("payments.view_payment", "accounts.export_lists"),
    "desk_month_file": permission("payments.view_payment", "accounts.export_lists"),
    "facturamos_outboxmessage_examples": ADMINISTRATOR,
    "facturamos_outboxmessage_example": ADMINISTRATOR,
    "facturamos_textversion_text": permission("facturamos.view_textversion"),
    "accounts_welcomecampaign_start": permission("accounts.start_campaign"),
    "accounts_tableimport_upload": permission(LOAD),
    "accounts_tableimport_template": permission(LOAD),
    "accounts_tableimport_apply": permission(LOAD),
    "accounts_tableimport_look": permission(LOAD),
    "auth_user_password_change": ADMINISTRATOR,
    "payments_constancia_confirm": permission(CONFIRM),
    "payments_constancia_pdf": permission("payments.view_constancia"),
    "payments_invoicerequest_issue": permission(ISSUE),
    "payments_invoicerequest_pdf": permission("payments.view_invoicerequest"),
    "payments_invoicerequest_xml": permission("payments.view_invoicerequest"),
    "payments_paymentproof_refuse": permission("payments.answer_paymentproof"),
    "reconciliation_depositclaim_answer": permission("reconciliation.answer_depositclaim"),
    "reconciliation_movement_balances": permission("reconciliation.view_movement"),
    "reconciliation_movement_apply": permission(DECIDE),
    "reconciliation_movement_split": permission(DECIDE),
    "reconciliation_movement_ignore": permission(DECIDE),
    "reconciliation_movement_comment": permission(DECIDE),
    "reconciliation_movement_undo": permission(DECIDE),
    "reconciliation_movement_returned": permission(DECIDE),
    "reconciliation_statement_confirm": permission(IMPORT),
    "reconciliation_statement_judge": permission(IMPORT),
    "reconciliation_statement_undo": permission(UNDO),
    "reconciliation_statement_upload": permission(IMPORT),
    "reconciliation_statement_columns": permission(IMPORT),
    "reconciliation_statement_download": permission("reconciliation.view_statement"),
}

# What each model's own pages allow, besides looking: who adds, and who deletes.
MODELS = {
    "facturamos_outboxmessage": "view",
    "facturamos_textversion": "view",
    "accounts_auditevent": "view",
    "accounts_welcomecampaign": "view",
    "accounts_tableimport": "view",
    "auth_group": "view",
    "accounts_distributor": "view add",
    "accounts_customer": "view add",
    "accounts_user": "view add",
    "accounts_privacynotice": "view add",
    "accounts_privacyconsent": "view",
    "renewals_product": "view add",
    "renewals_quote": "view add",
    "renewals_migrationnotice": "view",
    "payments_bankaccount": "view add",
    "payments_constancia": "view",
    "payments_invoicerequest": "view",
    "payments_paymentproof": "view",
    "payments_payment": "view",
    "reconciliation_depositclaim": "view",
    "reconciliation_movement": "view",
    "reconciliation_statement": "view",
    "reconciliation_tablemapping": "view delete",
}


def table() -> dict[str, Door]:
    """All of it, by the names of the addresses."""
    doors = PORTAL | {f"admin:{name}": door for name, door in ADMIN.items()}
    doors["admin/(?P<url>.*)$"] = NOWHERE
    for model, allowed in MODELS.items():
        doors |= _of_a_model(model, allowed.split())
    return doors


def _of_a_model(model: str, allowed: list[str]) -> dict[str, Door]:
    app, _, name = model.partition("_")
    label = {verb: f"{app}.{verb}_{name}" for verb in ("view", "add", "delete")}
    view = permission(label["view"])
    return {
        f"admin:{model}_changelist": view,
        f"admin:{model}_change": view,
        f"admin:{model}_history": view,
        f"admin:{model}_export": permission(label["view"], "accounts.export_lists"),
        f"admin:{model}_add": permission(label["add"]) if "add" in allowed else NOBODY,
        f"admin:{model}_delete": permission(label["delete"]) if "delete" in allowed else NOBODY,
        # Leads to the row's page.
        f"admin/{app}/{name}/<path:object_id>/": STAFF,
    }


@dataclass(frozen=True)
class Url:
    """An address: what it is called (its route, when it has no name), and its route."""

    name: str
    route: str

    @property
    def has_key(self) -> bool:
        """Whether it names something."""
        return "<" in self.route


def every_url() -> dict[str, Url]:
    """All addresses of the resolver, by name."""
    found = list(_walk(get_resolver().url_patterns, "", ()))
    assert len({url.name for url in found}) == len(found)
    return {url.name: url for url in found}


def _walk(patterns: list, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Url]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = ":".join((*namespaces, pattern.name)) if pattern.name else route
            yield Url(name, route)
        else:
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, route, inner)
