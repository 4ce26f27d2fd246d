"""``tracker status`` and ``status --runs``: the state of each source, and what each run did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, pairwise
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.capture.causes import MISSING_STATUSES
from tracker.capture.sandbox.process import tell_level
from tracker.capture.watch_list import RECEIVED_FILE, WATCH_FILE, parse_watch_list, read_watch_list
from tracker.comparing.decisions.rulings import name_statement
from tracker.errors import NotInArchive, WatchListInvalid
from tracker.keep.reextract import count_outdated
from tracker.model.clock_readings import CONFIRMING_HOSTS
from tracker.model.health import MANY, Concern, Health
from tracker.model.ledger import GOOD_OUTCOMES, TOLD_CAUSES, WITHDRAWN
from tracker.preservation.folder import COPIES
from tracker.preservation.mirror.divergence import describe_divergence
from tracker.preservation.mirror.edits import read_open
from tracker.preservation.mirror.touched import TOUCHED, is_touched
from tracker.preservation.rollback import UNPROTECTED, find_rollback, is_protected
from tracker.record.access.closed import read_ended_embargoes
from tracker.record.lock import is_held
from tracker.record.modes import find_world_readable, is_for_group
from tracker.record.reading.ledger import open_ledger
from tracker.record.reading.versions import Versions
from tracker.record.schema.units import read_tables
from tracker.report.answers.ledger import describe_clock
from tracker.report.answers.news import mend_listing
from tracker.report.answers.review import find_floods, write_ranges
from tracker.watch.examine import RESTLESS, restless_since
from tracker.watch.news import gather_news
from tracker.watch.requests import choose_sources, list_links, name_series

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.model.health import Severity, SourceState
    from tracker.model.ledger import Check, Expectation, Review, RunEntry, RunKind
    from tracker.model.texts import Reference
    from tracker.model.watching import WatchList
    from tracker.record.reading.ledger import Ledger


def list_runs(archive: Path, kind: RunKind | None = None, limit: int | None = None) -> tuple[RunEntry, ...]:
    """Return the runs of the archive, of one kind where it is named, the latest ``limit``, oldest first."""
    with open_ledger(archive) as ledger:
        entries = _end_killed(archive, ledger.runs(kind=kind))
    return entries if limit is None else entries[-limit:]


def show_run(archive: Path, run: int | None) -> tuple[RunEntry, tuple[Check, ...]]:
    """Return one run, the latest snapshot where none is named, with its checks and their evidence.

    Raises ``NotInArchive`` where there is no such run.
    """
    with open_ledger(archive) as ledger:
        entry = ledger.run(run) if run is not None else next(iter(ledger.runs(kind="snapshot")[-1:]), None)
        if entry is None:
            name = "no run yet" if run is None else f"no run {run}"
            raise NotInArchive(f"{name} in {ledger.path}; tracker status --runs lists them")
        (entry,) = _end_killed(archive, [entry])
        return entry, ledger.checks(entry.id, evidence=True)


def _end_killed(archive: Path, runs: Iterable[RunEntry]) -> tuple[RunEntry, ...]:
    """Return runs as the next one will note them: what was killed could not say that it had ended."""
    held = is_held(archive)
    return tuple(
        replace(run, status="interrupted") if run.status == "running" and not held else run for run in runs
    )


_PAST_READ = 400
"""How many checks back a row of changes is followed: more than a year of nights."""

_NIGHT_HOURS = 36
"""The hours without a complete run after which a night counts as missed: a day, and half a day for delays."""

_GAP_HOURS = 7 * 24
"""The hours for which news is told, and nights that were missed after the run that ended the gap."""


def assess_health(archive: Path, instant: str, streak: int) -> Health:
    """Return the state of the sources that are watched at an instant (ISO 8601 in UTC).

    A source is a concern after ``streak`` checks in a row that failed. An archive without a watch list has no
    nights to miss. Raises as ``read_watch_list`` does for a list that cannot be read, and where nights were
    and their list is gone.
    """
    with open_ledger(archive) as ledger:
        all_runs = ledger.runs()
        watched, unwatched = _read_watched(archive, needed=any(run.kind == "snapshot" for run in all_runs))
        sources = _read_states(ledger, watched, instant[:10])
        runs = _end_killed(archive, (run for run in all_runs if run.kind == "snapshot"))
        waiting = ledger.waiting()
        noted = ledger.expectations()
        silent = frozenset(each.reference for each in noted if each.state == "no statement")
        down = _find_hosts([each for each in sources if not _is_silent(each.last, silent)], streak)
        lost, floods = _find_lost(sources), find_floods(waiting)
        told = [*chain.from_iterable((*down.values(), *lost.values()))]
        context = _Context(
            ledger,
            streak,
            waiting=tuple(each for each in waiting if each not in chain.from_iterable(floods)),
            silent=silent,
            series=name_series(watched.sources),
            indexes=frozenset(each.id for each in watched.sources if each.is_index),
        )
        found = (
            *unwatched,
            *(() if unwatched else _missed_nights(runs, instant)),
            *_unconfirmed(runs),
            *_ended_embargoes(watched, ledger.confirmed_day(), instant[:10]),
            *_readable(archive),
            *_diverged(archive, ledger),
            *_taken_away(ledger, all_runs, instant),
            *chain.from_iterable(_source_concerns(each, context) for each in sources if each not in told),
            *(_host_concern(host, states) for host, states in down.items()),
            *(_lost_concern(index, states, ledger) for index, states in lost.items()),
            *map(_flood_concern, floods),
            *_overdue(noted, instant[:10]),
        )
        outdated = count_outdated(Versions(ledger.path, ledger.connection))
        complete = [run for run in runs if run.status == "complete"]
        recent = [run for run in complete if _hours(run.started, instant) < _GAP_HOURS] or complete[-1:]
        told_then = chain.from_iterable(gather_news(archive, run.id) for run in reversed(recent))
        news = tuple(each for each in told_then if _find_verdict(each.check, ledger) is None)
    concerns = tuple(
        sorted((each for each in found if each.severity != "note"), key=lambda each: each.severity)
    )
    notes = tuple(each for each in found if each.severity == "note")
    last = next(iter(_end_killed(archive, all_runs[-1:])), None)
    return Health(
        instant=instant,
        sources=sources,
        concerns=concerns,
        notes=notes,
        news=news,
        outdated=outdated,
        sandbox=tell_level(),
        last_run=last,
    )


def _read_watched(archive: Path, *, needed: bool) -> tuple[WatchList, tuple[Concern, ...]]:
    """Return the watch list; where there is none an empty one, and how to begin: a note.

    It is a warning where one came with a mirror and waits. Raises as
    ``read_watch_list`` does where one is ``needed``.
    """
    path = archive / WATCH_FILE
    try:
        return read_watch_list(path), ()
    except WatchListInvalid as error:
        if needed or path.exists():
            raise
        severity: Severity = "warning" if (archive / RECEIVED_FILE).exists() else "note"
        detail = str(error).removeprefix(f"{path}: ")
        return parse_watch_list(b"", path), (Concern("unwatched", "the archive", None, detail, severity),)


def _read_states(ledger: Ledger, watched: WatchList, day: str) -> tuple[SourceState, ...]:
    """Return the state of each source that is asked from that day on.

    A sitemap that its index names no longer is none: it was last asked before the index was last read.
    """
    valid = {source.id: source for source in choose_sources(watched, (), day, ledger)}
    indexes = (source for source in valid.values() if source.is_index)
    links = {each.source.id: each for index in indexes for each in list_links(index, watched, ledger)}
    known = (each for each in ledger.sources() if each.partition(":")[0] in valid)
    states = {each: _settle(state, ledger) for each in known if (state := ledger.state(each))}

    def is_listed(id_: str) -> bool:
        root = states.get(id_.partition(":")[0])
        return root is None or states[id_].last.observed[:10] >= (root.succeeded or "")[:10]

    return tuple(
        state
        for id_, state in states.items()
        if id_ in valid or (links[id_].is_asked if id_ in links else is_listed(id_))
    )


def _settle(state: SourceState, ledger: Ledger) -> SourceState:
    """Return a state after what people decided since: what they accepted was found as it should be."""
    if _find_verdict(state.last, ledger) != "accept":
        return state
    return replace(state, succeeded=state.last.observed, failures=0, since=None)


def _find_verdict(check: Check, ledger: Ledger) -> str | None:
    """Return how a person decided since on what a check put aside; None where that waits, or was not."""
    if check.outcome != "quarantined":
        return None
    review = ledger.review_of(check.source, str(check.sha256))
    return review.verdict if review else None


def _readable(archive: Path) -> Iterator[Concern]:
    """Yield a concern for files that others on this computer can read, withdrawn material included."""
    names = find_world_readable(archive, COPIES)
    if names:
        kept = "o=" if is_for_group(archive) else "go="
        detail = f"others can read {', '.join(names)}; close it: chmod -R {kept} {quote(str(archive))}"
        yield Concern("open to others", "the archive", None, detail, "failure")


def _diverged(archive: Path, ledger: Ledger) -> Iterator[Concern]:
    """Yield a concern where record and mirror do not agree: no night reaches the other copy then."""
    if detail := describe_divergence(archive, ledger.connection):
        yield Concern("diverged", "the archive", None, detail, "failure")
    noted = read_open(ledger.connection, read_tables(ledger.connection))
    for each in noted:
        detail = f"another program changed {each.describe()}; restore or accept it: tracker verify"
        yield Concern("edited", "the archive", None, detail, "failure")
    if not noted and is_touched(ledger.connection):
        yield Concern("edited", "the archive", None, TOUCHED, "failure")
    yield from _put_back(archive, ledger)


def _put_back(archive: Path, ledger: Ledger) -> Iterator[Concern]:
    """Yield a concern for an archive that was put back as a whole, a note where nothing would tell that."""
    connection = ledger.connection
    if found := find_rollback(archive, connection):
        yield Concern("put back", "the archive", None, str(found), "failure")
    elif not is_protected(archive, connection) and ledger.runs():
        yield Concern("unprotected", "the archive", None, UNPROTECTED, "note")


def _taken_away(ledger: Ledger, runs: Iterable[RunEntry], instant: str) -> Iterator[Concern]:
    """Yield a concern, for a week, where a run found that parts of the schema had been taken away."""
    recent = {run.id: run for run in runs if _hours(run.started, instant) < _GAP_HOURS}
    for number, what, how in ledger.restored():
        if number in recent:
            detail = f"run {number}: {what}; {how}"
            yield Concern("edited", "the archive", recent[number].started, detail, "failure")


def _missed_nights(runs: Sequence[RunEntry], instant: str) -> Iterator[Concern]:
    """Yield a concern for a last run in the future, for no run of late, and for gaps of the last days."""
    if runs and _hours(runs[-1].started, instant) < -1:
        number, started = runs[-1].id, runs[-1].started
        detail = f"run {number} is in the future of this machine's clock, {instant}; one of the two was wrong"
        yield Concern("clock", "the archive", started, detail, "failure")
    if runs and runs[-1].status == "interrupted":
        detail = f"run {runs[-1].id} ended without a word, as when it is killed; again: tracker snapshot"
        yield Concern("night missed", "the archive", runs[-1].started, detail)
    complete = [run for run in runs if run.status == "complete"]
    if not complete:
        detail = "no run of tracker snapshot has come to its end yet"
        yield Concern("night missed", "the archive", None, detail, "failure")
        return
    last = complete[-1]
    hours = _hours(last.started, instant)
    if hours > _NIGHT_HOURS:
        later = [run for run in runs if run.id > last.id]
        cause = f"; {len(later)} later did not come to their end" if later else ""
        detail = f"the last complete run is {hours} hours ago{cause}"
        yield Concern("night missed", "the archive", last.started, detail, "failure")
    for before, after in pairwise(complete):
        gap = _hours(before.started, after.started)
        if gap > _NIGHT_HOURS and 0 <= _hours(after.started, instant) < _GAP_HOURS:
            detail = f"{gap} hours without a complete run, until {after.started}"
            yield Concern("night missed", "the archive", before.started, detail)


def _unconfirmed(runs: Sequence[RunEntry]) -> Iterator[Concern]:
    """Yield a note where the clock of the last complete run was not confirmed, a warning where denied."""
    last = next((run for run in reversed(runs) if run.status == "complete"), None)
    if last and last.clock and (told := describe_clock(last.clock)):
        severity: Severity = "warning" if last.clock.is_contradicted else "note"
        yield Concern("clock", "the archive", last.started, f"run {last.id}: {told}", severity)


def _ended_embargoes(watched: WatchList, confirmed: str, day: str) -> Iterator[Concern]:
    """Yield a note for each embargo that is over by this machine's clock, which no servers confirmed."""
    for source, opens in read_ended_embargoes(watched.text, confirmed, day).items():
        detail = (
            f"to open on {opens}, and closed until {CONFIRMING_HOSTS} hosts confirm the clock; by hand:"
            f' access = "open" in [sources.{source}] of the watch list'
        )
        yield Concern("embargo", source, opens, detail, "note")


