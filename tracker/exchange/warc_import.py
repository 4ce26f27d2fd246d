"""``tracker import`` of a web archive: its captures become snapshots of the statements they belong to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from tracker.capture.causes import FetchFault
from tracker.capture.links import IndexLink, discover, source_of
from tracker.capture.warc.reading import open_warc, read_payload, restore_headers
from tracker.capture.watch_list import is_watched
from tracker.comparing.decisions.rulings import name_statement
from tracker.errors import DocumentUnreadable, ReferenceInvalid
from tracker.exchange.add import (
    Item,
    import_items,
    infer_details,
    judge_arrival,
    read_arrival,
    record_arrival,
    show_nothing,
)
from tracker.exchange.attribution import (
    ParsedReference,
    find_sessions,
    find_statement,
    sessions_of_date,
    settle_session,
)
from tracker.exchange.warc_metadata import IDENTICAL, SAME_TEXT
from tracker.exchange.warc_survey import DAMAGED, survey
from tracker.inputs.passwords import strip_user
from tracker.model.ledger import Check
from tracker.model.preserving import ImportedCapture, WarcImportReport
from tracker.model.record import Declaration
from tracker.model.watching import Exchange, Fetched, Source, Validators
from tracker.record.reading.imported import open_captured
from tracker.references import find_body
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.capture.warc.reading import Warc
    from tracker.exchange.add import Progress
    from tracker.exchange.attribution import Rule
    from tracker.exchange.warc_survey import Found
    from tracker.model.preserving import CaptureStatus
    from tracker.model.record import Recorded
    from tracker.model.texts import Reference
    from tracker.model.watching import Arrival, WatchList
    from tracker.record.reading.imported import Captured
    from tracker.record.storing.store import Store


WARC_SOURCES: Final = ("url", "date", "regex")
"""What may name the session of a capture."""
_MOST_NAMED: Final = 3
"""Addresses that a message lists."""
_MOST_REDIRECTS: Final = 10
"""Addresses in a row, as of a source that is fetched."""
_TURNED: Final = "older than what was captured on {}, and from now on the current text all the same"


class _Recorder:
    """Keeps captures of one file."""

    def __init__(self, warc: Warc, *, is_judged: bool) -> None:
        self._warc = warc
        self._is_judged = is_judged

    def plan(self, step: _Step) -> Callable[[Store], ImportedCapture] | None:
        """Return how a capture is written; None for one that is not."""
        if step.declaration is None or step.entry.status in {"known", "skipped"}:
            return None
        return partial(self._keep, step, step.declaration)

    def _keep(self, step: _Step, said: Declaration, store: Store) -> ImportedCapture:
        """Record a capture's document, and note with it how it came."""
        found = step.found
        with store.batch():
            recorded = store.known(said, found.sha256) or self._record(store, found, said, step.source)
            store.note(self._check(found, said, recorded))
        note = step.entry.note if recorded.outcome == "changed" else ""
        return replace(step.entry, status=recorded.outcome, reference=recorded.at_snapshot, note=note)

    def _record(self, store: Store, found: Found, said: Declaration, source: Source | None) -> Recorded:
        record = found.record
        data = self._read_document(store, found)
        url, reference = said.url or record.url, said.reference
        asked = replace(source or Source("", ""), id=record.id, address=url, reference=reference)
        asked = replace(asked, language=reference.language or asked.language)
        answered = next((each.content_type for each in self._exchanges(found)), None)
        content_type = answered or record.media_type
        fetched = Fetched(record.id, record.url, data, content_type, (), Validators(), 0.0)
        arrival = read_arrival(asked, fetched)
        if self._is_judged:
            _judge(store, arrival, found.sha256)
        origin = f"{self._warc.path.name}@{record.id}"
        return record_arrival(store, arrival, _declare(said, arrival), record.date, origin)

    def _read_document(self, store: Store, found: Found) -> bytes:
        if found.bytes_at is None:
            return store.ledger.document(found.sha256)
        try:
            data = read_payload(*self._warc.content(found.bytes_at))
        except FetchFault as fault:
            raise DocumentUnreadable(str(fault)) from fault
        if digest_bytes(data) != found.sha256:
            raise DocumentUnreadable(f"{self._warc.path} was changed while it was read; import it again")
        return data

    def _check(self, found: Found, said: Declaration, recorded: Recorded) -> Check:
        record = found.record
        is_same = record.profile.endswith(IDENTICAL) or not found.is_revisit
        return Check(
            record.id,
            record.url,
            recorded.outcome,
            record.date,
            0.0,
            detail="other bytes, the same text" if record.profile == SAME_TEXT else "",
            reference=said.reference.edition,
            snapshot=recorded.at_snapshot,
            url=record.url,
            http_status=record.status,
            sha256=found.sha256 if is_same else None,
            size=found.size if is_same else None,
            exchanges=self._exchanges(found),
        )

    def _exchanges(self, found: Found) -> tuple[Exchange, ...]:
        record = found.record
        if record.status is None or not record.headers:
            return ()
        sent = self._warc.content(found.request)[0].headers if found.request is not None else ()
        answer = restore_headers(record.headers)
        return (Exchange(record.date, record.url, sent, record.status, answer),)


