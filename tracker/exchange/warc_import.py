"""``tracker import-warc``: captures of a web archive become snapshots."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tracker.archive.reading.imported import open_captured
from tracker.archive.storing.store import name_snapshot
from tracker.capture.admit.admission import admit
from tracker.capture.causes import FetchFault
from tracker.capture.warc.payload import read_payload, restore_headers
from tracker.capture.warc.reading import open_warc
from tracker.errors import DocumentUnreadable
from tracker.exchange.add import infer_details, read_arrival, record_arrival
from tracker.exchange.engine import Item, import_items, show_nothing
from tracker.exchange.warc_plan import plan_import
from tracker.exchange.warc_records import IDENTICAL, SAME_TEXT
from tracker.exchange.warc_survey import DAMAGED
from tracker.inputs.passwords import strip_user
from tracker.model.ledger import Check
from tracker.model.preserving import WarcImportReport
from tracker.model.watching import Exchange, Fetched, Source, Validators
from tracker.text.identity import digest_bytes, digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tracker.archive.storing.store import Store
    from tracker.capture.warc.reading import Warc
    from tracker.exchange.attribution import Rule
    from tracker.exchange.engine import Progress
    from tracker.exchange.warc_plan import Step
    from tracker.exchange.warc_survey import Found
    from tracker.model.preserving import ImportedCapture
    from tracker.model.record import Declaration, Recorded
    from tracker.model.watching import Arrival, WatchList


class CaptureRecorder:
    """Keeps captures of one file."""

    def __init__(self, warc: Warc, *, is_judged: bool) -> None:
        self._warc = warc
        self._is_judged = is_judged

    def plan(self, step: Step) -> Callable[[Store], ImportedCapture] | None:
        """Return how a capture is written; None for one that is not."""
        if step.declaration is None or step.entry.status in {"known", "skipped"}:
            return None
        return partial(self._keep, step, step.declaration)

    def _keep(self, step: Step, said: Declaration, store: Store) -> ImportedCapture:
        """Record a capture's document, and note with it how it came."""
        found = step.found
        with store.batch():
            recorded = store.known(said, found.sha256) or self._record(store, found, said, step.source)
            store.note(self._check(found, said, recorded))
        note = step.entry.note if recorded.outcome == "changed" else ""
        return replace(step.entry, status=recorded.outcome, reference=name_snapshot(recorded), note=note)

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
            _judge(store, arrival, found)
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
            reference=replace(said.reference, snapshot=None),
            snapshot=name_snapshot(recorded),
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


def _judge(store: Store, arrival: Arrival, found: Found) -> None:
    text = digest_text(arrival.version.text)
    history = store.ledger.history(found.record.id, arrival.source.reference, found.sha256, text)
    admission = admit(arrival, history)
    if not admission.accepted:
        raise DocumentUnreadable(f"it seems to be no such statement: {admission.cause} ({admission.detail})")


def _declare(said: Declaration, arrival: Arrival) -> Declaration:
    url = arrival.fetched.url if arrival.fetched.url.startswith(("http://", "https://")) else None
    declared = infer_details(said, arrival.extraction, arrival.version)
    return replace(declared, url=said.url or url)


def import_warc(
    path: Path,
    urls: Sequence[str],
    rule: Rule,
    archive: Path,
    observed: str,
    *,
    watched: WatchList | None = None,
    judged: bool = True,
    dry_run: bool = False,
    progress: Progress = show_nothing,
) -> WarcImportReport:
    """Record the captures of a WARC whose addresses match, oldest first, each with the evidence in its head.

    ``observed`` is the instant of the import itself, ISO 8601 in UTC. With ``watched``, the sources and rules
    of a watch list say whose they are, and how they are read. A document that the rules of the nightly run do
    not admit is skipped, unless ``judged`` is false or the file's own metadata,
    as tracker exports it, is used. A ``dry_run`` reads all and writes nothing. Raises as ``plan_import`` and
    ``open_store`` do.
    """
    with open_warc(path) as warc:
        with open_captured(archive) as captured:
            plan = plan_import(warc, [strip_user(url) for url in urls], rule, captured, watched)
        recorder = CaptureRecorder(warc, is_judged=judged and (watched is not None or not rule.is_own))
        items = [Item(step.entry, recorder.plan(step)) for step in plan.steps]
        entries = import_items(items, len(items), archive, progress, started=observed, dry_run=dry_run)
    return WarcImportReport(entries, plan.passed)


def is_faulty(brought: WarcImportReport) -> bool:
    """Return whether a capture to import could not be read, or another record is damaged."""
    return DAMAGED in brought.passed or any(entry.status == "skipped" for entry in brought.entries)
