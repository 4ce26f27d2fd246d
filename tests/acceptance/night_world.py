"""Forty sources on a server of loopback, an archive that watches them, and nights run by the command."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from threading import Timer
from typing import TYPE_CHECKING

from tests.builders import build_pdf, typeset
from tests.clocks import NOW, SIMULATE
from tests.forking import run_command
from tests.nights import Page, source, write_speech
from tests.running import Ran
from tracker.archive import create_archive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site

Told = tuple[int, str, str, str]
"""The night, the kind, the severity, and the source; a link by its path."""

HTML = {"Content-Type": "text/html; charset=utf-8"}
PLAIN = ("silent", "announced", "shrunk", "restored", "flips", "login", "soft404", "moved", "gone", "back",
         "down1", "down2", "down3", "slow", "teaser", "stranger", "closed", "replaced", "cut",
         "stale")  # fmt: skip
"""Statements to which something happens."""
QUIET = ("tagged", "nonce", "menu", "pdf", "cp1252", "bare1252", "restricted", "embargoed", "ended", "hops",
         "late", "calm", "still")  # fmt: skip
"""Statements to which nothing happens that is to be told."""
COUNTRIES = (  # noqa: SIM905 (a line is easier to read)
    "ALB AND ARG AUT BEL BGR BRA CAN CHE CHL CHN COL CUB CYP CZE DNK DZA ECU EGY ESP EST ETH FIN FJI GEO GHA"
    " GRC GTM GUY HND HRV HUN IDN IND"
).split()
HOST = "the host"
INDEXES = {"page": "FRA", "feed": "DEU", "sitemap": "ITA", "portal": "KEN", "errors": "NOR", "noisy": "PER",
           "rolling": "ZAF"}  # fmt: skip
FIRST, LAST = 70, 75
"""The sessions that an index lists at first, the last excluded."""

SILENCED = "We will build a bridge."
LOGIN = (
    "<html><head><title>Sign in</title></head><body><form><input type=password name=p></form></body></html>"
)
MISSING = (
    "<html><head><title>Page not found | Ministry</title></head><body><h1>Page not found</h1>"
    "<p>The page you are looking for may have been moved.</p><!-- {} --></body></html>"
)


def html(text: str, head: str = "", foot: str = "") -> str:
    """Return a speech as a page of a ministry."""
    parts = "".join(f"<p>{part}</p>" for part in text.split("\n\n") if part.strip())
    return (
        f"<!doctype html><html><head><title>Statement | Ministry</title></head><body><nav>{head}</nav>"
        f"<main><h1>Statement</h1>{parts}</main><footer>{foot}</footer></body></html>"
    )


@dataclass(slots=True)
class World:
    """An archive, its site, what was told on each night, and each morning's health."""

    folder: Path
    site: Site
    night: int = 0
    told: list[Told] = field(default_factory=list)
    details: dict[tuple[int, str], str] = field(default_factory=dict)
    mornings: dict[int, set[tuple[str, str, str]]] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The bytes of the record and of the mirror after each night."""
    listed: dict[str, list[int]] = field(default_factory=dict)
    """The sessions that each index lists."""

    @property
    def archive(self) -> Path:
        return self.folder / "snapshots"

    @property
    def day(self) -> datetime:
        return datetime(2026, 1, 1, 2, 30, tzinfo=UTC) + timedelta(days=self.night)

    def instant(self, hours: int = 0, days: int = 0) -> str:
        return (self.day + timedelta(days=days, hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def run(self, *arguments: str, at: str = "") -> Ran:
        """Run the command in a process of its own, at an instant; by default at half past nine."""
        environment = {**os.environ, NOW: at or self.instant(7)}
        done = run_command(self.folder, arguments, b"", environment, first=SIMULATE)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def edit(self, old: str, new: str) -> None:
        """Change the watch list as a person does."""
        path = self.archive / "watch.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def snapshot(self, *options: str, at: str = "") -> None:
        """Run the night, and keep what it told."""
        ran = self.run("snapshot", "--json", *options, at=at or self.instant())
        assert ran.code in {0, 1}, ran.err
        found = json.loads(ran.out)
        assert "unmirrored" not in found
        paths = {each["source"]: each["address"] for each in found["checks"]}
        self.codes[self.night] = ran.code
        for news in found["news"]:
            who = self.name(news["source"], paths.get(news["source"], ""))
            self.told.append((self.night, news["kind"], news["severity"], who))
            self.details[self.night, who] = f"{news['headline']}; {news['detail']}"

    def name(self, id_: str, address: str) -> str:
        """Return the name of a source, the path of a link, or that of the host for many sources of it."""
        if ":" in id_ and not address:
            return HOST
        return "/" + address.split("/", 3)[3].partition("?")[0] if ":" in id_ else id_

    def wake(self) -> None:
        """Look at the health of the morning."""
        ran = self.run("status", "--format", "json", at=self.instant(6))
        health = json.loads(ran.out)
        paths = {each["source"]: each["address"] for each in health["sources"]}
        self.mornings[self.night] = {
            (each["kind"], self.name(each["subject"], paths.get(each["subject"], "")), each["severity"])
            for each in health["concerns"] + health["notes"]
            # One host cannot confirm a clock: that is a note of every morning.
            if (each["kind"], each["severity"]) != ("clock", "note")
        }
        assert ran.code == bool(health["concerns"])

    def say(self, name: str, more: str = "", **headers: str) -> None:
        """Publish a statement of the watch list as a plain text."""
        self.site.say(f"/{name}", more, number_of(name), **headers)

    def link(self, index: str, session: int) -> str:
        return f"/{index}/{session}"

    def publish(self, index: str, *sessions: int, end: str = "", place: str = "/{}/{}") -> None:
        """Publish an index and the statements that it lists."""
        self.listed[index] = list(sessions)
        for session in sessions:
            path = self.link(index, session)
            if path not in self.site.pages:
                self.site.say(path, number=1000 + 10 * session + list(INDEXES).index(index))
        paths = [place.format(index, session) for session in sessions]
        self.site.pages[f"/{index}"] = Page(self.write(index, paths, end), headers=dict(HTML))

    def write(self, index: str, paths: list[str], end: str) -> str:
        urls = [self.site.url(path) for path in paths]
        if index in {"feed", "rolling"}:
            items = "".join(f"<item><title>Speech</title><link>{url}</link></item>" for url in urls)
            head = '<?xml version="1.0"?><rss version="2.0"><channel><title>All</title>'
            return f"{head}{items}{end or '</channel></rss>'}"
        if index == "sitemap":
            rows = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
            return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
        rows = "".join(f'<li><a href="{url}">Speech</a></li>' for url in urls)
        date = f"<p>Today is {self.instant()[:10]}.</p>" if index == "noisy" else ""
        menu = '<a href="/">Home</a> <a href="/about">About</a> <a href="/press">Press</a>'
        title = "<title>Speeches | Ministry</title>"
        return f"<html><head>{title}</head><body><nav>{menu}</nav>{date}<ul>{rows}</ul></body></html>"

    def hum(self) -> None:
        """Change what changes every night, and is no event."""
        token, pages = f"{self.night:08x}", self.site.pages
        nonce, menu = write_speech(number=number_of("nonce")), write_speech(number=number_of("menu"))
        pages["/nonce"] = Page(
            html(nonce, foot=f'<script nonce="{token}">var t="{token}";</script>'), headers=HTML
        )
        news = " ".join(
            f'<a href="/news/{self.night + each}">News {self.night + each}</a>' for each in range(5)
        )
        pages["/menu"] = Page(html(menu, head=news), headers=HTML)
        self.site.say("/hops/text", number=number_of("hops"))
        pages[f"/hops/text?t={token}"] = pages["/hops/text"]
        pages["/hops"] = Page("", 302, {"Location": f"/hops/text?t={token}"})
        self.publish("noisy", *self.listed["noisy"])
        self.site.held["/late"] = Flag()
        Timer(0.3, self.site.held["/late"].set).start()


def measure(archive: Path) -> tuple[int, int]:
    """Return the bytes of the record and of the mirror."""
    files = [path for path in (archive / "mirror.git").rglob("*") if path.is_file()]
    return (archive / "tracker.db").stat().st_size, sum(path.stat().st_size for path in files)


def number_of(name: str) -> int:
    return (*PLAIN, *QUIET).index(name)


def build(folder: Path, site: Site) -> World:
    """Publish everything, and make the archive that watches it."""
    world = World(folder, site)
    create_archive(world.archive)
    more = {
        "restricted": 'access = "restricted"',
        "embargoed": f'access = "embargoed"\nopen_from = "{world.instant(days=150)[:10]}"',
        "ended": f'valid_until = "{world.instant(days=100)[:10]}"',
    }
    text = "[settings]\npace = 0.0\ntimeout = 2.0\nlongest_gap_days = 1\n"
    text += f'allow_private = ["127.0.0.1:{site.port}"]\n'
    for name, country in zip((*PLAIN, *QUIET), COUNTRIES, strict=False):
        world.say(name)
        reference = f"{country}/UNGA/79~prepared.en"
        text += source(name, reference, site.url(f"/{name}"), more.get(name, ""))
    for name, country in INDEXES.items():
        world.publish(name, *range(FIRST, LAST))
        text += (
            f'[sources.{name}]\nkind = "index"\nurl = "{site.url(f"/{name}")}"\n'
            f"links = '/{name}/(?P<session>[0-9]+)'\nreference = \"{country}/UNGA/{{session}}~prepared.en\"\n"
        )
    (world.archive / "watch.toml").write_text(text, encoding="utf-8")
    dress(world)
    return world


def dress(world: World) -> None:
    """Publish statements in other forms than plain text."""
    pages, quoted = (
        world.site.pages,
        "We say \u201cnever again\u201d \u2013 the \u20ac and the caf\u00e9 of Ren\u00e9\u2019s.",
    )
    world.say("tagged", ETag='"1"')
    world.say("stale", ETag='"1"')
    for name in ("cp1252", "bare1252"):
        text = html(write_speech(quoted, number_of(name)))
        kind = "text/html; charset=utf-8" if name == "cp1252" else "text/html"
        pages[f"/{name}"] = Page(text.encode("cp1252"), headers={"Content-Type": kind})
    lines = [part for part in write_speech(number=number_of("pdf")).split("\n\n") if part.strip()]
    pages["/pdf"] = Page(build_pdf(typeset(lines)), headers={"Content-Type": "application/pdf"})