def _judge(store: Store, arrival: Arrival, sha256: str) -> None:
    admission = judge_arrival(store.ledger, arrival, sha256)
    if not admission.accepted:
        raise DocumentUnreadable(f"it seems to be no such statement: {admission.cause} ({admission.detail})")


def _declare(said: Declaration, arrival: Arrival) -> Declaration:
    url = arrival.fetched.url if arrival.fetched.url.startswith(("http://", "https://")) else None
    declared = infer_details(said, arrival.extraction, arrival.version)
    return replace(declared, url=said.url or url)


@dataclass(frozen=True, slots=True)
class WarcSaid:
    """What a user says of the captures in a WARC."""

    urls: Sequence[str]
    """The addresses of those to record, or patterns of them; all where there are none."""
    rule: Rule
    watched: WatchList | None = None
    """The watch list whose sources and rules say whose they are, and how they are read."""
    is_judged: bool = True
    """Whether the rules of the nightly run judge them, where the file has no metadata of tracker's own."""


def import_warc(
    path: Path,
    said: WarcSaid,
    archive: Path,
    observed: str,
    *,
    dry_run: bool = False,
    progress: Progress = show_nothing,
) -> WarcImportReport:
    """Record the captures of a WARC whose addresses match, oldest first, each with the evidence in its head.

    ``observed`` is the instant of the import itself, ISO 8601 in UTC. A document that is judged and not
    admitted is skipped. A ``dry_run`` reads all and writes nothing. Raises as ``open_store`` does,
    ``WarcUnusable`` for a damaged file, and ``ReferenceInvalid`` where several addresses would feed one
    statement and none was chosen.
    """
    with open_warc(path) as warc:
        with open_captured(archive) as captured:
            urls = [strip_user(url) for url in said.urls]
            plan = _plan_import(warc, urls, said.rule, captured, said.watched)
        is_own = said.rule.is_own and said.watched is None
        recorder = _Recorder(warc, is_judged=said.is_judged and not is_own)
        items = [Item(step.entry, recorder.plan(step)) for step in plan.steps]
        entries = import_items(items, len(items), archive, progress, started=observed, dry_run=dry_run)
    return WarcImportReport(entries, plan.passed)


def is_faulty(brought: WarcImportReport) -> bool:
    """Return whether a capture to import could not be read, or another record is damaged."""
    return DAMAGED in brought.passed or any(entry.status == "skipped" for entry in brought.entries)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The source of a watch list that would have given a capture, or a ``note`` why none is taken."""

    source: Source | None = None
    note: str = ""


def _sort_capture(url: str, observed: str, watched: WatchList) -> _Sorted:
    """Return the source with a capture's address, or else the link of an index whose rule it matches.

    Sources count that were watched on the day of the capture, whether by http or https.
    """
    valid = [source for source in watched.sources if is_watched(source, observed[:10])]
    led = (
        source_of(found, index)
        for index in valid
        if index.is_index
        for found in discover([IndexLink(url, "")], index)
    )
    named = [source for source in valid if not source.is_index and _place(source.address) == _place(url)]
    found = [source for source in named or led if source.reference and source.reference.session]
    if len({source.reference for source in found}) > 1:
        names = ", ".join(dict.fromkeys(f"{source.reference} ({source.id})" for source in found))
        return _Sorted(note=f"it matches several sources: {names}")
    closed = [source for source in found if source.access != "open"]
    if closed:
        why = f"its source {closed[0].id} is {closed[0].access}, and what is imported is open"
        return _Sorted(note=f"{why}; import it with --as if it may be")
    return _Sorted(found[0] if found else None)


def _place(address: str) -> str:
    return re.sub(r"^https?://|#.*", "", address)


def _explain_unnamed(rule: Rule, watched: WatchList | None) -> str:
    """Return why a capture that names no statement was ignored."""
    if watched:
        return "whose address no source of the watch list has, and no rule of its indexes fits"
    if rule.is_own:
        return "without metadata of a tracker export: say whose they are with --as or --regex"
    return "whose address does not fit the expression" if rule.regex else "whose address names no session"


def _parse_session(url: str, observed: str, rule: Rule) -> ParsedReference:
    series = rule.series
    body = find_body(series.body)
    if rule.session_from == "date":
        return settle_session(series, sessions_of_date(body, observed[:10]), None)
    parts = urlsplit(url)
    words = re.split(r"[/?&=_+]|\.(?=\w+$)", unquote(f"{parts.path}?{parts.query}"))
    labels = [label for word in words for label in find_sessions(body, word.replace(".", " "))]
    return settle_session(series, tuple(dict.fromkeys(labels)), None)


@dataclass(frozen=True, slots=True)
class _Step:
    """A capture to import; ``entry`` is its line in the report."""

    found: Found
    declaration: Declaration | None
    """None for one that is skipped, since nothing says whose it is."""
    entry: ImportedCapture
    source: Source | None = None
    """The source of the watch list whose selectors and language it is read with."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The captures to import, oldest first, and how many records were ignored for each reason."""

    steps: tuple[_Step, ...]
    passed: Mapping[str, int]


