"""What ``withdraw`` prints: what was done, what is left of it and where, and what somebody has to do yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.layout import counted, draw, wrap
from tracker.report.records import encode_json, plain_fields
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.rights import MadeCopy, RightsChange, Scope, Withdrawal
    from tracker.model.texts import Reference

_SHOWN = 5
"""How many references are named before the rest is only counted."""


def question(scope: Scope) -> str:
    """Return what is asked before material is destroyed."""
    also = f", and with it {_list(scope.joined)}, which holds the same bytes" if scope.joined else ""
    return f"{scope.reference}: {_amount(scope)} would be destroyed for good{also}."


def render_change(change: RightsChange, *, width: int = 80) -> str:
    """Return the result of an act, one or two sentences per line."""
    lines = (wrap(one_line(text), width) for text in _describe(change))
    return draw((row for each in lines for row in each), color=False)


def change_json(change: RightsChange) -> str:
    """Return it as JSON; references are written out."""
    return encode_json({**plain_fields(change), "withdrawal": withdrawal_fields(change.withdrawal)})


def withdrawal_fields(withdrawal: Withdrawal) -> dict[str, object]:
    """Return an act as one flat JSON object."""
    fields = plain_fields(withdrawal)
    fields.pop("ruled")
    return fields | plain_fields(withdrawal.ruled)


def _describe(change: RightsChange) -> Iterator[str]:
    scope, act = change.scope, change.withdrawal.act
    nothing = "" if change.is_new else "; nothing was changed"
    yield f"{scope.reference}: {_amount(scope)} {change.withdrawal}{nothing}"
    if act == "lift":
        if scope.destroyed:
            destroyed = counted(scope.destroyed, "snapshot")
            yield f"{destroyed} of it {_was(scope.destroyed)} destroyed and cannot be reopened."
        return
    if scope.joined:
        yield f"Also destroyed: {_list(scope.joined)}, withdrawn before, with the same bytes."
    if act == "destroy":
        yield "What remains: digests, sizes and dates, and who decided and why."
    else:
        yield "It is kept but hidden; to reopen it: --lift"
    yield from _describe_rest(scope, is_gone=act == "destroy")
    yield from _describe_copies(change)


def _describe_rest(scope: Scope, *, is_gone: bool) -> Iterator[str]:
    if scope.parts:
        what = "are destroyed" if is_gone else "are closed with it"
        yield f"The texts of {_list(scope.parts)} stay open: other parts of its document, whose bytes {what}."
    if scope.sharing:
        yield f"The same bytes stay open as {_list(scope.sharing)}: withdraw that too?"
    if scope.alike:
        yield f"The same text stays open, in other bytes, as {_list(scope.alike)}: withdraw that too?"
    if scope.received:
        what = "are gone there too" if is_gone else "stay in tracker review"
        yield f"The same bytes, received for {_list(scope.received)} and not accepted, {what}."
    if scope.files:
        yield f"Not touched: the source files {', '.join(scope.files[:_SHOWN])}"


def _describe_copies(change: RightsChange) -> Iterator[str]:
    for reference in change.completed:
        if reference != change.withdrawal.reference or not change.is_new:
            yield f"The destruction of {reference}, which had been cut short, is complete now."
    if change.rewritten:
        yield (
            f"The mirror's history was rewritten, {counted(change.rewritten.commits, 'commit')};"
            f" {counted(change.rewritten.files, 'file')} in it held what was destroyed."
        )
    yield from change.removed
    if change.has_mirror and change.is_new:
        yield "Replace each copy of the mirror: tracker mirror push REMOTE --force"
    if change.copies:
        yield "These copies are out of reach; deal with them yourself:"
        yield from map(_describe_copy, change.copies)
    if change.is_new:
        yield "Earlier clones, backups and exports must be deleted by those who have them."


def _describe_copy(copy: MadeCopy) -> str:
    what = {
        "backup": "backup", "push": "pushed copy", "export": "export", "remote": "remote of the mirror",
        "file": "foreign file in the archive's folder",
    }[copy.kind]  # fmt: skip
    return f"- {what}: {copy.place}" + (f", of {copy.made}" if copy.made else "")


def _amount(scope: Scope) -> str:
    snapshots = counted(len(scope.snapshots), "snapshot")
    return f"{snapshots} ({counted(scope.documents, 'document')}, {counted(scope.size, 'byte')})"


def _list(references: Sequence[Reference]) -> str:
    named = [str(each) for each in references[:_SHOWN]]
    rest = len(references) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
