"""Which comparison showed a change: remembered, decided about before, or named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.decisions.rulings import name_statement, select_changes
from tracker.errors import DecisionInvalid, NotInArchive
from tracker.model.texts import Reference
from tracker.references import parse_reference
from tracker.text.encoder import ENCODERS
from tracker.topics.vocabulary.load import load_vocabulary
from tracker.workflows.compare.diff import diff
from tracker.workflows.compare.sides import pair_operands

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Change, Comparison
    from tracker.model.decisions import Ruling

Pair = tuple[str, str]

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A comparison of two snapshots, and the change in it; none where people took it apart since."""

    comparison: Comparison
    old: Reference
    new: Reference
    change: Change | None
    earlier: tuple[Ruling, ...]
    """What was decided about it before, in the order of recording."""


def find_comparison(name: str, archive: ArchiveSession, pair: Pair | None = None) -> Shown:
    """Compare again the statements whose comparison showed a change, and find it there.

    The vectors of sentences decide as they do by default, or else words alone. Raises ``NotInArchive``
    where no change has such an id, and ``DecisionInvalid`` where several have.
    """
    wanted = _read_name(name)
    old, new = pair_operands(list(pair or _find_pair(wanted, archive)), archive)
    if not (isinstance(old, Reference) and isinstance(new, Reference)):
        raise DecisionInvalid("only statements in the archive can be judged; add the file first")
    old, new = archive.reader.resolve(old), archive.reader.resolve(new)
    rulings = select_changes(archive.reader.rulings(), old, new)
    earlier = tuple(ruling for ruling in rulings if ruling.unit.name.startswith(wanted))
    if len(names := {ruling.unit.name for ruling in earlier}) > 1:
        raise DecisionInvalid(f"#{wanted} matches several changes: {_list(names)}; use a longer id")
    vocabulary = load_vocabulary()
    for encoder in ENCODERS.values():
        comparison = diff([str(old), str(new)], archive, vocabulary, encoder)
        if any(change.id.startswith(wanted) for change in comparison.changes):
            return Shown(comparison, old, new, find_change(comparison, name), earlier)
        if earlier:
            return Shown(comparison, old, new, None, earlier)
    raise NotInArchive(f"{old} and {new} have no change #{wanted}; tracker diff {old} {new} --all lists them")


def find_change(comparison: Comparison, name: str) -> Change:
    """Return the change whose id begins with a name; raises as ``find_comparison`` does."""
    wanted = _read_name(name)
    found = {change.id: change for change in comparison.changes if change.id.startswith(wanted)}
    if not found:
        raise NotInArchive(f"this comparison has no change #{wanted}; tracker diff --all lists them")
    if len(found) > 1:
        raise DecisionInvalid(f"#{wanted} matches several changes: {_list(found)}; use a longer id")
    return next(iter(found.values()))


def may_be_change(name: str) -> bool:
    """Return whether a name may be the id of a change, and not the name of a topic."""
    wanted = name.removeprefix("#").lower()
    return not wanted or all(char in "0123456789abcdef" for char in wanted)


def _read_name(name: str) -> str:
    wanted = name.removeprefix("#").lower()
    if not wanted or not may_be_change(name):
        raise DecisionInvalid(
            f"{name!r} is not a change id; tracker diff --all prints ids after '#'; a statement needs --topic"
        )
    return wanted


def _find_pair(wanted: str, archive: ArchiveSession) -> Pair:
    """Return the two references whose comparison showed a change; the latest memory of it counts."""
    found: dict[str, dict[Pair, Pair]] = {}
    for ruling in archive.reader.rulings():
        unit = ruling.unit
        if unit.old and unit.name.startswith(wanted):
            _note(found, unit.name, str(unit.old), str(unit.new))
    for change, old, new in archive.derived.find_shown(wanted):
        _note(found, change, old, new)
    if not found:
        raise NotInArchive(
            f"no comparison in this archive has shown #{wanted}; run tracker diff, or name it: --pair OLD NEW"
        )
    if len(found) > 1:
        raise DecisionInvalid(f"#{wanted} matches several changes: {_list(found)}; use a longer id")
    (pairs,) = found.values()
    if len(pairs) > 1:
        choices = "; ".join(f"--pair {old} {new}" for old, new in pairs)
        raise DecisionInvalid(f"#{wanted} was shown by several comparisons; name one: {choices}")
    return next(iter(pairs.values()))


def _note(found: dict[str, dict[Pair, Pair]], change: str, old: str, new: str) -> None:
    statements = (str(name_statement(parse_reference(old))), str(name_statement(parse_reference(new))))
    found.setdefault(change, {})[statements] = (old, new)


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"#{name[:_SHORT]}" for name in sorted(names))