def _plan_import(
    warc: Warc, urls: Sequence[str], rule: Rule, captured: Captured, watched: WatchList | None = None
) -> _Plan:
    """Read a whole file and return what to do with each of its captures.

    A watch list sorts them where it is given, and the rule where it is not.
    Raises ``WarcUnusable`` for a damaged file, and ``ReferenceInvalid`` where several addresses would feed
    one statement and none was chosen.
    """
    found = survey(warc, urls, captured, with_own=rule.is_own and watched is None)
    named = [
        _sort(each, watched, found.redirects) if watched else _name(each, rule) for each in found.captures
    ]
    if rule.is_statement and not urls:
        _check_one_address(named)
    meant = [step for step in named if step.declaration or step.entry.note]
    passed = Counter(found.passed)
    if len(named) > len(meant):
        passed[_explain_unnamed(rule, watched)] += len(named) - len(meant)
    planning = _History(captured)
    return _Plan(tuple(planning.take(step) for step in meant), dict(passed))


def _name(found: Found, rule: Rule) -> _Step:
    """Name a capture by its address, instant or own metadata, as the rule asks."""
    record = found.record
    if rule.is_own:
        named = ParsedReference(found.own.reference if found.own else None)
    else:
        named = find_statement(rule, record.url, partial(_parse_session, record.url, record.date, rule))
    entry = ImportedCapture("skipped", record.offset, record.id, record.url, record.date, note=named.note)
    if named.reference is None:
        return _Step(found, None, entry)
    said = found.own if rule.is_own and found.own else Declaration(named.reference, delivered=named.delivered)
    return _Step(found, said, replace(entry, reference=named.reference))


def _sort(found: Found, watched: WatchList, redirects: Mapping[str, str]) -> _Step:
    """Sort a capture by its address, or else by one that led there."""
    record = found.record
    address: str | None = record.url
    chosen = _Sorted()
    for _ in range(_MOST_REDIRECTS):
        if address is None or chosen != _Sorted():
            break
        chosen = _sort_capture(address, record.date, watched)
        address = redirects.get(address)
    entry = ImportedCapture("skipped", record.offset, record.id, record.url, record.date, note=chosen.note)
    if chosen.source is None or chosen.source.reference is None:
        return _Step(found, None, entry)
    reference = chosen.source.reference
    return _Step(found, Declaration(reference), replace(entry, reference=reference), chosen.source)


def _check_one_address(steps: Iterable[_Step]) -> None:
    urls = list(dict.fromkeys(step.entry.url for step in steps if not step.found.is_revisit))
    if len(urls) > 1:
        shown = ", ".join(urls[:_MOST_NAMED]) + (" ..." if len(urls) > _MOST_NAMED else "")
        raise ReferenceInvalid(
            f"{len(urls)} addresses would feed one statement: {shown}; choose with --url, once for each"
        )


class _History:
    """What the captures before one have been, in their order."""

    def __init__(self, captured: Captured) -> None:
        self._captured = captured
        self._seen: set[str] = set()
        self._last: dict[Reference, str] = {}

    def take(self, step: _Step) -> _Step:
        found, said = step.found, step.declaration
        if said is None or found.fault:
            return replace(step, entry=replace(step.entry, note=step.entry.note or found.fault))
        statement = name_statement(said.reference)
        # Only reading it shows which edition it feeds, and so whether it changes that.
        status = self._expect(found, statement)
        later = self._captured.later(said.reference, found.record.date) if status == "changed" else None
        entry = replace(step.entry, status=status, note=_TURNED.format(later[:10]) if later else "")
        if said.delivered and (statement in self._last or self._captured.is_dated(statement)):
            # A capture must not change the delivery date.
            said = replace(said, delivered=None)
        self._seen.add(found.record.id)
        self._last[statement] = found.sha256
        return replace(step, declaration=said, entry=entry)

    def _expect(self, found: Found, statement: Reference) -> CaptureStatus:
        record = found.record
        if (
            record.id in self._seen
            or self._captured.holds_record(record.id)
            or self._captured.holds_moment(statement, found.sha256, record.date)
        ):
            return "known"
        last = self._last.get(statement) or self._captured.latest(statement)
        if last is None:
            return "new"
        return "unchanged" if last == found.sha256 else "changed"
