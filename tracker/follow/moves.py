"""``tracker diff`` with ``--countries``: what became of each topic between two sessions, by country."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.errors import NotInArchive, ReferenceInvalid
from tracker.follow.members import check_spoke, choose_countries
from tracker.follow.panel import SAVED_EVERY, HeldStatements
from tracker.model.panels import CountriesDiff, CountryMove, MovedTopic
from tracker.model.texts import Reference
from tracker.model.topics import SURE, VocabularyName
from tracker.references import find_body
from tracker.report.series.panels import DROPPED, TAKEN_UP
from tracker.topics.certainty import explain_unmeasured

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tracker.archive.session import ArchiveSession
    from tracker.model.panels import PanelCell
    from tracker.model.topics import Vocabulary

    Progress = Callable[[int, int], None]


def diff_countries(
    archive: ArchiveSession,
    operands: Sequence[str],
    countries: str,
    vocabulary: Vocabulary,
    *,
    sure: float = SURE,
    progress: Progress = lambda _done, _total: None,
) -> CountriesDiff:
    """Compare two sessions of a body country by country, and count what became of each topic.

    The members of a group are those at the later session. Raises as ``read_panel`` does.
    """
    if len(operands) != 3 or "/" in operands[0]:  # noqa: PLR2004 (a body and two sessions)
        raise ReferenceInvalid(
            "--countries compares two sessions of a body: tracker diff UNGA 70 71 --countries SIDS"
        )
    place = find_body(operands[0])
    held = HeldStatements(archive, place)
    old, new = (held.resolve(each) for each in operands[1:])
    chosen = choose_countries(archive, countries)
    for label in (old, new):
        check_spoke(chosen, held.spoke[label], f"{place.id} {label}")
    wanted, compared, missing = sorted(chosen.on(held.date(new))), [], []
    moves: dict[str, list[tuple[str, PanelCell]]] = defaultdict(list)
    for done, country in enumerate(wanted):
        progress(done, len(wanted))
        entry = held.read(Reference(country, place.id, new), vocabulary, sure, before=old)
        if entry.before != old:
            missing.append(country)
            continue
        compared.append(country)
        for cell in entry.cells:
            moves[cell.topic].append((country, cell))
        if done % SAVED_EVERY == 0:
            archive.derived.save()
    if not compared:
        raise NotInArchive(f"nobody of {countries} has a statement at both {place.id} {old} and {new}")
    topics = [
        MovedTopic(
            topic.id,
            topic.label,
            topic.kind,
            tuple(_move(name, cell) for name, cell in moves[topic.id] if cell.status or cell.possible),
        )
        for topic in vocabulary.topics
    ]
    return CountriesDiff(
        body=place.id,
        old=old,
        new=new,
        countries=countries,
        vocabulary=VocabularyName(vocabulary.name, vocabulary.digest),
        sure=sure,
        unmeasured=explain_unmeasured(vocabulary, held.languages),
        compared=tuple(compared),
        missing=tuple(missing),
        topics=tuple(sorted((each for each in topics if each.countries), key=_weight)),
    )


def _move(country: str, cell: PanelCell) -> CountryMove:
    told = cell.status, cell.possible, cell.certainty, cell.measured, cell.share_unsure
    return CountryMove(country, *told)


def _weight(topic: MovedTopic) -> tuple[int, int, float, str]:
    """Order topics by how many took them up, or dropped them: what is claimed first, then what is likely."""
    both = [[move for move in topic.countries if move.status in each] for each in (TAKEN_UP, DROPPED)]
    sought = {*TAKEN_UP, *DROPPED}
    likely = sum(move.certainty or 0.0 for move in topic.countries if move.possible in sought)
    return -max(map(len, both)), -sum(map(len, both)), -likely, topic.label


def narrow_moves(diff: CountriesDiff, only: Collection[str]) -> CountriesDiff:
    """Return what became of topics narrowed to some statuses, what is claimed of most countries first."""
    kept = (
        (topic, tuple(move for move in topic.countries if (move.status or move.possible) in only))
        for topic in diff.topics
    )
    topics = [replace(topic, countries=moves) for topic, moves in kept if moves]
    topics.sort(
        key=lambda each: (-sum(move.status is not None for move in each.countries), -len(each.countries))
    )
    return replace(diff, topics=tuple(topics))
