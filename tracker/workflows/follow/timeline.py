"""``tracker timeline``: what each session of a series does with each topic, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.derived.store import open_derived
from tracker.archive.reading.reader import open_reader
from tracker.decisions.rulings import settle_rulings
from tracker.errors import NotInArchive, ReferenceInvalid
from tracker.model.series import Standing, Timeline, TimelineSession
from tracker.references import find_body, parse_reference, resolve_session, session_sort_key
from tracker.topics.certainty.claims import explain_unfitted
from tracker.topics.statuses.statuses import compare_topics, find_priorities
from tracker.workflows.compare.diff import LOOK_BACK
from tracker.workflows.follow.standings import is_readable, read_spoken, stand
from tracker.workflows.follow.trace import preferred_editions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.archive.reading.reader import Reader
    from tracker.model.texts import Reference
    from tracker.model.topics import TopicChange, Vocabulary
    from tracker.references import Session
    from tracker.workflows.follow.standings import Spoken

    Progress = Callable[[int, int], None]


def follow_topics(
    archive: Path,
    series: str,
    vocabulary: Vocabulary,
    first: str | None = None,
    last: str | None = None,
    *,
    statuses: bool = True,
    progress: Progress = lambda _done, _total: None,
) -> Timeline:
    """Read every session of a series, from one to another, both included, kind by kind.

    Of each statement the preferred edition is read, of the kind and language that the series may name; the
    statements of one session count as one. Sessions of the same kind between them at which the country made
    no statement that the archive has, or one that was withdrawn, are there too. Without ``statuses`` none are
    worked out, which takes most of the time of a second run. Raises ``ReferenceInvalid`` for what is no
    series, ``NotInArchive`` where it has no statements.
    """
    reference = parse_series(series)
    with open_reader(archive) as reader:
        held = list_held(reader, reference, first, last)
        rulings = settle_rulings(reader.rulings())
        labels = _expect(reader, reference, tuple(held))
        spoken: dict[str, Spoken] = {}
        with open_derived(archive) as derived:
            for done, (label, editions) in enumerate(held.items()):
                progress(done, len(held))
                spoken[label] = read_spoken(reader, editions, vocabulary, derived, rulings)
    sessions = tuple(_tell(labels, spoken, vocabulary, statuses=statuses))
    languages = {spoken[session.label].version.language for session in sessions if session.state == "read"}
    unfitted = explain_unfitted(vocabulary, languages) if statuses and len(spoken) > 1 else None
    return Timeline(str(reference), vocabulary, sessions, unfitted)


def parse_series(text: str) -> Reference:
    """Return the series that a text names; raises ``ReferenceInvalid`` where it names less or more."""
    reference = parse_reference(text)
    if reference.session is not None:
        raise ReferenceInvalid(
            f"{text} is one statement; name a series, as in {reference.country}/{reference.body}"
        )
    return reference


def list_held(
    reader: Reader, series: Reference, first: str | None = None, last: str | None = None
) -> dict[str, tuple[Reference, ...]]:
    """Return the preferred editions of a series by session, in order, within bounds."""
    held: dict[str, tuple[Reference, ...]] = {}
    for edition in preferred_editions(reader.statements(series.country, series.body), series):
        label = str(edition.session)
        held[label] = (*held.get(label, ()), edition)
    if not held:
        raise reader.missing(series)
    lowest, highest = (
        None if text is None else session_sort_key(series.body, _read_bound(series, text))
        for text in (first, last)
    )
    within = {
        label: editions
        for label, editions in held.items()
        if (lowest is None or session_sort_key(series.body, label) >= lowest)
        and (highest is None or session_sort_key(series.body, label) <= highest)
    }
    if not within:
        ends = list(held)
        raise NotInArchive(
            f"no statement of {series} from {first or 'the first'} to {last or 'the last'};"
            f" the archive holds sessions {ends[0]} to {ends[-1]}"
        )
    return within


def read_session(body: str, label: str) -> Session | None:
    """Return what is known about a session by its label, None where no rule reads it."""
    try:
        return resolve_session(body, label)
    except ReferenceInvalid:
        return None


def read_year(body: str, label: str, delivered: Iterable[str | None]) -> int | None:
    """Return the year of a session: that of its statements, else the one its label gives."""
    dates = sorted(date for date in delivered if date)
    if dates and dates[0][:4].isdecimal():
        return int(dates[0][:4])
    session = read_session(body, label)
    return session.year if session else None


def _read_bound(series: Reference, text: str) -> str:
    return resolve_session(find_body(series.body), text).label


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
            if _kind(body, label) == kind and ends[0] <= session_sort_key(body, label) <= ends[1]
        }
        every = sorted(between | set(labels), key=lambda label: session_sort_key(body, label))
        shown += [
            TimelineSession(
                label,
                kind,
                read_year(body, label, ()),
                "withdrawn" if label in withdrawn else "no statement",
            )
            for label in every
        ]
    return tuple(shown)


def _by_kind(body: str, labels: Iterable[str]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for label in labels:
        kinds.setdefault(_kind(body, label), []).append(label)
    order = [kind.name for kind in find_body(body).kinds]
    return dict(sorted(kinds.items(), key=lambda row: order.index(row[0]) if row[0] in order else len(order)))


def _kind(body: str, label: str) -> str:
    session = read_session(body, label)
    return session.kind if session else ""


def _number(body: str, kind: str, labels: Sequence[str]) -> Iterator[str]:
    """Yield the labels of a numbered kind from the first to the last, whoever spoke there."""
    rule = next((rule for rule in find_body(body).kinds if rule.name == kind), None)
    numbers = [session.number for label in labels if (session := read_session(body, label))]
    known = [number for number in numbers if number is not None]
    if rule is not None and "{n}" in rule.label and known:
        yield from (rule.label.format(n=number) for number in range(min(known), max(known) + 1))


def _tell(
    sessions: Iterable[TimelineSession], spoken: dict[str, Spoken], vocabulary: Vocabulary, *, statuses: bool
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
                standings=_stand(
                    now, [spoken[each.label] for each in earlier], vocabulary, statuses=statuses
                ),
            )
            before.append(read)
        yield read


def _stand(
    now: Spoken, earlier: Sequence[Spoken], vocabulary: Vocabulary, *, statuses: bool
) -> tuple[Standing, ...]:
    held = {reading.topic: stand(reading, now.version) for reading in now.readings}
    if statuses and earlier:
        for change in _compare(earlier, now, vocabulary):
            if not change.claimed:
                continue
            absent = Standing(change.topic, None, 0, 0, 0.0, "", change.status, "")
            known = held.get(change.topic)
            held[change.topic] = replace(known, status=change.status) if known else absent
    return tuple(held[topic.id] for topic in vocabulary.topics if topic.id in held)


def _compare(earlier: Sequence[Spoken], now: Spoken, vocabulary: Vocabulary) -> tuple[TopicChange, ...]:
    *rest, before = earlier
    priorities = [find_priorities(each.readings) for each in reversed(rest[-LOOK_BACK:])]
    return compare_topics(
        before.version, now.version, before.readings, now.readings, vocabulary, earlier=priorities
    )[0]
