"""What is to be decided between two statements: a row for each claim, open topic, shift and link.

Rows are of what is judged without people, so that they stay what they are while people decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from tracker.coding.settle import find_around, open_topics
from tracker.comparing.decisions.rulings import place_segments
from tracker.comparing.topics.decided import ABSENT
from tracker.diff.compare import side_topics
from tracker.model.changes import AXES, Operation
from tracker.report.answers.coding import list_other_words, question_words, side_names
from tracker.report.comparison.words import NO_CHANGE, places, share_words, status_mark, tell_shift
from tracker.report.comparison.words import place as name_place
from tracker.report.safe import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.coding.settle import Levels, MarkedPassage, OpenComparison, OpenTopic
    from tracker.comparing.decisions.rulings import Places
    from tracker.model.changes import Change, Edit, Shift
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import TopicReading, Vocabulary

RIGHT, WRONG, NOT_SURE = "right", "wrong", "not sure"
"""Answers that every row takes, but for *wrong*: of a topic it is a level that is so instead."""
LEVEL, SENTENCES, LINK = "level", "sentences", "link"
"""What a row asks, as the record names it, and *link* for sentences that the alignment left apart."""

Kind = Literal["open", "claim", "shift", "sentences"]
Mark = Literal["plain", "match", "deleted", "inserted"]

_ORDER: Final[tuple[Kind, ...]] = ("open", "claim", "shift", "sentences")
"""Of texts that are compared by topics; of those that correspond what is about sentences comes first."""
_ONE_SIDED: Final = ("new", "dropped")
_AS_THEY_ARE: Final = ("kept", "typographic")
"""Links of sentences that say the same: nobody is asked about them, but they can be unlinked."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that is given by a key, or by two where it says what is so instead."""

    key: str
    words: str
    answer: str
    behind: str = ""
    """The key that shows it; nothing where it is shown at once."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sentence, and what it is marked as."""

    text: str
    mark: Mark = "plain"


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A sentence to read, with those before and after it in its paragraph."""

    place: str
    before: str
    runs: tuple[Run, ...]
    after: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownSide:
    """What there is to read on one side, and what the program read there."""

    name: str
    language: str
    read: str
    passages: tuple[ShownPassage, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to decide: what is asked, the answers by key, and the sentences of both sides."""

    name: str
    """The question, and the topic or change that it is about: ``level corruption``, ``strength 3f9c2ab…``."""
    kind: Kind
    title: str
    question: str
    choices: tuple[Choice, ...]
    sides: tuple[ShownSide, ShownSide]


@dataclass(frozen=True, slots=True)
class AskedPair:
    """Two snapshots as they are judged without people, and what is asked of them."""

    compared: OpenComparison
    readings: tuple[tuple[TopicReading, ...], tuple[TopicReading, ...]]
    """The topics read on each side."""
    rows: tuple[Row, ...]
    places: tuple[Places, Places]
    """Where quoted sentences of each side are found."""

    @property
    def name(self) -> str:
        """The references of both snapshots."""
        return name_snapshots(str(self.compared.old), str(self.compared.new))


def name_snapshots(old: str, new: str) -> str:
    """Return what names two snapshots, by their references."""
    return f"{old} {new}"


def open_pair(words: Sequence[str], archive: ArchiveSession, vocabulary: Vocabulary) -> AskedPair:
    """Compare what the words name, as ``diff`` does, without what people decided; raises as that does."""
    people = {ruling.decision.person for ruling in archive.reader.rulings()}
    compared = open_topics(words, archive, vocabulary, everything=True, without=people)
    comparison = compared.comparison
    sides = comparison.old, comparison.new
    before, after = (side_topics(side, vocabulary, archive.derived) for side in sides)
    rows = [*_ask_topics(compared), *_ask_changes(compared)]
    shift = 0 if comparison.genre == "session" else 2
    rows.sort(key=lambda row: (_ORDER.index(row.kind) + shift) % len(_ORDER))
    old, new = (place_segments(side.version) for side in sides)
    return AskedPair(compared, (before, after), tuple(rows), (old, new))


def _ask_topics(compared: OpenComparison) -> Iterator[Row]:
    """Yield what is asked of topics: of what is claimed, and of what is unsure and about levels."""
    comparison = compared.comparison
    names, sides = side_names(comparison), (comparison.old, comparison.new)
    for topic in compared.topics:
        change = topic.change
        if not (change.claimed or change.is_open):
            continue
        told = status_mark(change) or NO_CHANGE
        shown = zip(names, sides, (change.old, change.new), topic.passages, strict=True)
        old, new = (
            ShownSide(
                name,
                side.version.language,
                reading.level if reading else ABSENT,
                tuple(map(_show_marked, passages)),
            )
            for name, side, reading, passages in shown
        )
        yield Row(
            name=f"{LEVEL} {change.topic}",
            kind="claim" if change.claimed else "open",
            title=f"{one_line(change.label)}, {told}; {share_words(change)} % of words",
            question=question_words(change, topic.supposed, names),
            choices=(*_list_level_choices(topic, names),),
            sides=(old, new),
        )


