"""Links, readings and comparisons, from ``derived.db`` where they are kept, else computed and then kept.

What is kept is named by the digest of everything it rests on, our own rules and code included: an answer
that would come out otherwise today is never given.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from tracker.comparing.topics.vocabulary.load import name_recognition
from tracker.diff.rules import name_releases, name_rules
from tracker.errors import TrackerError
from tracker.model.changes import Comparison, Link
from tracker.model.plain import field_types, from_row, to_row
from tracker.model.topics import TopicReading
from tracker.record.derived.answers import Derived
from tracker.record.derived.vectors import CachedEncoder
from tracker.text.encoder import DEFAULT
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tracker.archive import ArchiveSession
    from tracker.comparing.topics.reading import TopicReader
    from tracker.model.changes import Change
    from tracker.model.decisions import Decision
    from tracker.model.texts import Side, Version
    from tracker.model.topics import Vocabulary
    from tracker.record.derived.answers import Answers
    from tracker.text.encoder import Encoder


def choose_derived(archive: ArchiveSession, *sides: Side) -> Derived:
    """Return where to keep what sides give: the archive's file, which knows nothing of other files."""
    return archive.derived if all(side.snapshot is not None for side in sides) else Derived()


def cache_vectors(encoder: Encoder | None, derived: Derived) -> Encoder | None:
    """Return the same encoder, which looks for its vectors among the derived ones first."""
    return CachedEncoder(encoder, derived, name_releases()) if encoder else None


def derive_links(
    old: Sequence[str], new: Sequence[str], encoder: Encoder | None, derived: Derived | None
) -> tuple[Link, ...]:
    """Return what ``align`` returns for two texts' segments."""
    from tracker.comparing.alignment.align import align  # noqa: PLC0415 (what is kept as a whole aligns nothing)

    if derived is None:
        return align(old, new, encoder)
    vectors = f"{encoder.name} {encoder.digest}" if encoder else "none"
    key = _digest([list(old), list(new), vectors, name_rules()])
    kept = derived.answer("links", key)
    if kept is not None:
        return from_row(tuple[Link, ...], json.loads(kept))
    links = align(old, new, encoder)
    derived.keep_answer("links", key, name_rules(), json.dumps(links, default=to_row))
    return links


def derive_readings(
    version: Version,
    vocabulary: Vocabulary,
    own_names: Collection[str],
    derived: Derived | None,
    reader: TopicReader,
) -> tuple[TopicReading, ...]:
    """Return what a reader of topics returns for a version."""
    if derived is None:
        return reader.read(version, vocabulary, own_names)
    key = _name_readings(version, vocabulary, own_names, derived, reader)
    kept = derived.answer("readings", key)
    if kept is not None:
        return from_row(tuple[TopicReading, ...], json.loads(kept))
    readings = reader.read(version, vocabulary, own_names)
    derived.keep_answer("readings", key, name_rules(), json.dumps(readings, default=to_row))
    return readings


def derive_levels(
    version: Version,
    vocabulary: Vocabulary,
    own_names: Collection[str],
    derived: Derived | None,
    topics: Collection[str],
) -> tuple[TopicReading, ...]:
    """Return readings that have the levels of some topics: those kept of all, else what is read for these."""
    from tracker.comparing.topics.reading import RULES, read_levels  # noqa: PLC0415 (as align)

    if derived and find_readings(version, vocabulary, own_names, derived, RULES):
        return derive_readings(version, vocabulary, own_names, derived, RULES)
    return read_levels(version, vocabulary, topics, own_names=own_names)


def derive_comparison(
    sides: tuple[Side, Side], parts: list[object], derived: Derived, compute: Callable[[], Comparison]
) -> Comparison:
    """Return a comparison of two sides, which rests on all that they are, on these parts and on our rules.

    Kept as a whole it needs neither vocabulary nor weights: of .75 s they took .6.
    """
    key = name_answer([*sides, *parts])
    kept = _find_comparison(sides, key, derived)
    if kept is not None:
        return kept
    comparison = compute()
    found = fields(Comparison)[len(sides) :]
    rows = [*(getattr(comparison, each.name) for each in found), _number_decisions(comparison.changes)]
    derived.keep_answer("comparison", key, name_rules(), json.dumps(rows, default=to_row))
    return comparison


