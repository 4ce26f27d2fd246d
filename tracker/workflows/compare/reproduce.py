"""``tracker reproduce``: a comparison computed again from its JSON, and each value that differs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.decisions.rulings import UNDECIDED
from tracker.errors import DocumentUnreadable, NotInArchive, ReferenceInvalid, TrackerError
from tracker.inputs.zips import BEGINNING
from tracker.model.plain import from_row
from tracker.model.reproduced import Reproduced
from tracker.model.texts import Side
from tracker.model.topics import SURE
from tracker.references import parse_reference
from tracker.report.json_text import SCHEMA_VERSION, encode_published
from tracker.text.encoder import ENCODERS
from tracker.text.identity import digest_text
from tracker.topics.vocabulary.load import load_vocabulary
from tracker.workflows.compare.diff import diff
from tracker.workflows.compare.differences import check_texts, compare_files
from tracker.workflows.compare.package import list_reports, load_packed, read_decided, read_package
from tracker.workflows.compare.sides import read_document
from tracker.workflows.compare.withheld import MARK, withhold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.archive.session import ArchiveSession
    from tracker.decisions.rulings import Decided
    from tracker.model.changes import Comparison
    from tracker.model.texts import Reference
    from tracker.model.topics import Vocabulary

    Fields = dict[str, Any]

_SIDES: Final = ("old", "new")
_OF_ARCHIVE: Final = ("caveats", "decided", "last", "levels")
"""What rests on other statements of the series, or on decisions: only the archive can tell it again."""
_UNTOLD: Final = ("earlier sessions (returned, last a priority)", "decisions")


class Told(NamedTuple):
    """What a comparison as JSON says of one of its texts."""

    name: str
    snapshot: int | None
    document: str | None
    text: str
    """Its digest."""


def reproduce(path: Path, archive: ArchiveSession, vocabulary: Path | None) -> tuple[Reproduced, ...]:
    """Compute again what ``tracker diff --format json`` wrote, or a replication zip has.

    Where the archive has both snapshots with the same bytes they are compared there, otherwise the texts
    that the file has, and what rests on other statements is left out. A zip is computed with the vocabulary
    in it, unless one is named. Raises ``DocumentUnreadable`` for what is no such file, and ``NotInArchive``
    where it may not have a text, and the archive has none.
    """
    data = read_document(path)
    if not data.startswith(BEGINNING):
        written = read_comparison(data, str(path))
        return (recompute(written, str(path), archive, load_vocabulary(vocabulary))[1],)
    members = read_package(data, str(path))
    asked = load_vocabulary(vocabulary) if vocabulary else load_packed(members)
    reports = [(name, read_comparison(members[name], f"{path}: {name}")) for name in list_reports(members)]
    return tuple(
        recompute(written, f"{path}: {name}", archive, asked, read_decided(members, name, str(path)))[1]
        for name, written in reports
    )


def recompute(
    written: Fields,
    place: str,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    decided: Decided = UNDECIDED,
) -> tuple[Comparison, Reproduced]:
    """Return a comparison computed again, and how it differs; raises as ``reproduce`` does.

    What people ``decided`` is the archive's own where that has the texts.
    """
    told = [read_told(written, side, place) for side in _SIDES]
    kept = [find_kept(each, archive) for each in told]
    again = _compare_again(written, place, archive, vocabulary, decided, told, kept)
    again = replace(
        again, old=replace(again.old, name=told[0].name), new=replace(again.new, name=told[1].name)
    )
    closed, in_archive = MARK in written, all(kept)
    now: Fields = json.loads(encode_published(again))
    then, now = (written, withhold(now)) if closed else (written, now)
    if not in_archive:
        then, now = _without_archive(then), _without_archive(now)
    return again, Reproduced(
        old=told[0].name,
        new=told[1].name,
        archive=str(archive.folder) if in_archive else None,
        left_out=() if in_archive else _UNTOLD,
        changes=len(written["changes"]),
        topics=len(written["topics"]),
        differences=(*(() if closed else check_texts(written)), *compare_files(then, now)),
    )


def _compare_again(
    written: Fields,
    place: str,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    decided: Decided,
    told: Sequence[Told],
    kept: Sequence[Reference | None],
) -> Comparison:
    """Compare the snapshots that the archive has kept, or else the texts in the file."""
    sides = (
        None if MARK in written else (_read_side(written["old"], place), _read_side(written["new"], place))
    )
    encoder = ENCODERS["none" if written["provenance"]["encoder"] == "none" else "default"]
    sure = float(written["provenance"].get("sure", SURE))
    if all(kept):
        return diff(list(map(str, kept)), archive, vocabulary, encoder, sure)
    if sides:
        from tracker.workflows.compare.compare import compare_sides  # noqa: PLC0415 (90 ms, for this alone)

        return compare_sides(*sides, vocabulary, encoder=encoder, decided=decided, sure=sure)
    lacking = [each for each, found in zip(told, kept, strict=True) if not found]
    named = " and ".join(f"{each.name} (document {str(each.document)[:12]})" for each in lacking)
    raise NotInArchive(
        f"{place} has digests in place of texts; {archive.folder} lacks {named}; name an archive that has"
        " both texts with --archive"
    )


def find_kept(told: Told, archive: ArchiveSession) -> Reference | None:
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


# Reading --------------------------------------------------------------------------------------------


def read_comparison(data: bytes, place: str) -> Fields:
    """Return a comparison as its JSON has it; raises ``DocumentUnreadable`` where it is none."""
    try:
        written = json.loads(data)
    except (ValueError, RecursionError):
        written = None
    parts = {*_SIDES, "changes", "topics", "provenance"}
    if not (isinstance(written, dict) and parts <= written.keys()):
        raise DocumentUnreadable(f"{place} is no comparison; tracker diff OLD NEW --format json writes one")
    version = written.get("schema_version")
    if version != SCHEMA_VERSION:
        raise DocumentUnreadable(
            f"{place} has schema version {version!r}; this release reads {SCHEMA_VERSION}"
        )
    return written


def read_told(written: Fields, side: str, place: str) -> Told:
    """Return what names the text ``old`` or ``new``; raises ``DocumentUnreadable`` where that lacks."""
    told = written[side]
    try:
        text = (
            written["provenance"][f"{side}_text"] if MARK in written else digest_text(told["version"]["text"])
        )
        return Told(str(told["name"]), told.get("snapshot"), told.get("sha256"), text)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(place, error) from None


def _damaged(place: str, error: Exception) -> DocumentUnreadable:
    return DocumentUnreadable(f"{place} is damaged: a side of the comparison lacks {error}")


def _read_side(told: Fields, path: str) -> Side:
    try:
        side = from_row(Side, told)
        text = side.version.text
        moved = [each for each in side.version.segments if text[each.start : each.end] != each.text]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path, error) from None
    if moved:
        raise DocumentUnreadable(
            f"{path} is damaged: segment {moved[0].ordinal} is not the text at its place"
        )
    return side


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
