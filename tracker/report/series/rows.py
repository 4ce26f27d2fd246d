"""Topics by sessions or by countries, the strongest first, and what people decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.report.comparison.words import MORE, decision_words
from tracker.report.document import Span
from tracker.report.layout import Line, counted, line, wrap
from tracker.report.safe import one_line
from tracker.topics.levels.assess import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.series import Standing
    from tracker.model.topics import Level, Topic, Vocabulary

SHOWN: Final = 10
"""How many decisions are listed where not everything is asked for."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic and its standing at each session, by label, or in each country, by code."""

    topic: Topic
    cells: dict[str, Standing]

    @property
    def priorities(self) -> tuple[str, ...]:
        """The sessions or countries that have it as a priority."""
        return tuple(name for name, cell in self.cells.items() if cell.level in PRIORITIES)

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


def list_decided(rows: Sequence[TopicRow], width: int, *, everything: bool) -> Iterator[Line]:
    """Yield the decisions behind the cells of some rows, with who made them and who decided otherwise."""
    found = [(row, name, cell.decided) for row in rows for name, cell in row.cells.items() if cell.decided]
    if not found:
        return
    disputed = sum(bool(decision.against) for _, _, decision in found)
    rest = f", {disputed:,} disputed" if disputed else ""
    yield line()
    yield line(f"DECIDED BY PEOPLE: {counted(len(found), 'level')}{rest}", "bold")
    # What is disputed is never what is left out, while there is room for it.
    found.sort(key=lambda each: not each[2].against)
    shown = found if everything else found[:SHOWN]
    for row, name, decision in shown:
        lead = Span(f"{one_line(row.topic.label)}, {one_line(name)}: ", "bold")
        yield from wrap([lead, Span(decision_words(decision))], width, "  ", "    ")
    if len(shown) < len(found):
        yield line(f"  {len(found) - len(shown)} more: {MORE}")
