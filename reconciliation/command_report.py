"""What `import_statement` prints, for people and for programs."""

import json
from dataclasses import dataclass
from typing import Any

from facturamos.money import format_money
from reconciliation.models import Statement
from reconciliation.summary import Summary, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An import, or a look at what it would bring (then without `statement`).

    `problems` are line, reason and text of lines that could not be read; `unlisted` as many more.
    """

    name: str
    layout: str
    account: str
    lines: int
    problems: list[tuple[int, str, str]]
    gaps: list[str]
    summary: Summary
    unlisted: int = 0
    statement: Statement | None = None
    is_new: bool = True
    confirmed: int = 0


def as_json(report: Report) -> str:
    """One object; amounts as text in MXN, with two decimals."""
    summary = report.summary
    return json.dumps(
        {
            "file": report.name,
            "dry_run": report.statement is None,
            "already_there": not report.is_new,
            "statement": report.statement and report.statement.pk,
            "state": report.statement and report.statement.state,
            "layout": report.layout,
            "account": report.account,
            "lines": report.lines,
            "total": _tally(summary.total),
            "exact": _tally(summary.exact),
            "people": {each.value: _tally(tally) for each, tally in summary.people.items()},
            "not_ours": _tally(summary.not_ours),
            "ignored": _tally(summary.ignored),
            "applied": _tally(summary.applied),
            "repeated": _tally(summary.repeated),
            "confirmed": report.confirmed,
            "unread": len(report.problems) + report.unlisted,
            "problems": [
                {"line": line, "reason": reason, "text": text}
                for line, reason, text in report.problems
            ],
            "gaps": report.gaps,
        },
        ensure_ascii=False,
    )


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "count": tally.count,
        "deposits": f"{tally.deposits:.2f}",
        "withdrawals": f"{tally.withdrawals:.2f}",
        "amount": f"{tally.amount:.2f}",
    }


def as_text(report: Report) -> str:
    """A few lines for whoever typed the command."""
    summary = report.summary
    account = f", cuenta {report.account}" if report.account else ""
    lines = [
        f"{report.name}: {_fate(report)}",
        f"Formato {report.layout}{account}. Líneas: {report.lines}.",
        f"Depósitos {format_money(summary.total.deposits)}, retiros "
        f"{format_money(summary.total.withdrawals)}, en total {_said(summary.total)}.",
        f"  Listos para confirmar: {_said(summary.exact)}",
        *(f"  {each.label.capitalize()}: {_said(tally)}" for each, tally in summary.people.items()),
        f"  No son para nosotros: {_said(summary.not_ours + summary.ignored)}",
        f"  Ya aplicados: {_said(summary.applied)}",
        f"Repetidos, que ya están en otro estado de cuenta: {_said(summary.repeated)}.",
        *(f"Ilegible, línea {line}: {reason}: {text}" for line, reason, text in report.problems),
    ]
    if report.unlisted > 0:
        lines.append(f"Y {report.unlisted} líneas ilegibles más.")
    lines += [f"Al archivo le falta algo: {gap}" for gap in report.gaps]
    lines += [f"Pagos confirmados: {report.confirmed}."] if report.confirmed else []
    return "\n".join(map(_printable, lines))


def _fate(report: Report) -> str:
    if report.statement is None:
        return "esto traería; no se escribió nada."
    state = report.statement.get_state_display()
    if report.is_new:
        return f"{state}, es el estado de cuenta {report.statement.pk}."
    return f"ya estaba cargado, es el estado de cuenta {report.statement.pk} ({state})."


def _said(tally: Tally) -> str:
    return f"{tally.count} ({format_money(tally.amount)})"


def _printable(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
