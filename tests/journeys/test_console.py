"""What the browser's console says while somebody looks at every page (checklist B3)."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CUSTOMER = ("/panel/", "/renovacion/", "/constancias/", "/privacidad/", "/contrasena/", "/cuenta/")
STAFF = (
    "/admin/",
    "/admin/payments/constancia/",
    "/admin/payments/paymentproof/",
    "/admin/payments/bankaccount/",
    "/admin/reconciliation/statement/",
    "/admin/reconciliation/movement/",
    "/admin/accounts/customer/",
    "/admin/accounts/customer/add/",
    "/admin/accounts/auditevent/",
)


def test_B3_no_page_makes_the_console_complain(walk):  # noqa: N802 (its number)
    stranger = walk()
    for path in ("/ingresar/", "/contrasena/olvidada/", "/privacidad/integral/", "/no-existe/"):
        stranger.open(path)
    # Refused by the policy, or a feature that the browser does not know, is told as a warning too.
    told = []
    for name, paths in (("cliente2", CUSTOMER), ("cxc", STAFF)):
        person = walk()
        person.page.on("console", lambda message: told.append((message.type, message.text)))
        person.open("/ingresar/")
        person.sign_in(name)
        if name == "cliente2":
            person.page.get_by_label("He leído y estoy de acuerdo").check()
            person.press("Continuar")
        for path in paths:
            person.open(path)
            person.is_at(path)
    complaints = {text for kind, text in told if kind in ("error", "warning")}
    # A page that this person may not see is told so by its status.
    assert [text for text in complaints if "Failed to load resource" not in text] == []
