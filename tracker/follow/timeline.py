"""``tracker timeline``: what each session of a series does with each topic, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import settle_rulings
from tracker.comparing.pipeline import side_names
from tracker.comparing.topics.certainty import explain_unmeasured
from tracker.comparing.topics.decided import mark_absences
from tracker.comparing.topics.mentions import find_own_situations
from tracker.comparing.topics.statuses import OtherSessions, ReadText, compare_topics, find_priorities
from tracker.diff.cells import compare_cells
from tracker.diff.diff import LOOK_BACK, look_back
from tracker.follow.series import EVER, Within, list_editions, parse_series, session_kind
from tracker.follow.standings import is_readable, read_session_text, stand_absent, stand_topics
from tracker.model.series import Timeline, TimelineSession
from tracker.model.texts import Reference
from tracker.model.topics import SURE
from tracker.references import find_body, read_session, read_year, session_sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.follow.standings import SessionText
    from tracker.model.panels import PanelCell
    from tracker.model.series import Standing
    from tracker.model.texts import Side
    from tracker.model.topics import TopicChange, Vocabulary
    from tracker.record.reading.reader import Reader

    Progress = Callable[[int, int], None]
    Compare = Callable[[Sequence[SessionText], SessionText], Sequence[TopicChange | PanelCell]]


def follow_topics(
    archive: ArchiveSession,
    series: str,
    vocabulary: Vocabulary,
    within: Within = EVER,
    *,
    statuses: bool = True,
    sure: float = SURE,
    progress: Progress = lambda _done, _total: None,
) -> Timeline:
    """Read every session of a series within bounds, kind by kind.

    Of each statement the preferred edition is read, of the kind and language that the series may name; the
    statements of one session count as one. Sessions of the same kind between them at which the country made
    no statement that the archive has, or one that was withdrawn, are there too. Without ``statuses`` none are
    worked out, which takes most of the time of a second run; ``sure`` is how many of them are to be true.
    Raises ``ReferenceInvalid`` for what is no series, ``NotInArchive`` where it has no statements.
    """
    reference = parse_series(series)
    held = list_editions(archive.reader, reference, within)
    rulings = settle_rulings(archive.reader.rulings())
    labels = _expect(archive.reader, reference, tuple(held))
    spoken: dict[str, SessionText] = {}
    for done, (label, editions) in enumerate(held.items()):
        progress(done, len(held))
        spoken[label] = read_session_text(archive, editions, vocabulary, rulings)
    compare = partial(_compare, archive, vocabulary, sure) if statuses else lambda _earlier, _now: ()
    sessions = tuple(_describe(labels, spoken, vocabulary, compare))
    languages = {spoken[session.label].version.language for session in sessions if session.state == "read"}
    unmeasured = explain_unmeasured(vocabulary, languages) if len(spoken) > 1 else None
    return Timeline(str(reference), vocabulary, sessions, unmeasured, sure)


def _expect(reader: Reader, series: Reference, held: Sequence[str]) -> tuple[TimelineSession, ...]:
    """Return all sessions to show, by kind: those held, and those of their kinds between them."""
    body = series.body
    withdrawn = {str(entry.reference.session) for entry in reader.withdrawn(series.country, body)}
    known = {str(entry.reference.session) for entry in reader.statements(body=body)} | withdrawn
    shown: list[TimelineSession] = []
    for kind, labels in _by_kind(body, held).items():
        ends = session_sort_key(body, labels[0]), session_sort_key(body, labels[-1])
        between = {
            label
            for label in (*_number(body, kind, labels), *known)
            if session_kind(body, label) == kind and ends[0] <= session_sort_key(body, label) <= ends[1]
        }
        every = sorted(between | set(labels), key=lambda label: session_sort_key(body, label))
        shown += [
            TimelineSession(
                label, kind, read_year(body, label, ()), "withdrawn" if label in withdrawn else "no statement"
            )
            for label in every
        ]
    return tuple(shown)


def _by_kind(body: str, labels: Iterable[str]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for label in labels:
        kinds.setdefault(session_kind(body, label), []).append(label)
    order = [kind.name for kind in find_body(body).kinds]
    return dict(sorted(kinds.items(), key=lambda row: order.index(row[0]) if row[0] in order else len(order)))


def _number(body: str, kind: str, labels: Sequence[str]) -> Iterator[str]:
    """Yield the labels of a numbered kind from the first to the last, whoever spoke there."""
    rule = next((rule for rule in find_body(body).kinds if rule.name == kind), None)
    numbers = [session.number for label in labels if (session := read_session(body, label))]
    known = [number for number in numbers if number is not None]
    if rule is not None and "{n}" in rule.label and known:
        yield from (rule.label.format(n=number) for number in range(min(known), max(known) + 1))


def _describe(
    sessions: Iterable[TimelineSession],
    spoken: dict[str, SessionText],
    vocabulary: Vocabulary,
    compare: Compare,
) -> Iterator[TimelineSession]:
    before: list[TimelineSession] = []
    for session in sessions:
        if session.label not in spoken:
            yield session
            continue
        now = spoken[session.label]
        body = str(now.sides[0].body)
        read = replace(
            session,
            year=read_year(body, session.label, (side.delivered for side in now.sides)),
            statements=now.names,
            state="read" if is_readable(now, vocabulary) else "no text",
        )
        if read.state == "read":
            earlier = [each for each in before if each.kind == read.kind]
            read = replace(
                read,
                before=earlier[-1].label if earlier else None,
                standings=_stand(now, [spoken[each.label] for each in earlier], vocabulary, compare),
            )
            before.append(read)
        yield read


def _stand(
    now: SessionText, earlier: Sequence[SessionText], vocabulary: Vocabulary, compare: Compare
) -> tuple[Standing, ...]:
    held = stand_topics(now)
    for change in compare(earlier, now) if earlier else ():
        if change.status or change.likely:
            held[change.topic] = replace(
                held.get(change.topic) or stand_absent(change.topic),
                status=change.status,
                likely=change.likely,
                certainty=change.certainty,
                measured=change.measured,
                share_unsure=change.share_unsure,
            )
    return tuple(held[topic.id] for topic in vocabulary.topics if topic.id in held)


def _compare(
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    sure: float,
    earlier: Sequence[SessionText],
    now: SessionText,
) -> Sequence[TopicChange | PanelCell]:
    """Return what became of each topic: what a panel keeps of it, where that looks at the same texts."""
    seen = [*earlier[-LOOK_BACK - 1 :], now]
    if all(len(each.sides) == 1 for each in seen):
        *before, old, new = (_name_bare(each.sides[0]) for each in seen)
        sees_same = look_back(old, new, archive.reader) == (tuple(reversed(before)), ())
        if sees_same and all(_is_preferred(each.sides[0], archive.reader) for each in seen):
            return compare_cells(old, new, archive, vocabulary, sure)
    return _compare_texts(earlier, now, vocabulary, sure)


def _name_bare(side: Side) -> Reference:
    return Reference(str(side.country), str(side.body), str(side.session))


def _is_preferred(side: Side, reader: Reader) -> bool:
    return str(reader.resolve(_name_bare(side))) == side.name


def _compare_texts(
    earlier: Sequence[SessionText], now: SessionText, vocabulary: Vocabulary, sure: float
) -> tuple[TopicChange, ...]:
    *rest, before = earlier
    priorities = {
        str(each.sides[0].session): find_priorities(each.readings) for each in reversed(rest[-LOOK_BACK:])
    }
    texts = ReadText(before.version, before.readings), ReadText(now.version, now.readings)
    own = find_own_situations(vocabulary, side_names(*before.sides, *now.sides))
    changes, _ = compare_topics(*texts, vocabulary, OtherSessions(priorities), own=own, sure=sure)
    return mark_absences(changes, before.absent, now.absent)
