"""What the tests of the nightly job share: pages that change, a watch list, and nights run in turn."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import TYPE_CHECKING

from tracker.archive import create_archive, open_store
from tracker.capture.web.pacing import Clock
from tracker.model.clock_readings import ClockReading
from tracker.model.watching import Admission
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tracker.model.ledger import Check
    from tracker.model.watching import Arrival, History
    from tracker.watch.examine import Judge
    from tracker.watch.snapshot import Night

_WHO = ("My Government", "Our parliament", "The ministry of justice", "Every court", "Our young people")
_DOES = ("supports", "has strengthened", "will finance", "intends to review", "calls on all to protect")
_WHAT = (
    "the fight against corruption",
    "the Treaty on the Protection of Rivers",
    "the rights of victims of trafficking",
    "fair trials for all",
    "the exchange of evidence in cases of cybercrime",
    "prisons fit for human beings",
)
_HOW = ("without delay", "by the end of the decade", "with our own means", "with our neighbours", "at home")


DAYS = [f"2026-03-{day:02d}" for day in range(1, 29)]


def write_speech(more: str = "", number: int = 0) -> str:
    """Return a speech of about 300 words; another number gives another one."""
    chance = Random(number)  # noqa: S311 (made-up speeches)
    sentences = [
        f"{chance.choice(_WHO)} {chance.choice(_DOES)} {chance.choice(_WHAT)} {chance.choice(_HOW)}."
        for _ in range(24)
    ]
    body = "\n\n".join(" ".join(sentences[start : start + 6]) for start in range(0, 24, 6))
    return f"Mr. President,\n\n{body}\n\n{more}\n\nThank you.\n"


@dataclass(slots=True)
class Page:
    """What is served at a path; an empty body is the status alone."""

    body: str | bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Site:
    """A server on loopback whose pages a test changes between two nights."""

    port: int
    address: str = "127.0.0.1"
    date: str | None = None
    """What the server's clock says (HTTP's form); None for a server that tells no date."""
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Paths, and the ETag that each was asked by."""
    held: dict[str, threading.Event] = field(default_factory=dict)
    """Paths that are answered only once the event is set."""

    def url(self, path: str) -> str:
        return f"http://{self.address}:{self.port}{path}"

    def say(self, path: str, more: str = "", number: int = 0, **headers: str) -> None:
        """Serve a speech as a plain text."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Page(write_speech(more, number), headers=named)


@contextmanager
def running_site(address: str = "127.0.0.1") -> Iterator[Site]:
    """Serve pages at an address of loopback until the end of the block."""
    site = Site(0, address)
    pages, asked, held = site.pages, site.asked, site.held

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            tag = self.headers.get("If-None-Match")
            asked.append((self.path, tag))
            if self.path in held:
                held[self.path].wait(60)
            page = pages.get(self.path, Page("", 404))
            if tag and page.headers.get("ETag") == tag:
                page = Page("", 304, page.headers)
            body = page.body if isinstance(page.body, bytes) else page.body.encode()
            self.send_response_only(page.status)
            self.send_header("Server", self.version_string())
            if site.date and "Date" not in page.headers:
                self.send_header("Date", site.date)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if page.status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if page.status != 304:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the parent's name)
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: whoever asked may have been killed."""

    server = Server((address, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        site.port = server.server_address[1]
        yield site
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running_hosts(number: int) -> Iterator[tuple[Site, ...]]:
    """Serve pages at so many addresses of loopback, each of them a host."""
    with ExitStack() as stack:
        yield tuple(stack.enter_context(running_site(f"127.0.0.{last}")) for last in range(1, number + 1))


def set_clocks(sites: Iterable[Site], day: str) -> None:
    """Let servers have a clock that is right on a night, as ``run_night`` has it."""
    for site in sites:
        site.date = format_datetime(datetime.fromisoformat(f"{day}T02:30:01+00:00"), usegmt=True)


def make_archive(folder: Path, watch_list: str, port: int) -> Path:
    """Make an archive with a watch list that may fetch from the site, without a pace."""
    create_archive(folder)
    watch(folder, watch_list, port)
    return folder


def make_watched(folder: Path, site: Site) -> Path:
    """Make an archive that watches one statement, XAA/UNGA/79, which the site has from then on."""
    site.say("/79")
    return make_archive(folder, source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79")), site.port)


def watch(folder: Path, watch_list: str, port: int) -> None:
    """Write the watch list of an archive."""
    hosts = json.dumps([f"127.0.0.1:{port}", "127.0.0.2", "127.0.0.3", "127.0.0.4"])
    settings = f"[settings]\npace = 0.0\nallow_private = {hosts}\n"
    (folder / "watch.toml").write_text(settings + watch_list, encoding="utf-8")


def source(name: str, reference: str, url: str, more: str = "") -> str:
    """Return the table of a source."""
    return f'[sources.{name}]\nreference = "{reference}"\nurl = "{url}"\n{more}\n'


def accept_all(_arrival: Arrival, _history: History) -> Admission:
    return Admission(accepted=True)


def run_night(
    folder: Path,
    day: str = "2026-03-01",
    *wanted: str,
    judge: Judge = accept_all,
    dry_run: bool = False,
    clock_is_right: bool = False,
) -> Night:
    """Run one night, at half past two in the morning, with a judge that accepts everything by default."""
    instant = datetime.fromisoformat(f"{day}T02:30:00").replace(tzinfo=UTC)
    clock = Clock(lambda: instant, lambda: 0.0, lambda _seconds: None)
    return snapshot(folder, wanted, judge, clock=clock, dry_run=dry_run, clock_is_right=clock_is_right)


def confirm_clock(folder: Path, day: str) -> None:
    """Note a night whose clock servers have confirmed, as one of three hosts and more does."""
    with open_store(folder, "snapshot", lambda: f"{day}T02:30:00Z") as store:
        store.begin(f"{day}T02:30:00Z")
        store.note_clock(ClockReading(3, 0), f"{day}T02:30:00Z")


def outcomes(night: Night) -> dict[str, str]:
    """Return what each source came to, by its id."""
    return {check.source: check.outcome for check in night.checks}


def only(night: Night) -> Check:
    """Return the one check of a night."""
    (check,) = night.checks
    return check
