"""Topics by sessions or by countries, the strongest first, and how sure each level is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.model.topics import PRIORITIES
from tracker.report.comparison.words import chance_mark
from tracker.report.document import Span
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.model.series import Standing
    from tracker.model.topics import Level, Topic, Vocabulary
    from tracker.report.document import Style
MARKS: Final[dict[Level, str]] = {"declared": "D", "substantive": "S", "acknowledged": "+", "mentioned": "."}
UNSURE: Final[dict[str, str]] = {"D": "d", "S": "s", ".": ":"}
"""Marks of levels that are less sure."""
NO_STATEMENT, NO_TEXT, WITHDRAWN, BLANK = "-", "/", "x", " "

SHADES: Final[tuple[tuple[float, Style], ...]] = (
    (0.10, "shade4"),
    (0.05, "shade3"),
    (0.02, "shade2"),
    (0.0, "shade1"),
)
"""The share of a statement's words from which a mark has a shade."""

SURE_FROM: Final = 0.75
"""The chance from which a level is sure, and nine in ten hold, by their chances: in the British statements
of 55 sessions the mean is .92 of the 553 priorities from there on, and .90 of the 1,005 lower levels."""


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
        return sum(not is_unsure(self.cells[name]) for name in self.priorities)

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


def is_unsure(cell: Standing) -> bool:
    """Return whether fewer than three in four careful readers would say so, priority or none."""
    chance = find_chance(cell)
    return chance is not None and chance < SURE_FROM


def mark_level(cell: Standing | None) -> Span:
    """Return the mark of a level in the shade of its share; a blank for what is absent."""
    if cell is None or cell.level is None:
        return Span(BLANK)
    mark = MARKS[cell.level]
    shade = next(style for least, style in SHADES if cell.share >= least)
    return Span(UNSURE.get(mark, mark) if is_unsure(cell) else mark, shade)


def mark_chance(cell: Standing, between: str = "") -> str:
    """Return a question mark with the chance where a level is unsure, around what is ``between``."""
    chance = find_chance(cell)
    if chance is None or not is_unsure(cell):
        return between
    return f"?{between} {chance_mark(chance, measured=cell.measured)}"