def _hours(first: str, last: str) -> int:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)) // timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Context:
    """What each source is looked at beside."""

    ledger: Ledger
    streak: int
    waiting: tuple[Review, ...]
    """The documents that wait, but for those of which many are the same."""
    silent: frozenset[Reference]
    """Statements that were never made, as somebody noted."""
    series: Mapping[str, Reference]
    """Of indexes, by their ids, what they list."""
    indexes: frozenset[str]


def _source_concerns(state: SourceState, context: _Context) -> Iterator[Concern]:
    """Yield what is wrong with a source.

    It is a note where its statement was captured and is gone, was never made, or was withdrawn, or the source
    is well again. An index that is gone lists nothing new, whatever it led to.
    """
    last, ledger = state.last, context.ledger
    is_silent, is_index = _is_silent(last, context.silent), last.source in context.indexes
    cause = f"{last.outcome}: {last.cause}" if last.cause else last.outcome
    end = f"; {_next_step(last, is_index=is_index)}"
    if last.outcome == "rejected" and last.cause in TOLD_CAUSES:
        yield Concern(WITHDRAWN, last.source, state.since, f"{last.detail}{end}", "note", last.reference)
    elif last.outcome == "gone":
        kept = "what was captured is kept" if state.succeeded else "nothing was ever captured"
        gone = f"{last.address} ({last.cause}), {kept}{end}"
        is_kept = state.succeeded and not is_index
        severity: Severity = "note" if is_kept or is_silent else "warning"
        yield Concern("gone", last.source, _gone_since(state, ledger), gone, severity, last.reference)
    elif state.failures >= context.streak and not state.waiting:
        times = f"{state.failures} times in a row, the last: {cause}{end}"
        severity = "note" if is_silent else "warning"
        statement = last.reference or context.series.get(last.source)
        yield Concern("failing", last.source, state.since, times, severity, statement)
    if last.cause == RESTLESS:
        found = f"{last.snapshot}: {last.detail}"
        since = restless_since(ledger.past(last.source, _PAST_READ))
        yield Concern(RESTLESS, last.source, since, found, reference=last.reference)
    own = [review for review in context.waiting if review.source == last.source]
    if own:
        is_well = last.outcome in GOOD_OUTCOMES
        text = _describe_waiting(own) + ("; the source is well again" if is_well else "")
        severity = "note" if is_well else "warning"
        yield Concern("waiting", last.source, own[0].observed, text, severity, last.reference)


