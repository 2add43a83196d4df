"""The codes that a telephone would show (RFC 6238: SHA-1, six digits, thirty seconds)."""

import base64
import hashlib
import hmac
import struct
import time

DEMO_SECRET = "JBSWY3DPEHPK3PXP"
STEP = 30


def code(secret: str = DEMO_SECRET, *, steps: int = 0) -> str:
    """The code of this moment, or of so many steps later."""
    counter = struct.pack(">Q", int(time.time()) // STEP + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
