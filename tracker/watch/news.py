"""The news of a run: each event once, with what changed in the texts."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, cast

from tracker.capture.watch_list import WATCH_FILE, read_watch_list
from tracker.errors import TrackerError
from tracker.model.ledger import GOOD_OUTCOMES
from tracker.model.watching import CHALLENGE
from tracker.record.access.closed import find_watch_list, is_closed_source, read_access, read_closed_sources
from tracker.record.reading.ledger import open_ledger
from tracker.record.reading.reader import open_reader
from tracker.record.schema.units import read_tables
from tracker.record.statements.queries import SNAPSHOT_NAME, WITH_STATEMENTS
from tracker.watch.examine import CHECKS_READ, OTHER_SOURCE, REAPPEARED, RESTLESS
from tracker.watch.requests import name_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.model.health import FirstText, News, NewsKind, Revision, Severity
    from tracker.model.ledger import Check
    from tracker.model.texts import Side
    from tracker.record.reading.ledger import Ledger
    from tracker.record.reading.reader import Reader

    Past = Sequence[Check]
    """Earlier checks of one source, newest first."""

_SHOWN = 3
_GRAVE = frozenset({"changed silently", "better candidate", "quarantined", "gone", "robots-denied"})
_FIRST = frozenset({"new", "better candidate"})
_BY_CAUSE: dict[str, NewsKind] = {OTHER_SOURCE: "reads otherwise", CHALLENGE: "better candidate"}
_ORDER: tuple[NewsKind, ...] = (
    "gone", "quarantined", "better candidate", "changed silently", "robots-denied", "unreachable", "rejected",
    "changed", "reads otherwise", "new", "came back", "well again", "moved",
)  # fmt: skip


def gather_news(archive: Path, run: int, checks: Sequence[Check] = ()) -> tuple[News, ...]:
    """Return what a run has to tell, what needs a person first.

    Runs before it that were interrupted had no chance to tell; what they found is told with it. Of a dry
    run, number 0, the ``checks`` are given, since nothing of them is in the record.
    """
    with open_ledger(archive) as ledger:
        runs = ledger.untold(run) or (0,)
        found = [check for one in ledger.untold(run) for check in ledger.checks(one)] or list(checks)
        watched = read_watch_list(archive / WATCH_FILE)
        closed = read_closed_sources(watched.text, ledger.confirmed_day())
        series = name_series(watched.sources)
        news = [*_list_news(found, runs[0] - 1 if run else None, ledger, closed)]
    if len(found) > 1 and all(each.outcome == "unreachable" and each.http_status is None for each in found):
        # It may be our own network.
        news = [replace(each, severity="warning") for each in news]
    with open_reader(archive) as reader:
        shut = _read_closed(reader, archive) if any(map(_is_quoted, news)) else frozenset()
        told = (
            replace(
                each,
                is_open=each.is_open and not _quotes(each, shut),
                revision=_revise(each, reader),
                first=_read_first(each, reader),
                series=series.get(each.check.source),
            )
            for each in news
        )
        return tuple(sorted(told, key=_rank))


def _read_closed(reader: Reader, archive: Path) -> frozenset[str]:
    """Return the names of all snapshots that are not open."""
    connection = reader.connection
    closed = read_access(connection, read_tables(connection), find_watch_list(archive)).snapshots
    named = connection.execute(f"SELECT snapshots.id, {SNAPSHOT_NAME} FROM snapshots {WITH_STATEMENTS}")  # noqa: S608 (constants)
    return frozenset(name for snapshot, name in named if snapshot in closed)


def _is_quoted(news: News) -> bool:
    return news.revision is not None or news.kind in _FIRST


def _quotes(news: News, closed: frozenset[str]) -> bool:
    """Return whether a text is closed that is quoted: of what was dropped, the older one is."""
    read = news.revision
    quoted = (read.old, read.new) if read else (news.check.snapshot,)
    return _is_quoted(news) and not closed.isdisjoint(map(str, quoted))


def _rank(news: News) -> tuple[bool, int, str]:
    return news.severity != "warning", _ORDER.index(news.kind), str(news.check.reference or news.check.source)


def _list_news(
    checks: Iterable[Check], told: int | None, ledger: Ledger, closed: frozenset[str]
) -> Iterator[News]:
    """Yield the news among checks, oldest first; ``told`` is the last run of which the news was told."""
    since: dict[str, tuple[Check, ...]] = {}
    for check in checks:
        later = since.get(check.source, ())
        since[check.source] = (check, *later)
        if check.outcome == "unchanged" and not later and _was_well(check.source, told, ledger):
            continue
        past = (*later, *ledger.told(check.source, told, CHECKS_READ))
        kind = _find_kind(check, past, ledger)
        if kind:
            from tracker.model.health import News  # noqa: PLC0415 (2 ms where there is no news, as in most nights)

            is_open = not is_closed_source(check.source, closed)
            yield News(kind, _weigh(kind, check, ledger), check, is_open, _draft(check, past))


def _was_well(source: str, told: int | None, ledger: Ledger) -> bool:
    return all(each.outcome in GOOD_OUTCOMES for each in ledger.told(source, told, 1))


def _find_kind(check: Check, past: Past, ledger: Ledger) -> NewsKind | None:
    """Return what is new about a check; None where it was told before, or is an index that is well."""
    failed = list(takewhile(lambda each: each.outcome not in GOOD_OUTCOMES, past))
    if check.outcome not in GOOD_OUTCOMES:
        return cast("NewsKind", check.outcome) if _is_new_failure(check, failed, ledger) else None
    # What goes back and forth may be at rest in between.
    earlier = [each for each in past if check.cause != RESTLESS or each.outcome == check.outcome]
    if check.cause and earlier and (check.outcome, check.cause) == (earlier[0].outcome, earlier[0].cause):
        return None
    return _find_good(check, failed)


def _find_good(check: Check, failed: Past) -> NewsKind | None:
    if check.outcome == "moved" or (check.cause and check.reference is None):
        return "moved"
    if check.cause in _BY_CAUSE:
        return _BY_CAUSE[check.cause]
    if check.outcome == "changed" and check.announced == "silent":
        return "changed silently"
    if check.outcome in {"new", "changed"} and check.reference:
        return cast("NewsKind", check.outcome)
    if check.cause == REAPPEARED or any(each.outcome == "gone" for each in failed):
        return "came back"
    return "well again" if failed else None


def _is_new_failure(check: Check, failed: Past, ledger: Ledger) -> bool:
    """Return whether a source did not fail in this way since it was last well.

    Of a document that is put before a person, each is news, and its rejection by that person is none.
    """
    if check.outcome == "quarantined" and ledger.review_of(check.source, str(check.sha256)):
        return check.sha256 not in {each.sha256 for each in failed}
    if check.outcome == "rejected" and any(each.outcome == "quarantined" for each in failed):
        return False
    return _name_failure(check) not in map(_name_failure, failed)


def _name_failure(check: Check) -> tuple[str, bool]:
    """Return what makes a failure another one: a page that answers with something else is not down."""
    return check.outcome, check.sha256 is not None


def _weigh(kind: NewsKind, check: Check, ledger: Ledger) -> Severity:
    """Return how much a kind of news matters.

    A source is down for a night and well again, but one that answers with something else was changed, and
    what was never captured may be a wrong address.
    """
    is_odd = kind == "unreachable" and (check.sha256 or ledger.success(check.source) is None)
    return "warning" if kind in _GRAVE or is_odd else "note"


def _draft(check: Check, past: Past) -> Revision | None:
    """Return which two snapshots a changed text is, to be compared once all news is known."""
    new = check.snapshot
    if (
        check.outcome != "changed"
        or check.cause == CHALLENGE
        or new is None
        or not isinstance(new.snapshot, int)
    ):
        return None
    from tracker.model.health import Revision  # noqa: PLC0415 (as above)

    given = next((each.snapshot for each in past if each.snapshot and each.snapshot != new), None)
    old = given or replace(new, snapshot=max(new.snapshot - 1, 1))
    return Revision(old, new, 0, 0, (), ())


def _read_first(news: News, reader: Reader) -> FirstText | None:
    """Return the beginning of what came in; None in a dry run, or where it may not be read any more."""
    if news.kind not in _FIRST or news.check.snapshot is None:
        return None
    try:
        side = reader.side(news.check.snapshot)
    except TrackerError:
        return None
    # The title of a statement is that of its first document.
    return describe_first(side, is_titled=news.kind == "new")


def describe_first(side: Side, *, is_titled: bool) -> FirstText:
    """Return how a text begins; without a heading, and ``is_titled``, with the title of its statement."""
    from tracker.model.health import FirstText  # noqa: PLC0415 (as above)
    from tracker.text.lines import is_salutation  # noqa: PLC0415 (10 ms where nothing came in)

    segments = side.version.segments
    headed = segments[0].text if segments and segments[0].kind == "heading" else None
    title = headed or (side.title if is_titled else None)
    texts = [each.text for each in sorted(segments, key=lambda each: each.kind == "heading")]
    spoken = (text for text in texts if not is_salutation(text))
    return FirstText(title, side.version.words, next(spoken, texts[0] if texts else ""))


def _revise(news: News, reader: Reader) -> Revision | None:
    """Return what a change came to; None for what was no change, or may not be read any more."""
    draft = news.revision
    if draft is None:
        return None
    # Most nights change nothing, and need no alignment.
    from tracker.comparing.alignment.align import align  # noqa: PLC0415
    from tracker.comparing.changes import describe_changes  # noqa: PLC0415
    from tracker.model.changes import count_changes  # noqa: PLC0415
    from tracker.model.health import Revision  # noqa: PLC0415

    try:
        old, new = reader.side(draft.old).version, reader.side(draft.new).version
    except TrackerError:
        return None
    links = align([each.text for each in old.segments], [each.text for each in new.segments], None)
    changes = describe_changes(old, new, links)
    sentences = tuple((name, number) for name, number in count_changes(changes) if name != "kept")
    # What only moved has no edit to show.
    edited = [each for each in changes if each.operation != "kept"]
    moved = [each for each in changes if each.operation == "kept" and each.moved]
    first = tuple(each.edits for each in (*edited, *moved)[:_SHOWN])
    return Revision(draft.old, draft.new, old.words, new.words, sentences, first)