def _next_step(last: Check, *, is_index: bool) -> str:
    """Return what mends a source: an index is never closed because its page was changed, or has moved."""
    close = f"if for good: tracker sources close {quote(last.source)} --by NAME --reason TEXT"
    if not is_index:
        return close
    if last.sha256:
        return last.detail or f"mend url or links in [sources.{last.source}] of the watch list"
    return f"if it has moved, write its url in [sources.{last.source}] of the watch list; {close}"


def _gone_since(state: SourceState, ledger: Ledger) -> str | None:
    """Return when a source that is gone was first missing: it may have been down before, which is no word."""
    missing = ledger.missing(state.last.source, MISSING_STATUSES)
    return missing[0].observed if missing else state.since


def _find_lost(sources: Sequence[SourceState]) -> dict[str, list[SourceState]]:
    """Return the indexes of which many links are gone: a listing that has moved, and not many statements."""
    found: dict[str, list[SourceState]] = {}
    for state in sources:
        index, mark, _ = state.last.source.partition(":")
        if mark and state.last.outcome == "gone" and state.last.cause != WITHDRAWN:
            found.setdefault(index, []).append(state)
    return {index: states for index, states in found.items() if len(states) >= MANY}


def _lost_concern(index: str, states: Sequence[SourceState], ledger: Ledger) -> Concern:
    since = min(_gone_since(state, ledger) or "" for state in states)
    never = sum(state.succeeded is None for state in states)
    kept = f"nothing was ever captured of {never:,} of them" if never else "what was captured is kept"
    detail = f"{len(states):,} of its links, {kept}; if the listing has moved: {mend_listing(index)}"
    return Concern("gone", index, since, detail, "warning" if never else "note")


