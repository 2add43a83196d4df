"""What every part needs: timing that a busy machine does not spoil, and figures with their bars."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import GeneratorType
from typing import Any
from unittest.mock import patch

Call = Callable[[], object]


def interleaved(*calls: Call, rounds: int) -> list[list[float]]:
    """The seconds of processor time of each call, taken in turns after one round to warm up.

    Turns, so that whatever else the machine does meets all calls alike: trust the ratios.
    """
    seconds: list[list[float]] = [[] for _ in calls]
    for number in range(rounds + 1):
        for call, taken in zip(calls, seconds, strict=True):
            start = time.process_time()
            call()
            if number:
                taken.append(time.process_time() - start)
    return seconds


def medians(*calls: Call, rounds: int) -> list[float]:
    """The median seconds of each call, taken in turns."""
    return [statistics.median(taken) for taken in interleaved(*calls, rounds=rounds)]


@contextmanager
def stopwatch(**places: tuple[Any, str]) -> Iterator[dict[str, float]]:
    """The seconds spent, by name, in functions given as (where, name of the function)."""
    seconds = dict.fromkeys(places, 0.0)

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                result = function(*args, **kwargs)
                # A generator does its work only as it is read.
                return list(result) if isinstance(result, GeneratorType) else result
            finally:
                seconds[name] += time.process_time() - start

        return call

    with ExitStack() as stack:
        for name, (where, function) in places.items():
            wrapped = timed(name, getattr(where, function))
            stack.enter_context(patch.object(where, function, wrapped))
        yield seconds


def lasting(call: Callable[[], object]) -> float:
    """The seconds on the clock that the call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def title(text: str) -> None:
    """A heading above the figures that follow."""
    print(f"\n{text}")


def figure(
    name: str,
    value: float,
    note: str = "",
    *,
    most: float | None = None,
    least: float | None = None,
) -> None:
    """Print a figure and, when it has a bar, whether it meets it."""
    bar = ""
    if most is not None:
        bar = f"{'meets' if value <= most else 'misses'} ≤ {most:g}"
    elif least is not None:
        bar = f"{'meets' if value >= least else 'misses'} ≥ {least:g}"
    print(f"  {name:<58} {value:7.2f}  {bar:<13} {note}".rstrip(), flush=True)


def ms(seconds: float) -> str:
    """Seconds as milliseconds, to stand beside a ratio."""
    return f"{seconds * 1000:.1f} ms"
