"""``tracker blame``: for each sentence of a statement, since when it has been said in these words."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tracker.archive.derived.store import open_derived
from tracker.archive.reading.reader import open_reader
from tracker.errors import ReferenceInvalid
from tracker.model.tracing import Attribution
from tracker.references import parse_reference
from tracker.tracing.origins import REACH, find_origins
from tracker.workflows.compare.derive import derive_links
from tracker.workflows.compare.sides import earlier_sessions
from tracker.workflows.follow.trace import preferred_editions

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.archive.reading.reader import Reader
    from tracker.model.citing import Reference
    from tracker.model.texts import Side

Through = Literal["auto", "sessions", "snapshots"]


def blame_statement(archive: Path, text: str, through: Through = "auto") -> Attribution:
    """Attribute each segment of a statement to the session, or the snapshot, that first said it.

    Sessions are the earlier ones of the same kind; of each, the statements in the same language (and on
    the same item, where the reference names one) are read. Snapshots are those of the same edition up to
    the one named. ``auto`` takes snapshots where there is an earlier one. Raises as ``Reader.side`` does.
    """
    reference = parse_reference(text)
    if reference.session is None:
        raise ReferenceInvalid(f"{text} is a series; name a session, as in {text}/SESSION")
    with open_reader(archive) as reader:
        side = reader.side(reference)
        revised = side.snapshot is not None and side.snapshot > 1
        by_snapshots = through == "snapshots" or (through == "auto" and revised)
        earlier = (
            _earlier_snapshots(reader, reference, side)
            if by_snapshots
            else _earlier_statements(reader, reference, side)
        )
    sides = (*earlier, side)
    with open_derived(archive) as derived:
        aligner = partial(derive_links, encoder=None, derived=derived)
        origins = find_origins([each.version for each in sides], revised=by_snapshots, aligner=aligner)
    return Attribution("snapshots" if by_snapshots else "sessions", sides, REACH, origins)


def _earlier_snapshots(reader: Reader, reference: Reference, side: Side) -> tuple[Side, ...]:
    entries = reader.statements(reference.country, reference.body, reference.session)
    fitting = preferred_editions(entries, reference)
    edition = next(each for each in fitting if reference.item in {None, each.item})
    return tuple(
        replace(each, name=f"{each.name}@{each.snapshot}")
        for each in (reader.side(entry.reference) for entry in reader.log(edition))
        if (each.snapshot or 0) < (side.snapshot or 0)
    )


def _earlier_statements(reader: Reader, reference: Reference, side: Side) -> tuple[Side, ...]:
    wanted = replace(reference, kind=None, language=side.version.language)
    sessions = set(earlier_sessions(reader, reference))
    editions = preferred_editions(reader.statements(reference.country, reference.body), wanted)
    return tuple(
        reader.side(edition)
        for edition in editions
        if edition.session in sessions and reference.item in {None, edition.item}
    )