def _flood_concern(flood: Sequence[Review]) -> Concern:
    detail = (
        f"{len(flood)} documents wait, all the same bytes ({flood[0].cause}):"
        f" tracker review {write_ranges(each.id for each in flood)} reject --by NAME --reason TEXT"
    )
    return Concern("waiting", f"{len(flood)} sources", min(each.observed for each in flood), detail)


def _is_silent(last: Check, silent: Collection[Reference]) -> bool:
    return bool(last.reference and name_statement(last.reference) in silent)


def _find_hosts(sources: Sequence[SourceState], streak: int) -> dict[tuple[str, str], list[SourceState]]:
    """Return the hosts of which many sources are down for one cause: one server, or our network."""
    found: dict[tuple[str, str], list[SourceState]] = {}
    for state in sources:
        last = state.last
        if (
            last.outcome == "unreachable"
            and not last.sha256
            and not state.waiting
            and state.failures >= streak
        ):
            found.setdefault((urlsplit(last.address).netloc, last.cause), []).append(state)
    return {key: states for key, states in found.items() if key[0] and len(states) >= MANY}


def _host_concern(host: tuple[str, str], states: Sequence[SourceState]) -> Concern:
    since = min(state.since or "" for state in states)
    return Concern("failing", host[0], since, f"{len(states)} sources, the last: unreachable: {host[1]}")


def _describe_waiting(own: Sequence[Review]) -> str:
    causes = ", ".join(dict.fromkeys(review.cause for review in own))
    where = "" if own[0].reference else f", {own[0].address}"
    if len(own) == 1:
        return f"1 document waits ({causes}{where}): tracker review {own[0].id}"
    return f"{len(own)} documents wait ({causes}{where}): tracker review"


def _overdue(expectations: Sequence[Expectation], day: str) -> Iterator[Concern]:
    for each in expectations:
        if each.state == "expected" and each.due and each.due < day and each.captured is None:
            detail = f"expected by {each.due}, says {each.person}"
            yield Concern("overdue", str(each.reference), each.due, detail, "warning", each.reference)
