"""What became of each topic between two statements of the archive, as a comparison says it, and kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tracker.comparing.decisions.opinions import choose_opinions, find_disputed
from tracker.comparing.decisions.rulings import settle_rulings
from tracker.comparing.pipeline import side_names
from tracker.comparing.topics.decided import list_weighing, place_levels
from tracker.comparing.topics.mentions import find_own_situations
from tracker.comparing.topics.statuses import ALONE, ReadText, compare_topics, find_arrived
from tracker.diff.compare import side_topics
from tracker.diff.derive import derive_rows, identify_vocabulary
from tracker.diff.diff import find_other_sessions, load_pair, look_back
from tracker.diff.sides import load_decided
from tracker.model.panels import PanelCell

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tracker.archive import ArchiveSession
    from tracker.comparing.decisions.rulings import Decided
    from tracker.comparing.topics.statuses import OtherSessions
    from tracker.model.texts import Reference, Side
    from tracker.model.topics import Level, TopicReading, Vocabulary
    from tracker.record.derived.answers import Derived


def compare_cells(
    old: Reference | None,
    new: Reference,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    sure: float,
    only: Collection[str] = (),
) -> tuple[PanelCell, ...]:
    """Return the topics of a statement and of the one before it, with what ``diff`` says became of them.

    Both are in one series. What was worked out before is not worked out again, nor are the texts read. Of
    ``only`` some topics no more is worked out than these need.
    """
    derived = archive.derived

    def compute() -> list[list[Any]]:
        pair = old or new, new
        look_around = partial(find_other_sessions, *pair, archive, vocabulary, derived, only)
        decided = load_decided(*pair, archive)
        return weigh_cells(
            load_pair(*pair, archive), decided, look_around if old else None, vocabulary, derived, sure, only
        )

    archive.note_shown(each for each in (old, new) if each)
    rows = derive_rows("cells", list_cell_parts(old, new, archive, vocabulary, sure), derived, compute, only)
    return tuple(cell for cell in (PanelCell(*row) for row in rows) if not only or cell.topic in only)


def list_cell_parts(
    old: Reference | None, new: Reference, archive: ArchiveSession, vocabulary: Vocabulary, sure: float
) -> list[object]:
    """Return all that the cells of a statement rest on: which snapshots they are of, not what is in these."""
    sides = [_identify(each, archive) for each in (old, new) if each]
    looked = look_back(old, new, archive.reader) if old else ()
    earlier = [[_identify(each, archive) for each in some] for some in looked]
    opinions = archive.reader.opinions(*map(archive.reader.resolve, (old, new))) if old else ()
    decided = repr((settle_rulings(archive.reader.rulings()), *opinions))
    return [sides, earlier, decided, identify_vocabulary(vocabulary, archive.derived), sure]


def _identify(reference: Reference, archive: ArchiveSession) -> list[object]:
    """Return which snapshot a reference means, and every reading of it that could be compared."""
    full = archive.reader.resolve(reference)
    return [archive.reader.identify(full), *map(repr, archive.versions.entries(full))]


def weigh_cells(
    sides: tuple[Side, Side],
    decided: Decided,
    look_around: Callable[[], OtherSessions] | None,
    vocabulary: Vocabulary,
    derived: Derived,
    sure: float,
    only: Collection[str] = (),
) -> list[list[Any]]:
    """Return the values of each cell, or of ``only`` some topics.

    ``look_around`` tells the priorities of other sessions, and is asked where a topic may be back; it is None
    where the statement has none before it.
    """
    before, after = sides
    levels = place_levels(decided.old, before.version), place_levels(decided.new, after.version)
    readings = side_topics(after, vocabulary, derived, levels[1], only)
    held = {each.topic: _hold(each) for each in readings}
    chances = {each.topic: each.priority for each in readings if not each.decided}
    moved = {}
    former = side_topics(before, vocabulary, derived, levels[0], only) if look_around else ()
    if look_around and (former or readings):
        weighing = list_weighing(decided.opinions, *levels)
        given = [choose_opinions(weighing, name) for name in ("old", "new")]
        texts = ReadText(before.version, former, given[0]), ReadText(after.version, readings, given[1])
        own = find_own_situations(vocabulary, side_names(before, after))
        others = look_around() if find_arrived(*texts) else ALONE
        changes, _ = compare_topics(
            *texts, vocabulary, others, own=own, sure=sure, disputed=find_disputed(weighing)
        )
        moved = {change.topic: change for change in changes}
    rows: list[list[Any]] = []
    for topic in (each.id for each in vocabulary.topics if each.id in held or each.id in moved):
        facts: list[Any] = [None, None, None, False, False]
        if change := moved.get(topic):
            told = [change.status, change.likely, change.certainty]
            facts = [*told, change.measured, change.share_unsure]
            if change.new is None:
                # As the comparison says: a mention that hardly counts keeps no topic from being absent.
                held.pop(topic, None)
                chances.pop(topic, None)
                if not (change.status or change.likely):
                    continue
            else:
                # Both sides are settled together there, so that the level may be another than alone.
                held[topic] = _hold(change.new)
        rows.append([topic, *held.get(topic, (None, 0, 0.0)), *facts, chances.get(topic)])
    return rows


def _hold(reading: TopicReading) -> tuple[Level, int, float]:
    return reading.level, len(reading.segments), reading.share
