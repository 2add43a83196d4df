"""The audit in sentences: "Ana confirmó un depósito de $1,305.00 para la constancia 123 4567".

Each app has words for its own events (`settings.AUDIT_WORDS`), as earlier apps know nothing of
later ones. Nothing here asks the database.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import AuditEvent
from facturamos.money import format_money

# What the admin's forms record of any model that they edit.
FORM_VERBS = {"added": "dio de alta", "changed": "cambió", "deleted": "quitó"}
EMPTY = "(vacío)"
# So many of a list stand in a sentence.
MOST_NAMED = 5


@dataclass(frozen=True)
class Words:
    """What an app says of its events.

    `says`: by the group's title and the action, what was done, without who; `{target}` is the row,
    `{lower}` the same without its capital, and any key of the event's data may stand in braces.
    `names`: the models that forms edit, each with its article, in the same way. `labels`: what the
    keys of the data are called. `find`: the rows (type, id) that a search means, from its
    words and from the customers (ids) whom they name.
    """

    says: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    find: Callable[[str, Sequence[int]], Iterable[tuple[str, int]]] = lambda words, customers: ()


class Change(NamedTuple):
    """A field of a row, before and after."""

    label: str
    before: str
    after: str


@cache
def all_words() -> list[Words]:
    """Every app's, in the order of the story."""
    return [import_string(path) for path in settings.AUDIT_WORDS]


def actions_that_say(words: str) -> list[str]:
    """The actions whose sentence holds the words."""
    return [action for action, phrase in _phrases().items() if words.lower() in phrase.lower()]


@cache
def groups() -> dict[str, list[str]]:
    """The actions of each group, by its title."""
    found: dict[str, list[str]] = {}
    for words in all_words():
        for title, actions in words.says.items():
            found.setdefault(title, []).extend(actions)
        if words.names:
            forms = [f"{name}.{verb}" for name in words.names for verb in FORM_VERBS]
            found.setdefault("Altas y cambios en formularios", []).extend(forms)
    return found


def sentence(event: AuditEvent) -> str:
    """Who did what. An action that nobody has words for any more is still told."""
    return f"{event.actor[:1].upper()}{event.actor[1:]} {deed(event)}"


def deed(event: AuditEvent) -> str:
    """What was done, as it follows the name of who did it."""
    if phrase := _phrases().get(event.action):
        told = {key: _in_brief(value) for key, value in event.data.items()}
        return phrase.format_map(_Told(told | _names_of(event.target)))
    model, _, verb = event.action.rpartition(".")
    name = _names().get(model)
    if name and verb == "deleted":
        line = f"«{shown(event.data.get('line'))}»"
        return f"{FORM_VERBS[verb]} {name.format_map(_names_of(line))} de {event.target}"
    if name and verb in FORM_VERBS:
        return f"{FORM_VERBS[verb]} {name.format_map(_names_of(event.target))}{_in_short(event)}"
    return f"hizo «{event.action}» en {event.target}"


def _names_of(target: str) -> dict[str, str]:
    target = target.replace(" · ", " de ")
    return {"target": target, "lower": f"{target[:1].lower()}{target[1:]}"}


class _Told(dict[str, str]):
    """An old row may lack what today's say."""

    def __missing__(self, key: str) -> str:
        return "…"


def _in_brief(value: Any) -> str:
    """The value, of a long list only how it begins."""
    if isinstance(value, list) and len(value) > MOST_NAMED:
        return f"{shown(value[:MOST_NAMED])} y {len(value) - MOST_NAMED} más"
    return shown(value)


def _in_short(event: AuditEvent) -> str:
    """The change itself where it is only one; otherwise which fields."""
    rows = changes(event)
    if event.action.endswith(".added") or not rows:
        return ""
    if len(rows) == 1 and len(rows[0].before) + len(rows[0].after) < 80:
        return f": {rows[0].label} de {rows[0].before} a {rows[0].after}"
    return f": {', '.join(row.label for row in rows)}"


def changes(event: AuditEvent) -> list[Change]:
    """Field by field, what the row said before and after; empty if the event changed no field."""
    before, after = event.data.get("before"), event.data.get("after")
    if not isinstance(before, dict) and not isinstance(after, dict):
        if before is None and after is None:
            return []
        name = _label(event, event.action)  # of what has only one value
        return [Change(name, shown(before), shown(after))]
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    return [
        Change(_label(event, key), _value(event, key, old), _value(event, key, new))
        for key in [*new, *(key for key in old if key not in new)]
        if old.get(key) != new.get(key)
    ]


def details(event: AuditEvent) -> list[tuple[str, str]]:
    """What else the event tells, each with its label."""
    return [
        (_label(event, key), shown(value))
        for key, value in event.data.items()
        if key not in ("before", "after")
    ]


def _label(event: AuditEvent, key: str) -> str:
    if (found := _field(event, key)) is not None:
        name = str(found.verbose_name)
        return f"{name[0].lower()}{name[1:]}" if name[1:2].islower() else name
    return _key(key)


def _key(key: str) -> str:
    """What a key of the data is called; itself where no app says."""
    return next((words.labels[key] for words in all_words() if key in words.labels), key)


def _value(event: AuditEvent, key: str, values: Mapping[str, Any]) -> str:
    value = values.get(key)
    choices = dict(getattr(_field(event, key), "flatchoices", ()))
    # A list, such as a person's groups, is no choice.
    label = choices.get(value) if isinstance(value, str) else None
    return str(label or shown(value))


def _field(event: AuditEvent, name: str) -> "models.Field[Any, Any] | None":
    """The column of that name of the model that the event is about."""
    try:
        found = apps.get_model(event.target_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return found if isinstance(found, models.Field) else None


def shown(value: Any) -> str:
    """A value of the data as people read it: amounts, dates and yes or no were kept as text."""
    match value:
        case None | "" | "None" | []:
            return EMPTY
        case dict() if not value:
            return EMPTY
        case True | "True":
            return "Sí"
        case False | "False":
            return "No"
        case dict():
            return "; ".join(f"{_key(key)}: {shown(inner)}" for key, inner in value.items())
        case list():
            return ", ".join(shown(inner) for inner in value)
        case str():
            return _text(value)
    return str(value)


def _text(value: str) -> str:
    if re.fullmatch(r"-?\d{1,12}\.\d\d", value, re.ASCII):
        return format_money(Decimal(value))
    if not re.match(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return value
    try:
        if len(value) == len("2026-11-22"):
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{timezone.localtime(moment) if moment.tzinfo else moment:%d/%m/%Y %H:%M}"


@cache
def _phrases() -> dict[str, str]:
    return {
        action: phrase
        for words in all_words()
        for actions in words.says.values()
        for action, phrase in actions.items()
    }


@cache
def _names() -> dict[str, str]:
    return {model: name for words in all_words() for model, name in words.names.items()}
