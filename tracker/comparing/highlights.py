"""Which changes of a revision a reader would name first: ``find_highlights``."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import groupby
from math import fsum, hypot, log2
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker.comparing.passages.forms import BINDING, read_forms
from tracker.comparing.passages.rewording import is_readable, read_passages, read_rewording
from tracker.comparing.shifts.numerals import find_numbers
from tracker.comparing.topics.mentions import find_ceremony
from tracker.inputs.compiled import read_packaged
from tracker.model.changes import Highlight
from tracker.text.commonness import find_stems, load_commonness
from tracker.text.identity import fold, fold_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.changes import Change, Evidence, Shift
    from tracker.model.texts import Version

_Kind = Literal["inserted", "deleted"]
_KINDS: Final[tuple[_Kind, ...]] = ("inserted", "deleted")
_QUIET: Final = frozenset({"kept", "typographic"})
_ENDS: Final = tuple(".!?;:,…。！？；：，؟؛،")
"""Marks one of which ends a sentence, or a paragraph of a resolution; a label has none."""
_COMMAS: Final = (",", "،", "，")
"""What ends a paragraph that leads to what follows: a recital of a resolution, a greeting."""
_BEHIND: Final = "\"'”’»)]）」』 "
"""What may stand behind such a mark."""


class _Texts(NamedTuple):
    """Two versions, and in how many changes between them each word was put in, or taken out."""

    old: Version
    new: Version
    known: Mapping[_Kind, frozenset[str]]
    """The stems of the text that what was inserted, or deleted, is not in."""
    words: Mapping[str, Mapping[_Kind, tuple[str, ...]]]
    """By the id of the change, the stems that only one side of it has."""
    places: Mapping[_Kind, Counter[str]]
    ceremony: frozenset[int]
    """The segments of the new text that are greetings and formulas."""
    subject: Mapping[str, float]
    """What both texts are about: each stem by how many segments have it and how rare it is, of length 1."""


def find_highlights(old: Version, new: Version, changes: Sequence[Change]) -> tuple[Highlight, ...]:
    """Return what changed between two versions of a text, what people decided about first, then the largest.

    Sentences of one side that follow each other in a paragraph are one highlight, and so are those that
    moved together. What was kept is none, unless it moved or somebody decided about it.
    """
    news = [each for each in changes if each.operation not in _QUIET or each.moved or each.decided]
    texts = _read_texts(old, new, news)
    found = [(not group[0].decided, _weigh(texts, group)) for group in _group(texts, news)]
    return tuple(each for _, each in sorted(found, key=lambda row: (row[0], -row[1].weight)))


def _read_texts(old: Version, new: Version, changes: Sequence[Change]) -> _Texts:
    words = {change.id: _read_words(change) for change in changes}
    return _Texts(
        old,
        new,
        known={
            kind: frozenset(find_stems(fold(side.text)))
            for kind, side in zip(_KINDS, (old, new), strict=True)
        },
        words=words,
        places={kind: Counter(stem for each in words.values() for stem in each[kind]) for kind in _KINDS},
        ceremony=find_ceremony(new, (at for each in changes for at in each.new)),
        subject=_read_subject(old, new),
    )


def _read_subject(old: Version, new: Version) -> Mapping[str, float]:
    stems = Counter(
        stem
        for side in (old, new)
        for each in side.segments
        for stem in set(find_stems(fold_sentence(each.text)))
    )
    weights = {stem: _find_rarity(stem) * count for stem, count in stems.items()}
    length = hypot(*weights.values()) or 1.0
    return {stem: weight / length for stem, weight in weights.items()}


def _read_words(change: Change) -> Mapping[_Kind, tuple[str, ...]]:
    inserted, deleted = (
        Counter(
            stem
            for edit in change.edits
            if edit.kind == kind
            for stem in find_stems(fold_sentence(edit.text))
        )
        for kind in _KINDS
    )
    return {"inserted": tuple(inserted - deleted), "deleted": tuple(deleted - inserted)}


def _group(texts: _Texts, changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield changes, those together that are neighbours of one kind."""
    group: list[Change] = []
    for change in changes:
        if group and not _continues(texts, group[-1], change):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _continues(texts: _Texts, before: Change, after: Change) -> bool:
    """Return whether a change goes on with the one before: on the only side, or on both where they moved."""
    if (before.operation, before.moved) != (after.operation, after.moved) or before.decided or after.decided:
        return False
    if before.old and before.new and not (before.moved and before.operation == "kept"):
        return False
    return _is_next(texts.old, before.old, after.old) and _is_next(texts.new, before.new, after.new)


def _is_next(version: Version, before: Sequence[int], after: Sequence[int]) -> bool:
    """Return whether segments follow others in one paragraph, or are headed by them; none follow none."""
    if not (before or after):
        return True
    first, second = version.segments[before[-1]], version.segments[after[0]]
    joined = first.paragraph == second.paragraph or first.kind == "heading"
    return second.ordinal == first.ordinal + 1 and joined


