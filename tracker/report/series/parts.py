"""Topics by sessions or countries, how sure each level is, and the parts that all reports on them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar

from tracker import __version__
from tracker.comparing.topics.decided import ABSENT
from tracker.comparing.topics.mentions import find_term
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.model import series
from tracker.model.topics import PRIORITIES, SURE, VocabularyName
from tracker.report.comparison.passages import cite_words
from tracker.report.comparison.provenance import cite
from tracker.report.comparison.words import ARROW, chance_mark, decision_words, percent
from tracker.report.document import WORDS, Column, Entry, Section, Span, Tick
from tracker.report.layout import MORE, counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.model.decisions import Decision
    from tracker.model.panels import PanelCell
    from tracker.model.rows import LevelOrAbsent
    from tracker.model.series import Standing
    from tracker.model.topics import Level, Status, Topic, Vocabulary
    from tracker.report.document import Quote, Scale, Style

    MapRow = tuple[str, tuple[str, ...], Sequence[Span], tuple[float | None, ...]]

MARKS: Final[dict[Level, str]] = {"declared": "D", "substantive": "S", "acknowledged": "+", "mentioned": "."}
_UNSURE: Final[dict[str, str]] = {"D": "d", "S": "s", ".": ":"}
"""Marks of levels that are less sure."""
NO_STATEMENT, NO_TEXT, WITHDRAWN, _BLANK = "-", "/", "x", " "

_SHADES: Final[tuple[tuple[float, Style], ...]] = (
    (0.10, "shade4"),
    (0.05, "shade3"),
    (0.02, "shade2"),
    (0.0, "shade1"),
)
"""The share of a statement's words from which a mark has a shade."""

SURE_FROM: Final = 0.75
"""The chance from which a level is sure, and nine in ten hold, by their chances: in the British statements
of 55 sessions the mean is .92 of the 553 priorities from there on, and .90 of the 1,005 lower levels."""

_Session = TypeVar("_Session")

NAMED: Final = 3
"""Topics that a verdict names."""
_MOVES: Final = 8
"""Topics among the largest moves where not everything is asked for."""
_FEW: Final = 10
"""Statements of a session: of fewer, one is more than a tenth."""
_ROWS: Final = 12
"""Rows of a map that are shown however little room there is."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic and its standing at each session, by label, or in each country, by code."""

    topic: Topic
    cells: dict[str, Standing]

    @property
    def label(self) -> str:
        """The topic's label on one line."""
        return one_line(self.topic.label)

    @property
    def priorities(self) -> tuple[str, ...]:
        """The sessions or countries that have it as a priority."""
        return tuple(name for name, cell in self.cells.items() if cell.level in PRIORITIES)

    @property
    def sure(self) -> int:
        """How many of those are sure."""
        return sum(not _is_unsure(self.cells[name]) for name in self.priorities)

    @property
    def decided(self) -> bool:
        """Whether somebody decided on one of its levels."""
        return any(cell.decided for cell in self.cells.values())

    def count(self, level: Level) -> int:
        """Return how many sessions or countries give it a level."""
        return sum(cell.level == level for cell in self.cells.values())


def make_rows(
    standings: Mapping[str, Sequence[Standing]],
    vocabulary: Vocabulary,
    topics: Collection[str],
    *,
    everything: bool,
) -> tuple[TopicRow, ...]:
    """Return the topics that are a priority somewhere, strongest first.

    Strongest is a priority in most columns, then the largest share of words. The requested ``topics`` are
    always among them, as are those about which somebody decided; ``everything`` adds those that are only
    mentioned.
    """
    cells: dict[str, dict[str, Standing]] = {}
    for name, column in standings.items():
        for standing in column:
            cells.setdefault(standing.topic, {})[name] = standing
    rows = [
        TopicRow(topic, cells.get(topic.id, {}))
        for topic in vocabulary.topics
        if not topics or topic.id in topics
    ]
    shown = [row for row in rows if topics or row.priorities or row.decided or (everything and row.cells)]
    return tuple(sorted(shown, key=_strength_first))


def _strength_first(row: TopicRow) -> tuple[int, float, str]:
    return -len(row.priorities), -round(sum(cell.share for cell in row.cells.values()), 4), row.topic.label


def find_chance(cell: Standing) -> float | None:
    """Return how likely a careful reader calls it a priority where it is read as one, and none elsewhere.

    None where a person decided, and where nothing gives probabilities.
    """
    if cell.decided or cell.priority is None:
        return None
    return cell.priority if cell.level in PRIORITIES else 1 - cell.priority


def _is_unsure(cell: Standing) -> bool:
    """Return whether fewer than three in four careful readers would say so, priority or none."""
    chance = find_chance(cell)
    return chance is not None and chance < SURE_FROM


def mark_level(cell: Standing | None) -> Span:
    """Return the mark of a level in the shade of its share; a blank for what is absent."""
    if cell is None or cell.level is None:
        return Span(_BLANK)
    mark = MARKS[cell.level]
    shade = next(style for least, style in _SHADES if cell.share >= least)
    return Span(_UNSURE.get(mark, mark) if _is_unsure(cell) else mark, shade)


