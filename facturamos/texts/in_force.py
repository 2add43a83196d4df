"""The words in force, read from the database once a request.

Around a request (`WordsMiddleware`) and around each job of the worker the first who asks reads all
of them with one query, and the others take what was read. Elsewhere each asks anew.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from facturamos.models import TextVersion
from facturamos.texts.words import DEFAULTS, Words

log = logging.getLogger(__name__)


@dataclass
class _Memo:
    words: Words | None = None
    # Whether somebody asked in vain: then the page asks no more.
    nobody_answers: bool = False


_memo: ContextVar[_Memo | None] = ContextVar("words_memo", default=None)
# What this process read last: for the pages that must not ask, and for when nobody answers. What
# leaves or is stored (mails, PDFs) is never made of it.
_last = _Memo()


def in_force() -> Words:
    """The words as they stand now; raises django.db.Error when they cannot be read."""
    memo = _memo.get()
    if memo is None:
        return _read()
    if memo.words is None:
        memo.words = _read()
    return memo.words


def known() -> Words:
    """The words as this process knows them, without asking: for pages about what went wrong."""
    memo = _memo.get()
    return (memo and memo.words) or _last.words or DEFAULTS


def to_show() -> Words:
    """The words for a page: those in force or, when nobody answers, those that are known.

    A page with yesterday's telephone beats no page; what else it needs will fail by itself.
    """
    memo = _memo.get()
    if memo and memo.nobody_answers:
        return known()
    try:
        return in_force()
    except Error:
        log.warning("The texts could not be read", exc_info=True)
        if memo:
            memo.nobody_answers = True
        return known()


@contextmanager
def read_once() -> Iterator[None]:
    """Within it the words are read at most once."""
    if _memo.get() is not None:
        yield
        return
    with _standing(_Memo()):
        yield


@contextmanager
def as_if(words: Words) -> Iterator[None]:
    """Within it those words are in force: for previews and examples."""
    with _standing(_Memo(words)):
        yield


@contextmanager
def _standing(memo: _Memo) -> Iterator[None]:
    token = _memo.set(memo)
    try:
        yield
    finally:
        _memo.reset(token)


def forget() -> None:
    """Let the next who asks read again: something was published."""
    if memo := _memo.get():
        memo.words = None


def _read() -> Words:
    words = Words(dict(TextVersion.objects.newest().values_list("key", "body")))
    _last.words = words
    return words


class WordsMiddleware:
    """One reading of the words a request, when something asks for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with read_once():
            return self.get_response(request)


def context(request: HttpRequest) -> dict[str, object]:
    """Template variables `contacts` and `banks`; a page that shows neither asks for nothing."""
    return {
        "contacts": SimpleLazyObject(lambda: to_show().contacts),
        "banks": SimpleLazyObject(lambda: to_show().banks),
    }