def _list_level_choices(topic: OpenTopic, names: tuple[str, str]) -> Iterator[Choice]:
    words = list_other_words(topic.supposed, names)
    yield Choice("r", RIGHT, _answer_levels(topic.supposed))
    for key, levels in topic.others.items():
        yield Choice(key, words[key], _answer_levels(levels), behind="w")
    yield Choice("n", NOT_SURE, NOT_SURE)


def _answer_levels(levels: Levels) -> str:
    """Return the answer that gives the levels of a topic on both sides."""
    return " ".join(levels)


def _show_marked(passage: MarkedPassage) -> ShownPassage:
    text, runs, at = passage.segment.text, list[Run](), 0
    for start, end in passage.marks:
        if start >= at:
            runs += (Run(text[at:start]), Run(text[start:end], "match"))
            at = end
    likeness = passage.likeness
    note = "" if likeness is None else f"nothing names it; this is closest ({likeness:.2f})"
    return _show(passage.segment, [*runs, Run(text[at:])], passage.around, note)


def _show(
    segment: Segment, runs: Sequence[Run], around: tuple[Segment | None, Segment | None], note: str = ""
) -> ShownPassage:
    before, after = (visible(each.text) if each else "" for each in around)
    shown = tuple(Run(visible(run.text), run.mark) for run in runs if run.text)
    return ShownPassage(name_place(segment), before, shown, after, note)


def _ask_changes(compared: OpenComparison) -> Iterator[Row]:
    """Yield what is asked of linked sentences: whether each shift is so, and whether they correspond."""
    comparison = compared.comparison
    names = side_names(comparison)
    for change in comparison.changes:
        if not is_link(change) or (change.operation in _AS_THEY_ARE and not change.shifts):
            continue
        shown = (
            _show_segments(names[0], comparison.old, change.old, change.edits, "inserted"),
            _show_segments(names[1], comparison.new, change.new, change.edits, "deleted"),
        )
        where = places(
            [comparison.old.version.segments[at] for at in change.old],
            [comparison.new.version.segments[at] for at in change.new],
        )
        for shift in change.shifts:
            asked = f"Is this so: {shift.axis} {shift.direction}?"
            choices = (*_list_shift_choices(shift),)
            title = f"{where}: {tell_shift(shift)}"
            yield Row(f"{shift.axis} {change.id}", "shift", title, asked, choices, shown)
        if change.operation not in _AS_THEY_ARE:
            asked = f"Do these sentences of {names[0]} and {names[1]} correspond ({change.operation})?"
            choices = (*_list_link_choices(change),)
            title = f"{where}: {change.operation}"
            yield Row(f"{SENTENCES} {change.id}", "sentences", title, asked, choices, shown)


def is_link(change: Change) -> bool:
    """Tell whether a change has sentences on both sides."""
    return bool(change.old and change.new)


def _list_shift_choices(shift: Shift) -> Iterator[Choice]:
    yield Choice("r", RIGHT, RIGHT)
    yield Choice("w", WRONG, WRONG)
    others = (each for each in AXES[shift.axis].directions if each != shift.direction)
    for key, direction in enumerate(others, 1):
        yield Choice(str(key), direction, direction, behind="o")
    yield Choice("n", NOT_SURE, NOT_SURE)


def _list_link_choices(change: Change) -> Iterator[Choice]:
    yield Choice("r", RIGHT, RIGHT)
    yield Choice("w", f"{WRONG}, unlink", WRONG)
    for key, label in enumerate(_list_labels(change), 1):
        yield Choice(str(key), label, label, behind="o")
    yield Choice("n", NOT_SURE, NOT_SURE)


def _list_labels(change: Change) -> list[Operation]:
    """Return what else linked sentences may be called, by how many there are on each side."""
    old, new = len(change.old), len(change.new)
    fits = {"split": old < new, "merged": old > new}
    return [
        label
        for label in get_args(Operation)
        if label not in {*_ONE_SIDED, change.operation} and fits.get(label, True)
    ]


def _show_segments(
    name: str, side: Side, indexes: Sequence[int], edits: Sequence[Edit], other: str
) -> ShownSide:
    """Return segments of one side; of one alone with its edits, which are all but those of the ``other``."""
    segments = side.version.segments
    if len(indexes) == 1:
        marked = [
            Run(edit.text, "plain" if edit.kind == "kept" else edit.kind)
            for edit in edits
            if edit.kind != other
        ]
    else:
        marked = []
    passages = (
        _show(segments[at], marked or [Run(segments[at].text)], find_around(segments, at)) for at in indexes
    )
    return ShownSide(name, side.version.language, "", tuple(passages))
