"""The ``reproduce`` command: a comparison computed again from its JSON, and each value that differs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from tracker.errors import DocumentUnreadable, NotInArchive, ReferenceInvalid, TrackerError
from tracker.model.plain import from_row
from tracker.model.reproduced import Difference, Reproduced
from tracker.model.texts import Side
from tracker.model.topics import SURE
from tracker.references import parse_reference
from tracker.report.json_text import FORMER_VERSION, SCHEMA_VERSION, asked_version, encode_published
from tracker.text.encoder import ENCODERS
from tracker.text.identity import digest_text
from tracker.workflows.compare.diff import diff
from tracker.workflows.compare.sides import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.reproduced import Part
    from tracker.model.texts import Reference
    from tracker.model.topics import Vocabulary
    from tracker.text.encoder import Encoder

    Fields = dict[str, Any]

_SIDES: Final = ("old", "new")
_BASIS: Final = ("schema_version", "provenance")
_KEYS: Final = {
    "changes": ("id",),
    "topics": ("topic",),
    "counterparts": ("topic",),
    "phrases": ("status", "phrase"),
    "names": ("status", "name"),
    "levels": ("topic", "side"),
}
"""What tells the rows of a list from each other; those of others are told by their place."""
_OF_ARCHIVE: Final = ("caveats", "decided", "last", "levels")
"""What rests on other statements of the series, or on decisions: only the archive can tell it again."""
_UNTOLD: Final = ("earlier sessions (returned, last a priority)", "decisions")


def reproduce(path: Path, archive: ArchiveSession, vocabulary: Vocabulary) -> Reproduced:
    """Compute a comparison again that ``tracker diff --format json`` wrote, by either schema.

    Where the archive has both snapshots with the same bytes they are compared there, otherwise the texts
    that the file has, and what rests on other statements is left out. Raises ``DocumentUnreadable`` for
    what is no such file.
    """
    written = _read_file(path)
    sides = _read_side(written["old"], path), _read_side(written["new"], path)
    encoder = ENCODERS["none" if written["provenance"]["encoder"] == "none" else "default"]
    sure = float(written["provenance"].get("sure", SURE))
    kept = [_find_kept(side, archive) for side in sides]
    in_archive = kept[0] is not None and kept[1] is not None
    if in_archive:
        again = diff(list(map(str, kept)), archive, vocabulary, encoder, sure)
    else:
        again = _compare_alone(sides, vocabulary, encoder, sure)
    again = replace(
        again, old=replace(again.old, name=sides[0].name), new=replace(again.new, name=sides[1].name)
    )
    now = _encode(again, written["schema_version"])
    if not in_archive:
        written, now = _without_archive(written), _without_archive(now)
    return Reproduced(
        old=sides[0].name,
        new=sides[1].name,
        archive=str(archive.folder) if in_archive else None,
        left_out=() if in_archive else _UNTOLD,
        changes=len(written["changes"]),
        topics=len(written["topics"]),
        differences=(*_check_texts(written), *_compare_files(written, now)),
    )


def _compare_alone(
    sides: tuple[Side, Side], vocabulary: Vocabulary, encoder: Encoder | None, sure: float
) -> Comparison:
    from tracker.workflows.compare.compare import compare_sides  # noqa: PLC0415 (90 ms, for this alone)

    return compare_sides(*sides, vocabulary, encoder=encoder, sure=sure)


def _find_kept(side: Side, archive: ArchiveSession) -> Reference | None:
    """Return the snapshot of a side, where the archive has it with the same bytes and the same reading."""
    try:
        asked = replace(parse_reference(side.name), snapshot=side.snapshot)
        found = archive.reader.side(asked)
    except (ReferenceInvalid, NotInArchive):
        return None
    except TrackerError:
        if archive.folder.exists():
            raise
        return None
    same = (found.sha256, found.version.text) == (side.sha256, side.version.text)
    return asked if same else None


# Reading --------------------------------------------------------------------------------------------


def _read_file(path: Path) -> Fields:
    """Return a comparison as its JSON has it."""
    try:
        written = json.loads(read_document(path))
    except (ValueError, RecursionError):
        written = None
    parts = {*_SIDES, "changes", "topics", "provenance"}
    if not (isinstance(written, dict) and parts <= written.keys()):
        raise DocumentUnreadable(f"{path} is no comparison; tracker diff OLD NEW --format json writes one")
    version = written.get("schema_version")
    if version not in {FORMER_VERSION, SCHEMA_VERSION}:
        raise DocumentUnreadable(
            f"{path} has schema version {version!r}; this release reads {FORMER_VERSION} and {SCHEMA_VERSION}"
        )
    return written


def _read_side(told: Fields, path: Path) -> Side:
    try:
        side = from_row(Side, told)
        text = side.version.text
        moved = [each for each in side.version.segments if text[each.start : each.end] != each.text]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentUnreadable(f"{path} is damaged: a side of the comparison lacks {error}") from None
    if moved:
        raise DocumentUnreadable(
            f"{path} is damaged: segment {moved[0].ordinal} is not the text at its place"
        )
    return side


def _encode(comparison: Comparison, version: str) -> Fields:
    token = asked_version.set(version)
    try:
        found: Fields = json.loads(encode_published(comparison))
    finally:
        asked_version.reset(token)
    return found


def _without_archive(written: Fields) -> Fields:
    """Return what a comparison says without what rests on the archive; what returned is new."""

    def leave(value: object) -> object:
        if isinstance(value, dict):
            return {name: leave(each) for name, each in value.items() if name not in _OF_ARCHIVE}
        if isinstance(value, list):
            return [leave(each) for each in value]
        return "new" if value == "returned" else value

    return {
        name: value if name in _SIDES else leave(value)
        for name, value in written.items()
        if name not in _OF_ARCHIVE
    }


# Differences ----------------------------------------------------------------------------------------


def _check_texts(written: Fields) -> Iterator[Difference]:
    """Yield a text that is not the one whose digest the file gives: somebody changed it."""
    for side in _SIDES:
        told, found = written["provenance"].get(f"{side}_text"), digest_text(written[side]["version"]["text"])
        if told != found:
            yield Difference("text", (side, "sha256 of the text in the file"), told, found)


def _compare_files(then: Fields, now: Fields) -> Iterator[Difference]:
    """Yield what differs, what the comparison rests on first."""
    names = list(dict.fromkeys(chain(_BASIS, then, now)))
    for name in names:
        part: Part = "basis" if name in _BASIS else "text" if name in _SIDES else "finding"
        yield from _compare_values(then.get(name), now.get(name), part, (name,))


def _compare_values(then: object, now: object, part: Part, place: tuple[str, ...]) -> Iterator[Difference]:
    if then == now:
        return
    if isinstance(then, list) and isinstance(now, list):
        then, now = _name_rows(then, place[-1]), _name_rows(now, place[-1])
    if isinstance(then, dict) and isinstance(now, dict):
        for name in dict.fromkeys(chain(then, now)):
            yield from _compare_values(then.get(name), now.get(name), part, (*place, name))
    else:
        yield Difference(part, place, _show(then), _show(now))


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