def _weigh(texts: _Texts, changes: Sequence[Change]) -> Highlight:
    table = _load_table()
    words = {each.id: _weigh_words(texts, each) for each in changes}
    parts = {"words": sum(words.values()) ** table["words"]["power"]}
    shifts = sorted((shift for each in changes for shift in each.shifts), key=lambda shift: shift.axis)
    for axis, some in groupby(shifts, key=lambda shift: shift.axis):
        sizes = sorted((_measure(shift, texts.new.language) for shift in some), reverse=True)
        parts[axis] = table["axes"][axis] * sum(size / 2**at for at, size in enumerate(sizes))
    for reason, holds in (
        ("binds", any(_binds(texts, each) for each in changes)),
        ("moved", any(each.moved for each in changes)),
    ):
        parts[reason] = table["sentence"][reason] * holds
    places = {_name_place(texts, each) for each in changes}
    weight = sum(parts.values()) * max(table["place"].get(each, 1.0) for each in places)
    weight *= 1 + table["subject"]["near"] * _measure_nearness(texts, changes)
    reasons = sorted((part for part in parts if parts[part]), key=lambda part: -parts[part])
    heaviest_first = sorted(words, key=lambda name: -words[name])
    return Highlight(tuple(heaviest_first), round(weight, 4), tuple(reasons))


def _measure_nearness(texts: _Texts, changes: Sequence[Change]) -> float:
    """Return the cosine of what changed sentences say and what both texts are about."""
    said = (
        version.segments[at].text
        for each in changes
        for version, places in ((texts.old, each.old), (texts.new, each.new))
        for at in places
    )
    stems = {stem for text in said for stem in find_stems(fold_sentence(text))}
    weights = {stem: _find_rarity(stem) for stem in sorted(stems)}
    both = fsum(weight * texts.subject[stem] for stem, weight in weights.items() if stem in texts.subject)
    return both / (hypot(*weights.values()) or 1.0)


def _find_rarity(stem: str) -> float:
    """Return how rare a stem is, 0 to 1; a number is none."""
    bands, rare = load_commonness()
    return 0.0 if any(map(str.isdecimal, stem)) else bands.get(stem, rare) / rare


def _weigh_words(texts: _Texts, change: Change) -> float:
    table = _load_table()["words"]
    gone = table["deleted"] if change.new else table["dropped"]
    return sum(
        factor * _weigh_word(texts, kind, stem)
        for kind, factor in zip(_KINDS, (1.0, gone), strict=True)
        for stem in texts.words[change.id][kind]
    )


def _weigh_word(texts: _Texts, kind: _Kind, stem: str) -> float:
    table = _load_table()["words"]
    known = table["elsewhere" if stem in texts.known[kind] else "new"]
    weight = table["number"] if any(map(str.isdecimal, stem)) else _find_rarity(stem) * known
    return weight / texts.places[kind][stem]


def _measure(shift: Shift, language: str) -> float:
    """Return how far a figure went, as a factor of its weight; 1 for any other shift."""
    values = [
        _read_value(side, language) for side in (shift.old, shift.new) if shift.axis == "figure" and side
    ]
    if len(values) < len(_KINDS) or not all(values):
        return 1.0
    table = _load_table()["figures"]
    low, high = sorted(values)
    return min(table["most"], table["least"] + table["doubled"] * log2(high / low))


def _read_value(evidence: Evidence, language: str) -> float:
    """Return the first number of some words without its sign; 0 where none is read."""
    return next((abs(float(number.value)) for number in find_numbers(evidence.text, language)), 0.0)


def _binds(texts: _Texts, change: Change) -> bool:
    """Return whether words that decide, promise, demand or forbid were put in or taken out."""
    if not is_readable(change):
        return False
    if change.old and change.new:
        parts = read_rewording(texts.old, texts.new, change).fragments
        return any(
            form.kind in BINDING and part.overlaps(form)
            for part in parts
            for form in read_forms(part.passage)
        )
    sides = read_passages(texts.old, texts.new, change)
    return any(form.kind in BINDING for side in sides for form in read_forms(side))


def _name_place(texts: _Texts, change: Change) -> str:
    """Return what the last segment of a change is: ``ceremony``, a ``label``, a ``recital`` or a sentence."""
    if change.new and texts.ceremony.issuperset(change.new):
        return "ceremony"
    version, places = (texts.new, change.new) if change.new else (texts.old, change.old)
    last = version.segments[places[-1]]
    said = last.text.rstrip(_BEHIND)
    if last.kind == "heading" or not said.endswith(_ENDS):
        return "label"
    return "recital" if said.endswith(_COMMAS) else "sentence"


@cache
def _load_table() -> Mapping[str, Mapping[str, float]]:
    return read_packaged(__package__, "highlights.toml")
