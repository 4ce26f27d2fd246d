"""What a user points at as a ``Side``: a file, standard input, a reference; and what people decided of it."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tracker import references
from tracker.capture.read.files import STANDARD_INPUT, explain_address, is_address, read_document
from tracker.comparing.decisions.rulings import (
    UNDECIDED,
    Decided,
    last_rulings,
    select_changes,
    select_levels,
    settle_rulings,
)
from tracker.errors import NotInArchive, ReferenceInvalid, Withdrawn
from tracker.model.texts import Reference, Side

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.decisions import Ruling
    from tracker.record.reading.reader import Reader

Operand = Path | Reference

_PAIR, _MOST = 2, 3


def read_operand(text: str) -> Operand:
    """Return whether an argument is a file or a reference.

    Raises ``ReferenceInvalid`` where it could be both, or is neither; an address says how to bring it in.
    """
    if not text.strip():
        raise ReferenceInvalid("an empty name is neither a file nor a reference such as GBR/UNGA/79")
    path = Path(text)
    if text.startswith((".", "/", "~")) or path == STANDARD_INPUT:
        return Path(os.path.expanduser(text))  # noqa: PTH111 (a home that there is not stays as it is)
    if _is_file(text):
        if references.looks_like_reference(text):
            raise ReferenceInvalid(f"{text} is both a file and a reference; write ./{text} for the file")
        return path
    if is_address(text):
        raise ReferenceInvalid(explain_address(text))
    # Path's own raises for a name that no file system takes.
    if (path.suffix or os.path.isdir(text)) and not references.looks_like_reference(text):  # noqa: PTH112
        return path
    return references.parse_reference(text)


def _is_file(text: str) -> bool:
    return os.path.isfile(text)  # noqa: PTH113 (Path's raises for a name that no file system takes)


def pair_operands(arguments: list[str], archive: ArchiveSession) -> tuple[Operand, Operand]:
    """Turn the arguments of ``tracker diff`` into the two things to compare, old and new.

    One argument is a series: its last two neighbouring sessions. Two are a pair, or a series and a
    session, which is compared with the one before; or a statement and another session of its series.
    Three are a series and two sessions. A session may stand apart: ``GBR/UNGA 79 FRA/UNGA 79``.

    Raises ``ReferenceInvalid`` where the arguments fit none of these, ``NotInArchive`` where the series
    has no two sessions to compare.
    """
    if not _is_file(arguments[0]):
        arguments = references.gather_words(arguments)
        apart = references.gather_references(arguments)
        arguments = apart if len(apart) == _PAIR else arguments
    first = read_operand(arguments[0])
    if len(arguments) > _MOST or (len(arguments) > _PAIR and not isinstance(first, Reference)):
        given = f"{len(arguments)} operands; give two, or a series and two sessions"
        raise ReferenceInvalid(f"{given}; of more: tracker timeline SERIES")
    if len(arguments) == 1:
        return _last_two(_as_series(first, arguments[0]), archive)
    if len(arguments) == _PAIR and not _is_session_of(first, arguments[1]):
        return first, read_operand(arguments[1])
    if len(arguments) == _PAIR and isinstance(first, Reference) and first.session:
        return first, in_session(first, arguments[1])
    series = _as_series(first, arguments[0])
    named = [in_session(series, text) for text in arguments[1:]]
    if len(named) == 1:
        return session_before(named[0], archive), named[0]
    return named[0], named[1]


def in_session(series: Reference, text: str) -> Reference:
    """Return the statement of a series at a session named as ``79``, ``79th`` or ``S-36``.

    An edition and snapshot may follow: ``79~verbatim.fr@2``.
    """
    label = text.partition("~")[0].partition("@")[0]
    session = references.resolve_session(references.find_body(series.body), label).label
    rest = references.parse_reference(f"{series.country}/{series.body}/{session}{text[len(label) :]}")
    return replace(rest, item=series.item)


def load_side(operand: Operand, archive: ArchiveSession, language: str | None = None) -> Side:
    """Read one side, from a file, from standard input or from the archive.

    ``language`` is that of a file; it is detected where none is given. A statement of the
    archive has its own. Raises ``DocumentUnreadable`` for a file that is missing or holds no text, and what
    the reader raises for a reference.
    """
    if isinstance(operand, Reference):
        if operand.session is None:
            labels = archive.reader.sessions(operand.country, operand.body)
            latest = f"; the latest is {replace(operand, session=labels[-1])}" if labels else ""
            raise ReferenceInvalid(f"{operand} names no session; write {operand}/SESSION{latest}")
        return archive.reader.side(operand)
    return file_side(operand, language)


def file_side(path: Path, language: str | None = None) -> Side:
    """Read one side from a file; its language is detected where none is given.

    Raises ``DocumentUnreadable`` where it is missing or holds no text.
    """
    # Statements of the archive need nothing that reads files: 16 ms.
    from tracker.capture.read.extract import extract  # noqa: PLC0415
    from tracker.text import detection, identity, reading  # noqa: PLC0415

    data = read_document(path)
    extraction = extract(data, str(path))
    version = reading.read_text(
        extraction.text,
        language=language,
        extractor=extraction.extractor,
        media_type=extraction.media_type,
    )
    kind = detection.infer_kind(version, extraction.text)
    return Side(
        name=_file_name(path),
        version=version,
        title=extraction.title,
        kind=kind,
        kind_inferred=kind is not None,
        sha256=identity.digest_bytes(data),
    )


def _file_name(path: Path) -> str:
    """Return a file's path so that it cannot be taken for a reference."""
    return f"./{path}" if references.looks_like_reference(str(path)) else str(path)


