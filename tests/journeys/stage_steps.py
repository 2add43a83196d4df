"""What a customer does on a page of the stage until it shows the state that is wanted."""

import datetime

from playwright.sync_api import FilePayload, Page

from tests.journeys.test_road import JUAREZ
from tests.payments import proof_samples as samples


def send(page: Page, *, form: str = "main form[method=post]", button: str = "", **fields) -> None:
    """Fill the fields of a form by their names and send it, past the browser's own checks."""
    for name, value in fields.items():
        page.locator(f"{form} [name={name}]").last.fill(value)
    with page.expect_navigation():
        page.locator(form).first.evaluate(
            "(form, name) => { form.noValidate = true;"
            " form.requestSubmit(name ? form.querySelector(`[name=${name}]`) : null); }",
            button,
        )


def sending(**how):
    """A step: send the page's form with these fields."""
    return lambda page: send(page, **how)


def signing_in(user: str, *, times: int = 1, code: str = ""):
    """A step: sign in so often, and write a code where one is asked for."""

    def steps(page: Page) -> None:
        for _ in range(times):
            send(page, login=user, password="una frase de prueba")
        if code:
            send(page, code=code)

    return steps


def ticking(*names: str):
    """A step: tick these boxes and send."""

    def steps(page: Page) -> None:
        for name in names:
            page.locator(f"main [name={name}]").check()
        send(page)

    return steps


def offering(*files: tuple[str, bytes], day: str | None = None):
    """A step: send a proof with these files (names and contents) and today's date, or another."""

    def steps(page: Page) -> None:
        payload: list[FilePayload] = [
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            for name, content in files
        ]
        page.locator("main [name=file]").set_input_files(payload)
        send(page, form="main form[enctype]", paid_on=today() if day is None else day)

    return steps


def offering_too_much(page: Page) -> None:
    """Send a proof of more than ten megabytes, which the browser makes itself."""
    page.locator("main [name=file]").evaluate(
        "field => { const files = new DataTransfer();"
        " files.items.add(new File([new Uint8Array(10 * 1024 * 1024 + 1)], 'foto.jpg'));"
        " field.files = files.files; }"
    )
    send(page, form="main form[enctype]", paid_on=today())


def today() -> str:
    return f"{datetime.datetime.now(JUAREZ):%Y-%m-%d}"


PROOF = ("recibo.jpg", samples.image())
HEIC = ("IMG_0001.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100)


def claim(page: Page) -> None:
    send(page, paid_on=today(), amount="1,305.00")


def ask_for_invoice(page: Page) -> None:
    page.locator("main [name=regime]").select_option("601")
    page.locator("main [name=cfdi_use]").select_option("G03")
    page.locator("main [name=confirm]").check()
    send(page, rfc="FDE150803AB1", name="FERRETERIA DEMOSTRACION", postal_code="32000")


def picking_nothing(page: Page) -> None:
    for box in page.locator("#quote input[type=checkbox]").all():
        box.uncheck()
    send(page, form="#quote", button="generate")


def another_total(page: Page) -> None:
    """As if the price had changed while the page was open."""
    page.locator("main [name=total]").first.evaluate("field => { field.value = '$1.00' }")
    send(page, button="accept")


def without_cookies(page: Page) -> None:
    page.context.clear_cookies()
    send(page, login="cliente", password="x")


def too_often(page: Page) -> None:
    """Ask a page for more than it gives in a minute."""
    for _ in range(31):
        page.request.get(page.url)
    page.reload()
