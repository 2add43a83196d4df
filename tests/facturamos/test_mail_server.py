"""The outbox in front of a real mail server on this machine, which does what servers do."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import AnyStr

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.utils import timezone

from facturamos.letters import Letter
from facturamos.mail import Mail, post, send_due
from facturamos.models import OutboxMessage
from tests.live import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LETTER = Letter(
    subject="Pago de Peña & D'Ángel",
    text="Confirmamos el pago de Peña & D'Ángel.\n",
    html="<p>Confirmamos el pago de Peña &amp; D&#x27;Ángel.</p>",
)
READERS = ("ana@example.com", "luis@example.com", "mar@example.com")


class Server:
    """Accepts mail, unless told what to do at a step: an answer, `hang up` or `silence`."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, str]] = []  # reader, Message-ID
        self.at_sender: str = ""
        self.at_recipient: dict[str, str] = {}
        self.at_data: str = ""
        self.after_accepting: str = ""

    async def handle_MAIL(self, server: SMTP, session, envelope, address, options) -> str:  # noqa: N802
        if self.at_sender:
            return self.at_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session, envelope, address, options) -> str:  # noqa: N802
        answer = self.at_recipient.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return await self._do(server, answer)

    async def handle_DATA(self, server: SMTP, session, envelope) -> str:  # noqa: N802
        if self.at_data:
            return await self._do(server, self.at_data)
        header = envelope.content.decode("utf-8", "replace").partition("\r\n\r\n")[0]
        (message_id,) = [
            line.partition(": ")[2]
            for line in header.splitlines()
            if line.startswith("Message-ID: ")
        ]
        self.accepted += [(reader, message_id) for reader in envelope.rcpt_tos]
        return await self._do(server, self.after_accepting or "250 OK")

    async def _do(self, server: SMTP, answer: str) -> str:
        if answer == "hang up":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "" if answer == "silence" else answer


class Silent(SMTP):
    """Sends nothing where the handler has nothing to say."""

    async def push(self, status: AnyStr) -> None:
        if status:
            await super().push(status)


class OnLoopback(Controller):
    def factory(self) -> SMTP:
        return Silent(self.handler, enable_SMTPUTF8=True, hostname="mail.example.com")


@pytest.fixture
def port(settings) -> int:
    """Where the portal looks for its mail server; nobody listens there yet."""
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 0.5
    return settings.EMAIL_PORT


@pytest.fixture
def server(port) -> Iterator[Server]:
    """A mail server that answers as the test says."""
    handler = Server()
    controller = OnLoopback(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture(autouse=True)
def written():
    """A mail to each of three readers, waiting to leave; gives their Message-IDs."""
    post([Mail(letter=LETTER, to=reader, about="payment-confirmed:12") for reader in READERS])
    return dict(OutboxMessage.objects.values_list("to__0", "message_id"))


@pytest.fixture
def later(monkeypatch):
    """Lets hours pass."""
    shift = timedelta()
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + shift)

    def let_pass(**duration: float) -> None:
        nonlocal shift
        shift += timedelta(**duration)

    return let_pass


def states() -> Counter:
    return Counter(OutboxMessage.objects.values_list("state", flat=True))


def row(reader: str) -> OutboxMessage:
    return OutboxMessage.objects.get(to__0=reader)


def test_everybody_gets_the_mail_once(server, written):
    assert send_due() == 3
    assert send_due() == 0
    assert sorted(server.accepted) == sorted(written.items())


def test_a_server_that_is_down_loses_nothing_and_doubles_nothing(port, later, written):
    for _ in range(3):
        assert send_due() == 0
    assert states() == {"waiting": 3}
    assert "Connection refused" in row("ana@example.com").last_error
    later(minutes=1)
    handler = Server()
    controller = OnLoopback(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert send_due() == 3
    finally:
        controller.stop()
    assert sorted(handler.accepted) == sorted(written.items())


def test_a_server_that_says_nothing_costs_one_time_out_a_round(port, later):
    with closing(socket.create_server(("127.0.0.1", port))):  # takes the call and never speaks
        assert send_due() == 0
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert states() == {"waiting": 3}
    assert "timed out" in row("ana@example.com").last_error


def test_a_server_that_falls_silent_in_the_middle_loses_nothing(server, later, written):
    server.at_data = "silence"
    assert send_due() == 0
    server.at_data = ""
    later(minutes=1)
    assert send_due() == 3
    assert sorted(server.accepted) == sorted(written.items())


def test_a_server_that_hangs_up_before_it_accepted_loses_and_doubles_nothing(
    server, later, written
):
    server.at_data = "hang up"
    assert send_due() == 0
    server.at_data = ""
    later(minutes=1)
    assert send_due() == 3
    assert sorted(server.accepted) == sorted(written.items())


def test_accepted_and_dropped_is_the_only_second_copy_with_the_same_message_id(
    server, later, written
):
    server.after_accepting = "hang up"
    assert send_due() == 0
    server.after_accepting = ""
    later(minutes=1)
    assert send_due() == 3
    first = server.accepted[0]
    assert Counter(server.accepted) == Counter([*written.items(), first])


@pytest.mark.parametrize("answer", ["451 4.3.0 try again later", "452 4.2.2 mailbox full"])
def test_a_4xx_for_one_reader_delays_that_one_only(server, later, written, answer):
    server.at_recipient["luis@example.com"] = answer
    assert send_due() == 2
    waiting = row("luis@example.com")
    assert (waiting.state, waiting.attempts) == (OutboxMessage.State.WAITING, 1)
    assert answer[:3] in waiting.last_error
    server.at_recipient.clear()
    assert send_due() == 0  # not before its time
    later(minutes=1)
    assert send_due() == 1
    assert sorted(server.accepted) == sorted(written.items())


def test_a_4xx_after_the_whole_mail_waits_too(server, later, written):
    server.at_data = "451 4.7.1 greylisted"
    assert send_due() == 0
    assert states() == {"waiting": 3}
    server.at_data = ""
    later(minutes=1)
    assert send_due() == 3
    assert sorted(server.accepted) == sorted(written.items())


def test_a_5xx_for_one_reader_parks_that_one_and_holds_up_nobody(server, later):
    server.at_recipient["luis@example.com"] = "550 5.1.1 no such user"
    assert send_due() == 2
    parked = row("luis@example.com")
    assert (parked.state, parked.attempts) == (OutboxMessage.State.PARKED, 1)
    assert "no such user" in parked.last_error
    later(days=30)
    assert send_due() == 0
    assert {reader for reader, _ in server.accepted} == {"ana@example.com", "mar@example.com"}


@pytest.mark.parametrize("answer", ["530 5.7.0 authentication required", "553 5.7.1 not yours"])
def test_a_5xx_for_us_parks_nobody_and_once_it_is_mended_all_leave(server, later, written, answer):
    server.at_sender = answer
    assert send_due() == 0
    assert states() == {"waiting": 3}
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    server.at_sender = ""
    later(minutes=1)
    assert send_due() == 3
    assert sorted(server.accepted) == sorted(written.items())


def test_a_5xx_after_the_whole_mail_parks_it(server):
    server.at_data = "554 5.7.1 looks like spam"
    assert send_due() == 0
    assert states() == {"parked": 3}


def test_4xx_for_a_day_ends_in_the_hands_of_a_person(server, later):
    server.at_data = "451 4.3.0 try again later"
    for _ in range(10):
        send_due()
        later(minutes=520)
    assert states() == {"parked": 3}
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {10}
