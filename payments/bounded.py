"""`proof_files.check_file` in a process of its own, so that no file takes more than its share.

A few kilobytes can ask a reader for gigabytes or hours. The child has limits on memory and
processor time that the system keeps, and none of the portal's secrets. Knows no Django.
"""

import json
import resource
import subprocess
import sys
import threading
from pathlib import Path

from payments.cep import Cep
from payments.proof_files import CheckedFile, Problem, RefusedFileError, check_file

ROOT = Path(__file__).resolve().parent.parent
# Room for an image of MAX_PIXELS twice, as it came and upright.
MEMORY = 1024 * 1024 * 1024  # bytes
SECONDS = 8
# Per process of the portal; who comes later waits in line.
_at_once = threading.BoundedSemaphore(2)


def check_bounded(name: str, content: bytes, seconds: float = SECONDS) -> CheckedFile:
    """As `check_file`; what takes over `seconds` or too much memory is TOO_COMPLEX.

    Raises RefusedFileError, with NO_TIME when so long a wait in line was in vain.
    """
    if not _at_once.acquire(timeout=seconds):
        raise RefusedFileError(Problem.NO_TIME)
    try:
        return _answer(_run(name, content, seconds))
    except subprocess.TimeoutExpired as error:
        raise RefusedFileError(Problem.TOO_COMPLEX) from error
    finally:
        _at_once.release()


def _run(name: str, content: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 (our own program; the file goes through its input)
        [sys.executable, "-m", "payments.bounded", name.encode(errors="replace").hex()],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        input=content,
        capture_output=True,
        timeout=seconds,
        check=False,
    )


def _answer(done: subprocess.CompletedProcess[bytes]) -> CheckedFile:
    head, _, kept = done.stdout.partition(b"\n")
    if done.returncode or not head:  # killed at a limit, or qpdf or Pillow fell over
        raise RefusedFileError(Problem.TOO_COMPLEX)
    told = json.loads(head)
    if told["problem"]:
        raise RefusedFileError(Problem(told["problem"]))
    cep = Cep.from_json(told["cep"]) if told["cep"] else None
    return CheckedFile(told["kind"], kept, told["sha256"], told["size"], cep)


def _main() -> None:
    """The child: a file on the input; on the output a line of JSON, then what is kept."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    name = bytes.fromhex(sys.argv[1]).decode()
    told: dict[str, object] = {"problem": ""}
    kept = b""
    try:
        checked = check_file(name, sys.stdin.buffer.read())
    except RefusedFileError as error:
        told["problem"] = error.problem.value
    except MemoryError:
        told["problem"] = Problem.TOO_COMPLEX.value
    else:
        kept = checked.content
        told["cep"] = checked.cep.as_json() if checked.cep else None
        told |= {"kind": checked.kind, "sha256": checked.sha256, "size": checked.size}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + kept)


if __name__ == "__main__":
    _main()