def find_comparison(sides: tuple[Side, Side], parts: list[object], derived: Derived) -> Comparison | None:
    """Return a comparison that is kept of two sides and these parts; None where there is none."""
    return _find_comparison(sides, name_answer([*sides, *parts]), derived)


def _find_comparison(sides: tuple[Side, Side], key: str, derived: Derived) -> Comparison | None:
    kept = derived.answer("comparison", key)
    if kept is None:
        return None
    *rows, numbers = json.loads(kept)
    found = list(field_types(Comparison).values())[len(sides) :]
    values = (from_row(kind, row) for kind, row in zip(found, rows, strict=True))
    comparison = Comparison(*sides, *values)
    return replace(comparison, changes=_share_decisions(comparison.changes, numbers))


def _number_decisions(changes: Sequence[Change]) -> list[list[int]]:
    """Return numbers of the decisions on each change; one on several changes is one object, counted once."""
    numbers: dict[int, int] = {}
    return [[numbers.setdefault(id(each), len(numbers)) for each in change.decided] for change in changes]


def _share_decisions(changes: Sequence[Change], numbers: Sequence[Sequence[int]]) -> tuple[Change, ...]:
    known: dict[int, Decision] = {}
    return tuple(
        replace(change, decided=tuple(map(known.setdefault, row, change.decided))) if row else change
        for change, row in zip(changes, numbers, strict=True)
    )


def derive_rows(
    kind: str,
    parts: list[object],
    derived: Derived,
    compute: Callable[[], list[Any]],
    only: Collection[str] = (),
) -> list[Any]:
    """Return plain values that rest on these parts, on our rules, and on nothing else.

    Where ``only`` some topics are wanted, those that are kept of all topics have them among others.
    """
    key = name_answer(parts)
    kept = derived.answer(kind, key)
    if kept is None and only:
        return derive_rows(kind, [*parts, sorted(only)], derived, compute)
    if kept is None:
        kept = json.dumps(compute())
        derived.keep_answer(kind, key, name_rules(), kept)
    rows: list[Any] = json.loads(kept)
    return rows


def find_rows(kind: str, parts: list[object], derived: Derived) -> list[Any] | None:
    """Return plain values that are kept of these parts, as ``derive_rows`` keeps them; None for none."""
    kept = derived.answer(kind, name_answer(parts))
    rows: list[Any] | None = None if kept is None else json.loads(kept)
    return rows


def find_readings(
    version: Version,
    vocabulary: Vocabulary,
    own_names: Collection[str],
    derived: Derived,
    reader: TopicReader,
) -> Answers:
    """Return the readings kept of a version as they are kept, none where there are none."""
    key = _name_readings(version, vocabulary, own_names, derived, reader)
    kept = derived.answer("readings", key)
    return {} if kept is None else {("readings", key): (name_rules(), kept)}


def check_rules(answers: Answers) -> Answers:
    """Return answers that were given elsewhere; raises ``TrackerError`` where other rules gave them."""
    if any(rules != name_rules() for rules, _ in answers.values()):
        raise TrackerError(
            "a worker gave answers by other rules than ours; give all this release of tracker, and the same"
            " Python, numpy and rapidfuzz, then give the command again, which goes on"
        )
    return answers


def identify_vocabulary(vocabulary: Vocabulary, derived: Derived) -> list[object]:
    """Return what tells a vocabulary, and the way its topics are found, from all others."""
    taught = vocabulary.model.digest if vocabulary.model else None
    similar = vocabulary.recognition == "similarity"
    vectors = CachedEncoder(DEFAULT, derived, name_releases()).digest if similar else None
    return [vocabulary.digest, vocabulary.overlap, taught, name_recognition(vocabulary), vectors]


def _name_readings(
    version: Version,
    vocabulary: Vocabulary,
    own_names: Collection[str],
    derived: Derived,
    reader: TopicReader,
) -> str:
    segments = [[each.kind, each.paragraph, each.start, each.end] for each in version.segments]
    text = [version.text, segments, version.language]
    named = [*identify_vocabulary(vocabulary, derived), vocabulary.year]
    return name_answer([text, named, sorted(own_names), reader.name])


def name_answer(parts: list[object]) -> str:
    """Return the key of the answer that rests on these parts: rows, or of two sides a comparison."""
    return _digest([*parts, name_rules()])


def _digest(parts: list[object]) -> str:
    return digest_text(json.dumps(parts, default=to_row))
