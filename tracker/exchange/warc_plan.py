"""Which statement each capture of a web archive belongs to, and whether it is known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tracker.capture.watch.discovery import discover, source_of
from tracker.capture.watch.links import IndexLink
from tracker.capture.watch.watch_list import is_watched
from tracker.errors import ReferenceInvalid
from tracker.exchange.attribution import (
    ParsedReference,
    find_statement,
    series_of,
    settle_session,
)
from tracker.exchange.known_revisions import statement_of
from tracker.exchange.named_sessions import find_sessions, sessions_of_date
from tracker.exchange.warc_survey import survey
from tracker.model.preserving import ImportedCapture
from tracker.model.record import Declaration
from tracker.references import find_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.archive.reading.imported import Captured
    from tracker.capture.warc.reading import Warc
    from tracker.exchange.attribution import Rule
    from tracker.exchange.warc_survey import Found
    from tracker.model.preserving import CaptureStatus
    from tracker.model.texts import Reference
    from tracker.model.watching import Source, WatchList


def name_capture(url: str, observed: str, own: Declaration | None, rule: Rule) -> ParsedReference:
    """Return the statement of a capture by its address, instant and own metadata, as the rule asks."""
    if rule.is_own:
        return ParsedReference(own.reference if own else None)
    return find_statement(rule, url, partial(_parse_session, url, observed, rule))


@dataclass(frozen=True, slots=True)
class Sorted:
    """The source of a watch list that would have given a capture, or a ``note`` why none is taken."""

    source: Source | None = None
    note: str = ""


def sort_capture(url: str, observed: str, watched: WatchList) -> Sorted:
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
        return Sorted(note=f"it matches several sources: {names}")
    closed = [source for source in found if source.access != "open"]
    if closed:
        why = f"its source {closed[0].id} is {closed[0].access}, and what is imported is open"
        return Sorted(note=f"{why}; import it with --as if it may be")
    return Sorted(found[0] if found else None)


def _place(address: str) -> str:
    return re.sub(r"^https?://|#.*", "", address)


def explain_unnamed(rule: Rule, watched: WatchList | None) -> str:
    """Return why a capture that names no statement was ignored."""
    if watched:
        return "whose address no source of the watch list has, and no rule of its indexes fits"
    if rule.is_own:
        return "without metadata of a tracker export: say whose they are with --as or --regex"
    return "whose address does not fit the expression" if rule.regex else "whose address names no session"


def _parse_session(url: str, observed: str, rule: Rule) -> ParsedReference:
    series = series_of(rule)
    body = find_body(series.body)
    if rule.session_from == "date":
        return settle_session(series, sessions_of_date(body, observed[:10]), None)
    parts = urlsplit(url)
    words = re.split(r"[/?&=_+]|\.(?=\w+$)", unquote(f"{parts.path}?{parts.query}"))
    labels = [label for word in words for label in find_sessions(body, word.replace(".", " "))]
    return settle_session(series, tuple(dict.fromkeys(labels)), None)


# Addresses that a message lists.
_MOST_NAMED = 3
# Addresses in a row, as of a source that is fetched.
_MOST_REDIRECTS = 10


_TURNED = "older than what was captured on {}, and from now on the current text all the same"


@dataclass(frozen=True, slots=True)
class Step:
    """A capture to import; ``entry`` is its line in the report."""

    found: Found
    declaration: Declaration | None
    """None for one that is skipped, since nothing says whose it is."""
    entry: ImportedCapture
    source: Source | None = None
    """The source of the watch list whose selectors and language it is read with."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The captures to import, oldest first, and how many records were ignored for each reason."""

    steps: tuple[Step, ...]
    passed: Mapping[str, int]


def plan_import(
    warc: Warc, urls: Sequence[str], rule: Rule, captured: Captured, watched: WatchList | None = None
) -> Plan:
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
        passed[explain_unnamed(rule, watched)] += len(named) - len(meant)
    planning = _Planning(captured)
    return Plan(tuple(planning.take(step) for step in meant), dict(passed))


def _name(found: Found, rule: Rule) -> Step:
    record = found.record
    named = name_capture(record.url, record.date, found.own, rule)
    entry = ImportedCapture("skipped", record.offset, record.id, record.url, record.date, note=named.note)
    if named.reference is None:
        return Step(found, None, entry)
    said = found.own if rule.is_own and found.own else Declaration(named.reference, delivered=named.delivered)
    return Step(found, said, replace(entry, reference=named.reference))


def _sort(found: Found, watched: WatchList, redirects: Mapping[str, str]) -> Step:
    """Sort a capture by its address, or else by one that led there."""
    record = found.record
    address: str | None = record.url
    chosen = Sorted()
    for _ in range(_MOST_REDIRECTS):
        if address is None or chosen != Sorted():
            break
        chosen = sort_capture(address, record.date, watched)
        address = redirects.get(address)
    entry = ImportedCapture("skipped", record.offset, record.id, record.url, record.date, note=chosen.note)
    if chosen.source is None or chosen.source.reference is None:
        return Step(found, None, entry)
    reference = chosen.source.reference
    return Step(found, Declaration(reference), replace(entry, reference=reference), chosen.source)


def _check_one_address(steps: Iterable[Step]) -> None:
    urls = list(dict.fromkeys(step.entry.url for step in steps if not step.found.is_revisit))
    if len(urls) > 1:
        shown = ", ".join(urls[:_MOST_NAMED]) + (" ..." if len(urls) > _MOST_NAMED else "")
        raise ReferenceInvalid(
            f"{len(urls)} addresses would feed one statement: {shown}; choose with --url, once for each"
        )


class _Planning:
    """What the captures before one have been, in their order."""

    def __init__(self, captured: Captured) -> None:
        self._captured = captured
        self._seen: set[str] = set()
        self._last: dict[Reference, str] = {}

    def take(self, step: Step) -> Step:
        found, said = step.found, step.declaration
        if said is None or found.fault:
            return replace(step, entry=replace(step.entry, note=step.entry.note or found.fault))
        statement = statement_of(said.reference)
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
