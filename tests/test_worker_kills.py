"""A worker killed a hundred times, with a mail server that now and then says "later".

Every effect happens once: each PDF, each expiry, each reminder, each mail. A mail may leave twice
only when the worker died between the server's yes and its own note of it.
"""

import asyncio
import json
import math
import random
import time
from collections import defaultdict
from itertools import pairwise

import pytest
from aiosmtpd.controller import Controller

from tests.live import free_port, played

pytestmark = pytest.mark.slow

KILLS = 100


class Moody:
    """Accepts mail, but answers one in ten that it should come back later."""

    def __init__(self) -> None:
        # By Message-ID, each time it was accepted: when its worker was still alive for sure.
        self.accepted: defaultdict[str, list[float]] = defaultdict(list)
        self.put_off = 0
        self._random = random.Random(4)

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        envelope.alive_at = time.monotonic()  # the content comes only after this answer was read
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self._random.random() < 0.1:
            self.put_off += 1
            return "451 4.3.0 come back later"
        header = envelope.content.decode("utf-8", "replace").partition("\r\n\r\n")[0]
        (message_id,) = [
            line.partition(": ")[2]
            for line in header.splitlines()
            if line.startswith("Message-ID: ")
        ]
        self.accepted[message_id].append(envelope.alive_at)
        await asyncio.sleep(0.02)  # so that some kills come before the worker heard the answer
        return "250 OK"


@pytest.fixture
def server():
    handler = Moody()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


def test_a_worker_killed_a_hundred_times_does_everything_once(tmp_path, ready, server):
    told = json.loads("".join(played(tmp_path, ready, "tests.kills", str(server.port), str(KILLS))))
    assert told["problems"] == []
    assert len(told["killed"]) == KILLS
    accepted, put_off = server.handler.accepted, server.handler.put_off
    assert put_off
    assert set(accepted) == set(told["mails"])
    # Each second copy has a kill of its own, which came while the worker had that mail in hand.
    copies = [pair for moments in accepted.values() for pair in pairwise(moments)]
    kills = [next((k for k in told["killed"] if k > first), math.inf) for first, _ in copies]
    assert all(kill < second for kill, (_, second) in zip(kills, copies, strict=True))
    assert len(set(kills)) == len(kills)
    assert kills, "no kill came between the server's yes and the worker's note: this proves nothing"