def mark_chance(cell: Standing, between: str = "") -> str:
    """Return what is ``between``, and that it is likely and how, where a level is unsure."""
    chance = find_chance(cell)
    if chance is None or not _is_unsure(cell):
        return between
    return f"{between}, likely {chance_mark(chance)}"


def count_countries(number: int) -> str:
    """Return how many countries there are, in words."""
    return "1 country" if number == 1 else f"{number} countries"


def name_most(counts: Iterable[tuple[str, int, str]], total: str) -> str:
    """Name the topics that are most often a priority: the answer in one sentence.

    Each has its label, how often it is one, and what else is to be said of that; ``total`` is of how many.
    """
    named = [each for each in counts if each[1]][:NAMED]
    if not named:
        return f"No topic is a priority of {total}."
    parts = (
        f"{label} ({number}{more if at else f' of {total}{more}'})"
        for at, (label, number, more) in enumerate(named)
    )
    return f"Most often a priority: {', '.join(parts)}."


def name_rows(rows: Sequence[TopicRow], number: int, total: str) -> str:
    """Name the topics most often a priority, and how often that is sure; of one text those said most."""
    most = [row for row in rows if row.priorities]
    if number == 1 and most:
        shares = [(row.label, row.cells[row.priorities[0]]) for row in most[:NAMED]]
        named = (f"{label}{mark_chance(cell, f' {percent(cell.share)}')}" for label, cell in shares)
        return f"Most of the words: {', '.join(named)}."
    return name_most(((row.label, len(row.priorities), f", {row.sure} sure") for row in most), total)


def warn_approximate(unmeasured: str | None) -> tuple[str, ...]:
    """Say why certainties are approximate, where they are."""
    return (f"Certainties are approximate: {unmeasured}",) if unmeasured else ()