def _is_session_of(first: Operand, text: str) -> bool:
    """Return whether ``tracker diff SERIES TEXT``, or ``tracker diff STATEMENT TEXT``, names a session."""
    if not isinstance(first, Reference) or "/" in text or _is_file(text):
        return False
    if first.session:
        return references.read_session(first.body, re.split("[~@]", text, maxsplit=1)[0]) is not None
    return not text.startswith((".", "-"))


def _as_series(operand: Operand, text: str) -> Reference:
    if not isinstance(operand, Reference):
        raise ReferenceInvalid(f"{text} is one file; name a second one to compare it with")
    if operand.session is not None:
        raise ReferenceInvalid(
            f"{text} is one statement; name a second one, or the series {operand.country}/{operand.body}"
        )
    return operand


def _last_two(series: Reference, archive: ArchiveSession) -> tuple[Reference, Reference]:
    labels = archive.reader.sessions(series.country, series.body)
    if not labels:
        raise archive.reader.missing(series)
    newest = replace(series, session=labels[-1])
    return session_before(newest, archive), newest


def session_before(reference: Reference, archive: ArchiveSession) -> Reference:
    """Return the statement before one, of its kind of session.

    Raises ``NotInArchive`` where there is none, ``Withdrawn`` where one between the two was withdrawn.
    """
    before = earlier_sessions(archive.reader, reference)
    if reference.session not in archive.reader.sessions(reference.country, reference.body):
        raise archive.reader.missing(reference)
    if not before:
        raise NotInArchive(
            f"the archive holds no session of {reference.country}/{reference.body} before {reference.session}"
        )
    _refuse_withdrawn_gap(archive.reader, replace(reference, session=before[0]), reference)
    return replace(reference, session=before[0], snapshot=None)


def _refuse_withdrawn_gap(reader: Reader, before: Reference, reference: Reference) -> None:
    """Raise ``Withdrawn`` where what was said at a session between the two was withdrawn."""
    first, last = (references.session_sort_key(each.body, str(each.session)) for each in (before, reference))
    for entry in reader.withdrawn(reference.country, reference.body):
        label = str(entry.reference.session)
        if first < references.session_sort_key(reference.body, label) < last and references.same_kind(
            reference.body, label, str(reference.session)
        ):
            series = f"{reference.country}/{reference.body}"
            raise Withdrawn(
                f"{entry.reference}, between the two, was {entry.withdrawal}; to compare anyway:"
                f" tracker diff {shlex.join([series, str(before.session), str(reference.session)])}"
            )


def earlier_sessions(reader: Reader, reference: Reference) -> tuple[str, ...]:
    """Return the labels of the same kind before a statement's session, latest first."""
    labels = reader.sessions(reference.country, reference.body)
    if reference.session not in labels:
        return ()
    before = labels[: labels.index(reference.session)]
    return tuple(
        label for label in reversed(before) if references.same_kind(reference.body, label, reference.session)
    )


def load_decided(
    old: Operand,
    new: Operand,
    archive: ArchiveSession,
    without: Collection[str] = (),
    *,
    opinions: bool = True,
) -> Decided:
    """Return the human decisions about two operands, and what second readers answered; none about files.

    Those of people and readers named in ``without`` are left out, and without ``opinions`` all answers.
    """
    if not (isinstance(old, Reference) or isinstance(new, Reference)):
        return UNDECIDED
    rulings = settle_rulings(_leave_out(archive.reader.rulings(), without))
    coded = opinions and archive.reader.coded()
    if not (rulings or coded):
        return UNDECIDED
    before, after = (
        archive.reader.resolve(each) if isinstance(each, Reference) else None for each in (old, new)
    )
    said = archive.reader.opinions(before, after) if coded and before and after else ()
    sure = _list_sure(archive.reader.rulings(), before, after) if said and before and after else ()
    return Decided(
        changes=select_changes(rulings, before, after) if before and after else (),
        old=select_levels(rulings, before) if before else (),
        new=select_levels(rulings, after) if after else (),
        opinions=tuple(
            each
            for each in said
            if each.coder not in without and (each.kind, each.coder, each.side, each.topic) not in sure
        ),
    )


def _list_sure(
    rulings: Iterable[Ruling], old: Reference, new: Reference
) -> frozenset[tuple[str, str, str, str]]:
    """Return which people decided on which side's topics: that one was not sure of it before is past."""
    last = [ruling for each in last_rulings(rulings).values() for ruling in each]
    return frozenset(
        ("person", ruling.decision.person, side, ruling.unit.name)
        for side, reference in (("old", old), ("new", new))
        for ruling in select_levels(last, reference)
    )


def _leave_out(rulings: Sequence[Ruling], people: Collection[str]) -> Sequence[Ruling]:
    return [each for each in rulings if each.decision.person not in people] if people else rulings


def load_levels(operand: Operand, archive: ArchiveSession) -> tuple[Ruling, ...]:
    """Return what people decided about the topics of one operand."""
    if not isinstance(operand, Reference):
        return ()
    return select_levels(settle_rulings(archive.reader.rulings()), archive.reader.resolve(operand))
