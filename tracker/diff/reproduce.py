"""A comparison computed again from its JSON, and each value that differs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.comparing.caveats import list_passed
from tracker.comparing.decisions.rulings import UNDECIDED
from tracker.diff.diff import diff
from tracker.diff.withheld import MARK, withhold
from tracker.errors import DocumentUnreadable, NotInArchive, ReferenceInvalid, TrackerError
from tracker.inputs.formats import parse_report
from tracker.model.changes import Provenance
from tracker.model.reproduced import Difference, Reproduced
from tracker.model.strict import NotAsTyped, read_typed
from tracker.model.texts import Side
from tracker.model.topics import SURE
from tracker.references import parse_reference
from tracker.report.comparison.build import render_json
from tracker.report.records import SCHEMA_VERSION
from tracker.report.safe import one_line
from tracker.text.encoder import ENCODERS
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.archive import ArchiveSession
    from tracker.comparing.decisions.rulings import Decided
    from tracker.model.changes import Comparison
    from tracker.model.reproduced import Part
    from tracker.model.texts import Reference
    from tracker.model.topics import Vocabulary

    Fields = dict[str, Any]

_SIDES: Final = ("old", "new")
_LISTS: Final = ("changes", "topics")
_OF_STATEMENTS: Final = ("last",)
_OF_ARCHIVE: Final = (*_OF_STATEMENTS, "decided", "levels", "opinions")
"""What rests on other statements of the series, or on decisions: only the archive can tell it again."""
_LONGEST: Final = 20
_MOST_PASSED: Final = 200
"""Statements between two that a caveat may count: the oldest bodies have met eighty times."""
_UNTOLD: Final = {
    "last": "earlier sessions (back, last a priority)",
    "decided": "decisions",
    "": "what the archive notes of the statements (title, speaker, date)",
}
_BASIS: Final = ("schema_version", "provenance")
_KEYS: Final = {
    "changes": ("id",),
    "topics": ("topic",),
    "counterparts": ("topic",),
    "phrases": ("status", "phrase"),
    "names": ("status", "name"),
    "levels": ("topic", "side"),
    "opinions": ("coder", "topic", "side"),
}
"""What tells the rows of a list from each other; those of others are told by their place."""


class WrittenSide(NamedTuple):
    """What a comparison as JSON says of one of its texts."""

    name: str
    snapshot: int | None
    document: str | None
    text: str
    """Its digest."""


def recompute(
    written: Fields,
    place: str,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    decided: Decided = UNDECIDED,
) -> tuple[Comparison, Reproduced]:
    """Return a comparison computed again, and how it differs from what ``read_comparison`` returned.

    Where the archive has both snapshots with the same bytes they are compared there, otherwise the texts
    that the file has, and what rests on other statements is left out. What people ``decided`` is the
    archive's own where that has the texts. Raises ``NotInArchive`` where the file may not have a text, and
    the archive has none.
    """
    told = [read_written_side(written, side) for side in _SIDES]
    kept = [find_kept(each, archive) for each in told]
    again = _compare_again(written, place, archive, vocabulary, decided, told, kept)
    again = replace(
        again, old=replace(again.old, name=told[0].name), new=replace(again.new, name=told[1].name)
    )
    closed, in_archive = MARK in written, all(kept)
    now: Fields = json.loads(render_json(again))
    then, now = (written, withhold(now)) if closed else (written, now)
    left_out = () if in_archive else _OF_ARCHIVE if decided == UNDECIDED else _OF_STATEMENTS
    if left_out:
        now["caveats"] = _add_passed(then.get("caveats"), again)
        then, now = _leave_out(then, left_out), _leave_out(now, left_out)
    return again, Reproduced(
        old=told[0].name,
        new=told[1].name,
        archive=str(archive.folder) if in_archive else None,
        left_out=() if in_archive else tuple(_UNTOLD[name] for name in _UNTOLD if name in {*left_out, ""}),
        changes=len(written["changes"]),
        topics=len(written["topics"]),
        differences=(*(() if closed else _check_texts(written)), *_compare_files(then, now)),
    )


def _compare_again(
    written: Fields,
    place: str,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    decided: Decided,
    told: Sequence[WrittenSide],
    kept: Sequence[Reference | None],
) -> Comparison:
    """Compare the snapshots that the archive has kept, or else the texts in the file."""
    sides = (
        None
        if MARK in written
        else (read_typed(Side, written["old"], "old"), read_typed(Side, written["new"], "new"))
    )
    encoder = ENCODERS["none" if written["provenance"]["encoder"] == "none" else "default"]
    sure = float(written["provenance"].get("sure", SURE))
    if all(kept):
        return diff(list(map(str, kept)), archive, vocabulary, encoder, sure)
    if sides:
        from tracker.comparing.pipeline import Basis  # noqa: PLC0415 (90 ms, for this alone)
        from tracker.diff.compare import compare_sides  # noqa: PLC0415 (as above)

        return compare_sides(*sides, Basis(vocabulary, encoder, decided, sure))
    lacking = [each for each, found in zip(told, kept, strict=True) if not found]
    named = " and ".join(f"{each.name} (document {str(each.document)[:12]})" for each in lacking)
    raise NotInArchive(
        f"{place} has digests in place of texts; {archive.folder} lacks {named}; name an archive that has"
        " both texts with --archive"
    )


def find_kept(told: WrittenSide, archive: ArchiveSession) -> Reference | None:
    """Return the snapshot of a side, where the archive has it with the same bytes and the same reading."""
    try:
        asked = replace(parse_reference(told.name), snapshot=told.snapshot)
        found = archive.reader.side(asked)
    except (ReferenceInvalid, NotInArchive):
        return None
    except TrackerError:
        if archive.folder.exists():
            raise
        return None
    return asked if (found.sha256, digest_text(found.version.text)) == (told.document, told.text) else None


# Differences ----------------------------------------------------------------------------------------


def _check_texts(written: Fields) -> Iterator[Difference]:
    """Yield a text that is not the one whose digest the file gives: somebody changed it."""
    for side in _SIDES:
        said, found = written["provenance"].get(f"{side}_text"), digest_text(written[side]["version"]["text"])
        if said != found:
            yield Difference("text", (side, "sha256 of the text in the file"), said, found)


def _compare_files(then: Fields, now: Fields) -> Iterator[Difference]:
    """Yield what differs, what the comparison rests on first."""
    names = list(dict.fromkeys(chain(_BASIS, then, now)))
    for name in names:
        part: Part = "basis" if name in _BASIS else "text" if name in _SIDES else "finding"
        yield from _compare_values(then.get(name), now.get(name), part, (name,))


def _compare_values(then: object, now: object, part: Part, place: tuple[str, ...]) -> Iterator[Difference]:
    if _write(then) == _write(now):
        return
    if isinstance(then, list) and isinstance(now, list):
        then, now = _name_rows(then, place[-1]), _name_rows(now, place[-1])
    if isinstance(then, dict) and isinstance(now, dict):
        for name in dict.fromkeys(chain(then, now)):
            yield from _compare_values(then.get(name), now.get(name), part, (*place, name))
    else:
        yield Difference(part, place, _show(then), _show(now))


def _write(value: object) -> str:
    """Return a value as text: in Python true is 1, and 1 is 1.0."""
    return json.dumps(value, sort_keys=True)


def _name_rows(rows: list[Any], name: str) -> Mapping[str, object]:
    """Return rows by what tells them apart, counted where several are called the same, or by their place."""
    keys = _KEYS.get(name)
    if keys is None or not all(isinstance(row, dict) for row in rows):
        return {str(place): row for place, row in enumerate(rows, 1)}
    met: Counter[str] = Counter()
    named = {}
    for row in rows:
        called = " ".join(str(row.get(key)) for key in keys)
        met[called] += 1
        named[f"{called} ({met[called]})" if met[called] > 1 else called] = row
    return named


def _show(value: object) -> str | None:
    return (
        None if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    )


# Reading --------------------------------------------------------------------------------------------


def read_comparison(data: bytes, place: str) -> Fields:
    """Return a comparison as its JSON has it, of which sides and provenance are as their types say.

    Raises ``DocumentUnreadable``, with the field where there is one, for what is no comparison or damaged.
    """
    try:
        written: Any = parse_report(data)
    except ValueError as error:
        raise DocumentUnreadable(
            f"{place} is no comparison ({error}); tracker diff OLD NEW --format json writes one"
        ) from None
    parts = {*_SIDES, *_LISTS, "provenance"}
    if not (isinstance(written, dict) and parts <= written.keys()):
        raise DocumentUnreadable(f"{place} is no comparison; tracker diff OLD NEW --format json writes one")
    version = written.get("schema_version")
    if version != SCHEMA_VERSION:
        shown = one_line(repr(version))[:_LONGEST]
        raise DocumentUnreadable(f"{place} has schema version {shown}; this release reads {SCHEMA_VERSION}")
    try:
        read_typed(Provenance, written["provenance"], "provenance")
        for name in _LISTS:
            read_typed(tuple[Any, ...], written[name], name)
        for name in _SIDES:
            _check_side(read_typed(Side, written[name], name), name, is_withheld=MARK in written)
    except NotAsTyped as error:
        raise DocumentUnreadable(f"{place} is damaged: {error}") from None
    return written


def _check_side(side: Side, name: str, *, is_withheld: bool) -> None:
    """Raise ``NotAsTyped`` where segments do not follow one another, each the text at its place."""
    at, text = 0, side.version.text
    for number, each in enumerate(side.version.segments):
        is_there = is_withheld or text[each.start : each.end] == each.text
        if each.ordinal != number or not at <= each.start <= each.end or not is_there:
            raise NotAsTyped(f"{name}.version.segments[{number}]", " is not the text at its place")
        at = each.end


def read_written_side(written: Fields, side: str) -> WrittenSide:
    """Return what names the text ``old`` or ``new`` of what ``read_comparison`` returned."""
    told = written[side]
    text = written["provenance"][f"{side}_text"] if MARK in written else digest_text(told["version"]["text"])
    return WrittenSide(told["name"], told.get("snapshot"), told.get("sha256"), text)


def _add_passed(then: object, again: Comparison) -> list[str]:
    """Return the caveats, with as many statements between the two as are told: the archive alone knows."""
    for passed in range(_MOST_PASSED):
        caveats = [*again.caveats, *list_passed(again.old, again.new, passed)]
        if caveats == then:
            return caveats
    return list(again.caveats)


def _leave_out(written: Fields, left_out: Collection[str]) -> Fields:
    """Return what a comparison says without what rests on the archive; what is back is new."""

    def leave(value: object) -> object:
        if isinstance(value, dict):
            return {name: leave(each) for name, each in value.items() if name not in left_out}
        if isinstance(value, list):
            return [leave(each) for each in value]
        return "new" if value == "back" else value

    return {
        name: value if name in _SIDES else leave(value)
        for name, value in written.items()
        if name not in left_out
    }