def warn_few(numbers: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Say at which session so few statements were read that one makes much of a share; each has its label."""
    label, fewest = min(numbers, key=lambda each: each[1])
    if fewest < _FEW:
        yield f"Few statements: {fewest} at {one_line(label)}, where each is {percent(1 / fewest)}."


def halve(sessions: Sequence[_Session]) -> tuple[Sequence[_Session], Sequence[_Session]]:
    """Return the earlier half of some sessions and the later one, which has one more where they are odd."""
    return sessions[: len(sessions) // 2], sessions[len(sessions) // 2 :]


def count_halves(counts: Sequence[int], totals: Sequence[int]) -> str:
    """Say in how many it is a priority, before and after: ``3 of 5 → 0 of 5``."""
    return f" {ARROW} ".join(f"{count} of {total}" for count, total in zip(counts, totals, strict=True))


def show_moves(
    halves: Sequence[Sequence[str]],
    moved: Iterable[tuple[tuple[float, float], str, tuple[str, ...]]],
    heads: Sequence[str],
    *,
    unit: str = "",
    whole: bool,
) -> Iterator[Section]:
    """Yield the topics that differ most between earlier and later sessions: both shares, label, figures.

    ``unit`` is what the shares are of, where the head of the figures does not say it.
    """
    entries = tuple(
        Entry((Span(label),), cells, shares=shares)
        for shares, label, cells in sorted(moved, key=lambda each: (-_differ(each[0]), each[1]))
    )
    ends = f" {ARROW} ".join(
        "–".join(dict.fromkeys((one_line(half[0]), one_line(half[-1])))) for half in halves
    )
    if entries:
        columns = (Column(heads[0], unit=unit), *map(Column, heads[1:]))
        shown = entries if whole else entries[:_MOVES]
        yield Section(f"largest moves, {ends}", shown, columns=columns, first=_MOVES)


def _differ(shares: tuple[float, float]) -> float:
    return round(abs(shares[1] - shares[0]), 4)


def show_map(
    title: str,
    rows: Iterable[MapRow],
    ticks: Sequence[Tick],
    *,
    heads: Sequence[str] = (),
    note: str = "",
    scale: Scale = WORDS,
    sparse: bool = False,
) -> Section:
    """Return a map: for each row its label, its figures, and below each tick a mark and the part it is."""
    entries = tuple(
        Entry((Span(label),), figures, marks=tuple(marks), brief=label, parts=parts)
        for label, figures, marks, parts in rows
    )
    legend = note or _explain_marks({mark.text for entry in entries for mark in entry.marks})
    columns = tuple(Column(head) for head in heads)
    return Section(
        title,
        entries,
        note=legend,
        columns=columns,
        ticks=tuple(ticks),
        scale=scale,
        sparse=sparse,
        first=_ROWS,
    )


def _explain_marks(marks: Collection[str]) -> str:
    """Say what the marks mean that are among some."""
    names: dict[str, str] = {mark: level for level, mark in MARKS.items()}
    names |= {NO_STATEMENT: "no statement", WITHDRAWN: "withdrawn", NO_TEXT: "no text"}
    parts = [f"{mark} {name}" for mark, name in names.items() if mark in marks]
    if unsure := [mark for mark in _UNSURE.values() if mark in marks]:
        parts.append(f"{', '.join(unsure)} the same, less sure")
    return " · ".join([*parts, *(["blank not named"] if _BLANK in marks else [])])


def show_standing(
    name: str, topic: Topic, cell: Standing, figures: Sequence[str], vocabulary: Vocabulary, language: str
) -> Entry:
    """Return what a statement does with a topic: its level and how sure that is, its share, and its words."""
    claim = (Span(name, "bold"), Span(f", {cell.level or ABSENT}{mark_chance(cell)}"))
    notes = (Span(decision_words(cell.decided), "bold"),) if cell.decided else ()
    quotes = (quote_standing(topic, cell, "", vocabulary, language),) if cell.quote else ()
    share = percent(cell.share).removesuffix("%")
    return Entry(claim, (share, *figures), notes=notes, evidence=quotes, brief=name)


def quote_standing(topic: Topic, cell: Standing, lead: str, vocabulary: Vocabulary, language: str) -> Quote:
    """Return the words that show a level best, with the term that names the topic marked."""
    (met,) = match_topics([cell.quote], vocabulary, language=language)
    term = find_term(topic.id, met)
    return cite_words(lead, cell.quote, (term.start, term.end) if term else None)


def show_decided(rows: Sequence[TopicRow]) -> Iterator[Section]:
    """Yield the decisions behind the cells of some rows, with who made them and who decided otherwise."""
    found = [(row, name, cell.decided) for row in rows for name, cell in row.cells.items() if cell.decided]
    if not found:
        return
    disputed = sum(bool(decision.against) for _, _, decision in found)
    rest = f", {disputed:,} disputed" if disputed else ""
    # What is disputed is never what is left out, while there is room for it.
    found.sort(key=lambda each: not each[2].against)
    entries = (
        Entry((Span(f"{row.label}, {one_line(name)}", "bold"), Span(f": {decision_words(decision)}")))
        for row, name, decision in found
    )
    note = f"{counted(len(found), 'level')}{rest}"
    yield Section("decided by people", tuple(entries), note=note, first=2)


def close_report(
    hints: Sequence[str],
    texts: str,
    vocabulary: Vocabulary | VocabularyName,
    *,
    topics: Iterable[str] = (),
    whole: bool,
    sure: float = SURE,
) -> Iterator[str]:
    """Say how to go on, to one of some topics among others, and how to cite."""
    topic = min(topics, key=len, default="")
    one = [f"one topic: --topic {topic}"] if topic and not whole else []
    yield f"More: {' · '.join([*([] if whole else [MORE]), *one, *hints])}"
    yield cite(texts, __version__, vocabulary, sure)


def name_vocabulary(vocabulary: Vocabulary) -> VocabularyName:
    """Return a vocabulary by name and digest, as JSON has it."""
    return VocabularyName(vocabulary.name, vocabulary.digest)


def count_topic(row: TopicRow) -> series.CountedTopic:
    """Return a topic with how many have it as a priority, as JSON has it."""
    return series.CountedTopic(row.topic.id, row.topic.label, row.topic.kind, len(row.priorities))


class StandingColumns(TypedDict):
    """What a statement does with a topic, in columns of several tables."""

    level: LevelOrAbsent
    sentences: int
    words: int
    share: float
    rule: str | None
    priority: float | None


def list_standing(cell: Standing | None) -> StandingColumns:
    """Return the level of a cell with its figures; without one the topic is absent."""
    if cell is None:
        return {"level": "absent", "sentences": 0, "words": 0, "share": 0.0, "rule": None, "priority": None}
    return {
        "level": cell.level or "absent",
        "sentences": cell.sentences,
        "words": cell.words,
        "share": cell.share,
        "rule": cell.rule or None,
        "priority": cell.priority,
    }


class StatusColumns(TypedDict, total=False):
    """What became of a topic, in columns of several tables; none where nothing is known."""

    status: Status | None
    likely: Status | None
    certainty: float | None
    measured: bool | None
    share_unsure: bool | None


def list_status(cell: Standing | PanelCell | None) -> StatusColumns:
    """Return what became of a topic, and how surely."""
    if cell is None:
        return {}
    return {
        "status": cell.status,
        "likely": cell.likely,
        "certainty": cell.certainty,
        "measured": cell.measured,
        "share_unsure": cell.share_unsure,
    }


class DecisionColumns(TypedDict, total=False):
    """What somebody decided, in columns of several tables; none where nobody did."""

    decided_by: str
    decided: str
    said: str | None
    against: str | None


def list_decision(decision: Decision | None) -> DecisionColumns:
    """Return who decided a level, when, as what, and who is against it; nothing where nobody did."""
    if decision is None:
        return {}
    return {
        "decided_by": decision.person,
        "decided": decision.decided,
        "said": decision.said or None,
        "against": "; ".join(decision.against) or None,
    }
