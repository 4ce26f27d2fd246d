"""``tracker diff``: from what the user typed to the comparison."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.capture.read.extractors import describe_reading_difference
from tracker.comparing.decisions.rulings import select_levels, settle_rulings
from tracker.diff.derive import (
    cache_vectors,
    choose_derived,
    derive_comparison,
    derive_rows,
    identify_vocabulary,
)
from tracker.diff.sides import earlier_sessions, load_decided, load_side, pair_operands
from tracker.errors import ReferenceInvalid
from tracker.model.texts import Reference
from tracker.model.topics import SURE
from tracker.report.comparison.words import is_unchanged
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.comparing.decisions.rulings import Decided
    from tracker.comparing.topics.statuses import OtherSessions
    from tracker.diff.sides import Operand
    from tracker.model.changes import Comparison
    from tracker.model.decisions import Ruling
    from tracker.model.record import VersionEntry
    from tracker.model.texts import Side, Version
    from tracker.model.topics import Vocabulary
    from tracker.record.derived.answers import Derived
    from tracker.record.reading.reader import Reader
    from tracker.record.reading.versions import Versions
    from tracker.text.encoder import Encoder


def load_pair(
    old: Operand, new: Operand, archive: ArchiveSession, language: str | None = None
) -> tuple[Side, Side]:
    """Read two sides, each with the version that counts, or both with versions of the same extractor.

    ``language`` is that of files, as ``load_side`` takes it.
    The same bytes in one edition are read with one version. Where two extractors read other bytes, and
    nothing that one of them read is there for both, the sides stay as they are: ``list_caveats`` says so.
    Raises as ``load_side`` does.
    """
    sides = load_side(old, archive, language), load_side(new, archive, language)
    if not (isinstance(old, Reference) and isinstance(new, Reference)):
        return sides
    before, after = archive.reader.resolve(old), archive.reader.resolve(new)
    is_same_edition = before.edition == after.edition
    is_same_document = is_same_edition and sides[0].sha256 == sides[1].sha256
    versions = sides[0].version, sides[1].version
    if versions[0] == versions[1]:
        return sides
    if (
        not is_same_document
        and describe_reading_difference(*versions, is_same_edition=is_same_edition) is None
    ):
        return sides
    record = archive.versions
    entries = _entries(record, before), _entries(record, after)
    if is_same_document:
        latest = record.version(max(entry.id for each in entries for entry in each))
        return replace(sides[0], version=latest), replace(sides[1], version=latest)
    pair = _choose_pair(record, *entries, is_same_edition=is_same_edition)
    return sides if pair is None else (replace(sides[0], version=pair[0]), replace(sides[1], version=pair[1]))


def _entries(record: Versions, snapshot: Reference) -> list[VersionEntry]:
    """Return the versions of one snapshot, the latest first."""
    return [entry for entry in reversed(record.entries(snapshot)) if entry.reference == snapshot]


def _choose_pair(
    record: Versions, old: Sequence[VersionEntry], new: Sequence[VersionEntry], *, is_same_edition: bool
) -> tuple[Version, Version] | None:
    """Return versions that the same extractor read, the latest there are of the new side."""
    for after, before in product(_readings(record, new), _readings(record, old)):
        if describe_reading_difference(before, after, is_same_edition=is_same_edition) is None:
            return before, after
    return None


def _readings(record: Versions, entries: Sequence[VersionEntry]) -> list[Version]:
    """Return versions under the name of each extractor that reads them so."""
    return [
        replace(record.version(entry.id), extractor=extractor)
        for entry in entries
        for extractor in (*reversed(entry.confirmed), entry.extractor)
    ]


LOOK_BACK = 10
"""How many sessions before the old one, and between, are read to tell when a topic was last a priority."""


def diff(
    arguments: list[str],
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    encoder: Encoder | None = DEFAULT,
    sure: float = SURE,
    language: str | None = None,
    without: Collection[str] = (),
    *,
    opinions: bool = True,
) -> Comparison:
    """Compare what the arguments name, as ``compare_sides`` does; see ``pair_operands`` for their forms.

    ``language`` is that of files; what people and second readers named in ``without`` said of the two sides
    is left out, and without ``opinions`` all that second readers said. Raises ``TrackerError`` with the
    reason where a side cannot be had, and where a language is given and no file.
    """
    old, new = pair_operands(arguments, archive)
    if language and isinstance(old, Reference) and isinstance(new, Reference):
        raise ReferenceInvalid("--language is of files; a statement of the archive has its own")
    sides = load_pair(old, new, archive, language)
    derived = choose_derived(archive, *sides)
    decided = load_decided(old, new, archive, without, opinions=opinions)
    vectors = cache_vectors(encoder, derived)

    def compute() -> Comparison:
        # These take 90 ms, and are not needed for what is kept.
        from tracker.comparing.caveats import list_passed  # noqa: PLC0415
        from tracker.comparing.pipeline import Basis  # noqa: PLC0415
        from tracker.diff.compare import compare_sides  # noqa: PLC0415

        others = find_other_sessions(old, new, archive, vocabulary, derived)
        basis = Basis(vocabulary, vectors, decided, sure, others)
        comparison = compare_sides(*sides, basis, derived)
        return replace(comparison, caveats=(*comparison.caveats, *list_passed(*sides, passed)))

    passed = len(_list_between(old, new, archive))
    parts = list_parts((old, new), archive, derived, decided, Chosen(vocabulary, vectors, sure))
    comparison = derive_comparison(sides, parts, derived, compute)
    derived.remember_shown(comparison)
    return comparison


def find_observed(arguments: list[str], archive: ArchiveSession) -> str | None:
    """Return the instant at which the new text that the arguments name was seen; None for a file."""
    _, new = pair_operands(arguments, archive)
    if not isinstance(new, Reference):
        return None
    (seen,) = archive.reader.log(archive.reader.resolve(new))
    return seen.observed


class Chosen(NamedTuple):
    """What a user chooses of a comparison, beside its two sides."""

    vocabulary: Vocabulary
    encoder: Encoder | None
    sure: float


def list_parts(
    pair: tuple[Operand, Operand],
    archive: ArchiveSession,
    derived: Derived,
    decided: Decided,
    chosen: Chosen,
) -> list[object]:
    """Return all that a comparison rests on beside its two sides."""
    looked = _look_around(*pair, archive)
    encoder = chosen.encoder
    return [
        identify_vocabulary(chosen.vocabulary, derived),
        [encoder.name, encoder.digest] if encoder else None,
        [[archive.reader.identify(each) for each in some] for some in looked],
        [decided, *_find_levels((*looked[0], *looked[1]), archive)],
        len(_list_between(*pair, archive)),
        chosen.sure,
    ]


def is_same(comparison: Comparison) -> bool:
    """Return whether both sides say the same, in the same words and order, whatever people decided."""
    return is_unchanged(comparison)


def find_other_sessions(
    old: Operand,
    new: Operand,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    derived: Derived,
    only: Collection[str] = (),
) -> OtherSessions:
    """Return the priorities of sessions before ``old``, and between the two, where both are of one series.

    They are kept under what identifies a statement: each of ten that come after it looks back on it, and
    need not read its text. ``only`` some topics are looked for, all if not given, and those before ``old`` no
    further back than to where each of these was met.
    """
    from tracker.comparing.topics.statuses import OtherSessions  # noqa: PLC0415 (as above)
    from tracker.diff.compare import side_priorities  # noqa: PLC0415 (as above)

    recognised = identify_vocabulary(vocabulary, derived)

    def find(each: Reference, rulings: tuple[Ruling, ...]) -> frozenset[str]:
        def compute() -> list[Any]:
            return sorted(side_priorities(archive.reader.side(each), vocabulary, derived, rulings, only))

        parts: list[object] = [archive.reader.identify(each), recognised, rulings]
        return frozenset(derive_rows("priorities", parts, derived, compute, only))

    def find_all(some: Sequence[Reference]) -> Iterator[tuple[str, frozenset[str]]]:
        sought = set(only)
        for each, rulings in zip(some, _find_levels(some, archive), strict=True):
            found = find(each, rulings)
            yield str(each.session), found
            sought -= found
            if only and not sought:
                return

    with archive.unnoted():
        before, between = (dict(find_all(some)) for some in _look_around(old, new, archive))
    return OtherSessions(before, between)


def _find_levels(statements: Sequence[Reference], archive: ArchiveSession) -> list[tuple[Ruling, ...]]:
    """Return what people decided about the topics of each statement."""
    rulings = settle_rulings(archive.reader.rulings()) if statements else ()
    return [select_levels(rulings, archive.reader.resolve(each)) for each in statements]


def _look_around(
    old: Operand, new: Operand, archive: ArchiveSession
) -> tuple[tuple[Reference, ...], tuple[Reference, ...]]:
    """Return what ``look_back`` does of two statements; nothing of files."""
    if isinstance(old, Reference) and isinstance(new, Reference):
        return look_back(old, new, archive.reader)
    return (), ()


def look_back(
    old: Reference, new: Reference, reader: Reader
) -> tuple[tuple[Reference, ...], tuple[Reference, ...]]:
    """Return the statements of one series before two of its own, and between the two, the latest first.

    Where ``old`` is the later one none are between, and the others are those before ``new``.
    """
    if (old.country, old.body) != (new.country, new.body):
        return (), ()
    labels = earlier_sessions(reader, new)
    between = _take_between(old, labels)
    before = [label for label in labels if label not in {*between, old.session}]
    # The kind and language of one session's edition say nothing of the others'.
    first, second = (
        tuple(replace(old.statement, session=label) for label in some[:LOOK_BACK])
        for some in (before, between)
    )
    return first, second


def _list_between(old: Operand, new: Operand, archive: ArchiveSession) -> tuple[str, ...]:
    if not (isinstance(old, Reference) and isinstance(new, Reference)):
        return ()
    if (old.country, old.body) != (new.country, new.body):
        return ()
    return _take_between(old, earlier_sessions(archive.reader, new))


def _take_between(old: Reference, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the sessions before the new one, the latest first, that come after the old one."""
    return labels[: labels.index(old.session)] if old.session in labels else ()
