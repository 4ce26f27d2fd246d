"""Web archives between us and pywb: it replays what we export, and we import what it has recorded.

pywb is no dependency: it is installed once, into an environment of its own in the user's cache.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.nights import Page, make_archive, run_night, running_site, source, write_speech
from tests.running import wait_for
from tracker.record.reading.holdings import open_holdings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from email.message import Message

    from tests.nights import Site
    from tracker.model.ledger import Check

WANTED = "pywb==2.10.0"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(scope="session")
def pywb() -> Path:
    """Return the folder of pywb's commands, installed where it is not yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tracker-tests"
    minor = ".".join(map(str, sys.version_info[:2]))
    place = cache / f"{WANTED.replace('==', '-')}-python{minor}"
    if not (place / "complete").exists():
        steps: tuple[Sequence[str | Path], ...] = (
            (sys.executable, "-m", "venv", "--clear", place),
            (place / "bin" / "pip", "install", "-q", WANTED),
        )
        for step in steps:
            ran = subprocess.run(step, capture_output=True, text=True, check=False)
            if ran.returncode:
                pytest.fail(
                    f"{WANTED} cannot be had, and nothing else replays WARCs here: {ran.stderr[-500:]}"
                )
        (place / "complete").touch()
    return place / "bin"


class Unfollowed(HTTPRedirectHandler):
    """Leaves redirects as they are."""

    def redirect_request(self, *_args: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Wayback:
    """pywb as it serves a collection."""

    address: str
    folder: Path

    def answer(self, path: str) -> tuple[int, Message, bytes]:
        """Return status, headers and body, whatever the status."""
        try:
            with build_opener(Unfollowed).open(f"{self.address}/{path}") as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as error:
            return error.code, error.headers, error.read()

    def replay(self, instant: str, url: str) -> tuple[int, str | None, bytes]:
        """Return what was at an address: status, the instant of the capture that answers, and the body."""
        stamp = "".join(filter(str.isdecimal, instant))
        status, headers, body = self.answer(f"own/{stamp}id_/{url}")
        return status, headers.get("Memento-Datetime"), body

    def index(self) -> list[dict[str, Any]]:
        """Return the lines of the collection's index."""
        lines = (self.folder / "collections" / "own" / "indexes" / "index.cdxj").read_text().splitlines()
        return [{"timestamp": line.split(" ")[1], **json.loads(line.split(" ", 2)[2])} for line in lines]


@contextmanager
def serving(pywb: Path, folder: Path, *options: str) -> Iterator[Wayback]:
    """Serve the collections in a folder."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command: Sequence[str | Path] = (pywb / "wayback", "-b", "127.0.0.1", "-p", str(port), *options)
    with (
        (folder / "log.txt").open("w") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT) as server,
    ):
        served = Wayback(f"http://127.0.0.1:{port}", folder)
        try:
            wait_for(lambda: served.answer(""))
            yield served
        finally:
            server.terminate()


def collect(pywb: Path, folder: Path, *warcs: Path) -> None:
    """Make a collection of WARCs and index them."""
    manage = partial(subprocess.run, cwd=folder, check=True, capture_output=True)
    manage([pywb / "wb-manager", "init", "own"])
    for warc in warcs:
        manage([pywb / "wb-manager", "add", "own", warc])


def page(text: str, more: str = "") -> str:
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    return f"<html><head><title>79</title></head><body><main>{paragraphs}</main>{more}</body></html>"


def watch_five_nights(folder: Path, site: Site) -> Path:
    """Watch pages that are answered by 304, the same bytes, packed, behind a redirect, with a token."""
    packed = {**HTML, "Content-Encoding": "gzip"}
    tables = source("same", "XAA/UNGA/76", site.url("/76"))
    tables += source("packed", "XAA/UNGA/77", site.url("/77"))
    tables += source("moved", "XAA/UNGA/78", site.url("/old78"))
    tables += source("tagged", "XAA/UNGA/79", site.url("/79"))
    tables += source("token", "XAA/UNGA/80", site.url("/80"))
    archive = make_archive(folder / "snapshots", tables, site.port)
    site.pages["/robots.txt"] = Page("User-agent: *\nDisallow: /private\n")
    site.pages["/76"] = Page(page(write_speech(number=6)), headers=HTML)
    site.pages["/77"] = Page(gzip.compress(page(write_speech(number=7)).encode(), mtime=0), headers=packed)
    site.pages["/78"] = Page(page(write_speech(number=8)), headers=HTML)
    site.pages["/old78"] = Page("<p>It went elsewhere.</p>", 301, {"Location": "/78", **HTML})
    for day in range(1, 6):
        more = "We add a sentence about rivers." if day > 3 else ""
        site.pages["/79"] = Page(page(write_speech(more)), headers={**HTML, "ETag": f'"{len(more)}"'})
        site.pages["/80"] = Page(page(write_speech(number=10), f"<!-- {day} -->"), headers=HTML)
        run_night(archive, f"2026-03-0{day}")
    return archive


def list_checks(archive: Path) -> list[tuple[Check, bytes]]:
    """Return all checks that found a document, each with it, by their time."""
    with open_holdings(archive, private=False) as holdings:
        found, _ = holdings.list(None)
        pairs = [(check, holdings.document(each.sha256)) for each in found for check in holdings.checks(each)]
    return sorted(pairs, key=lambda pair: (pair[0].observed, str(pair[0].url)))


def test_every_check_replays_as_the_document_that_was_there(pywb: Path, tmp_path: Path) -> None:
    with running_site() as site:
        archive = watch_five_nights(tmp_path, site)
    run = partial(run_tracker, tmp_path)
    assert run("export", "warc", "out.warc.gz").code == 0
    collect(pywb, tmp_path, tmp_path / "out.warc.gz")
    checks = list_checks(archive)
    outcomes = [check.outcome for check, _ in checks]
    assert (outcomes.count("new"), outcomes.count("changed"), len(outcomes)) == (5, 1, 25)
    with serving(pywb, tmp_path) as wayback:
        for check, data in checks:
            status, at, body = wayback.replay(check.observed, str(check.url))
            instant = time.strptime(check.observed, "%Y-%m-%dT%H:%M:%SZ")
            assert (status, body) == (200, data), check
            assert at == time.strftime("%a, %d %b %Y %H:%M:%S GMT", instant), check
        status, headers, _ = wayback.answer(f"own/20260301023000id_/{site.url('/old78')}")
        assert (status, str(headers["Location"]).endswith("/78")) == (301, True)
        indexed = wayback.index()
    # A line for each check and the redirect before it; none for requests and metadata.
    captures = [line for line in indexed if not line["url"].endswith(("/old78", "/robots.txt"))]
    assert len(captures) == len(checks)
    revisits = [line for line in captures if line["mime"] == "warc/revisit"]
    assert len(revisits) == 19
    assert {line["mime"] for line in indexed} == {"text/html", "warc/revisit"}
    originals = {line.get("digest") for line in captures if line["mime"] == "text/html"}
    assert {line["digest"] for line in revisits if "digest" in line} <= originals


def test_what_we_exported_comes_back_and_the_archive_is_sound(pywb: Path, tmp_path: Path) -> None:
    with running_site() as site:
        archive = watch_five_nights(tmp_path, site)
    run = partial(run_tracker, tmp_path)
    assert run("export", "warc", "out.warc.gz").code == 0
    checked = subprocess.run(
        [pywb / "warcio", "check", "out.warc.gz"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "")
    assert run("init", "--archive", "two").code == 0
    assert run("import", "out.warc.gz", "--archive", "two").code == 0
    ours, theirs = (
        [
            (check.outcome, check.observed, check.url, check.http_status, data)
            for check, data in list_checks(place)
        ]
        for place in (archive, tmp_path / "two")
    )
    assert theirs == ours
    assert run("mirror", "update", "--archive", "two").code == 0
    assert run("verify", "--archive", "two").code == 0


def test_what_pywb_recorded_is_sorted_by_the_watch_list_and_sound(pywb: Path, tmp_path: Path) -> None:
    countries = ("GBR", "FRA", "KEN")
    with running_site() as site:
        for number, country in enumerate(countries):
            for session in (78, 79):
                body = page(write_speech(number=100 * number + session)).encode()
                headers = {**HTML, "Content-Encoding": "gzip"}
                site.pages[f"/{country.lower()}/unga/{session}"] = Page(gzip.compress(body), headers=headers)
        site.pages["/about"] = Page(page("About us."), headers=HTML)
        paths = [*site.pages, "/nothing"]
        subprocess.run([pywb / "wb-manager", "init", "own"], cwd=tmp_path, check=True, capture_output=True)
        with serving(pywb, tmp_path, "--record", "--live", "--autoindex") as wayback:
            for path in paths:
                wayback.answer(f"own/record/id_/{site.url(path)}")
            time.sleep(2)
        (crawl,) = (tmp_path / "collections" / "own" / "archive").glob("*.warc.gz")
        table = r"""kind = "index"
links = '/(?P<country>[a-z]{3})/(?P<body>[a-z]+)/(?P<session>\d+)$'
reference = "{country}/{body}/{session}~prepared.en"
"""
        make_archive(tmp_path / "snapshots", f'[sources.un]\nurl = "{site.url("/")}"\n{table}', site.port)
    run = partial(run_tracker, tmp_path)
    ran = run("import", crawl, "--watched")
    assert (ran.code, ran.out.splitlines()[0]) == (
        0, "6 captures: 6 new, 0 changed, 0 unchanged, 0 known, 0 skipped",
    ), ran.out + ran.err  # fmt: skip
    found = query(tmp_path / "snapshots", "SELECT country, session FROM statements ORDER BY country, session")
    assert found == [(country, session) for country in sorted(countries) for session in ("78", "79")]
    documents = "SELECT sha256, sqlar_uncompress(bytes, size) FROM documents"
    for sha256, data in query(tmp_path / "snapshots", documents):
        assert hashlib.sha256(data).hexdigest() == sha256
        assert data.startswith(b"<html>")
    assert run("mirror", "update").code == 0
    assert run("verify").code == 0
