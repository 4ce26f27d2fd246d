"""What strangers may send: hostile documents, indexes, addresses, titles, names and references.

A night with all of them ends, keeps what is sound, and puts the rest aside with a reason.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from tests.archives import count_record, query
from tests.conftest import run_tracker
from tests.hostile import BOMBS, DEADLY, HALF_CHARACTERS, LOOPS, SLOW
from tests.nights import Page, make_archive, outcomes, running_site, source, watch, write_speech
from tests.thorough import IS_THOROUGH, some
from tracker.capture.admit.admission import admit, refuse_unreadable
from tracker.capture.links import read_links
from tracker.capture.read.extract import GAVE_UP, MAX_CHARACTERS, extract
from tracker.capture.sandbox.process import NEXT
from tracker.capture.sandbox.protocol import NEW_DOCUMENT
from tracker.errors import DocumentUnreadable, WatchListInvalid
from tracker.text.reading import read_text
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.nights import Site

SOUND = source("xaa-79", "XAA/UNGA/79~prepared.en", "{url}")


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        running.say("/79")
        yield running


# Documents ----------------------------------------------------------------------------------------------


def read(data: bytes) -> str:
    """Return the text of a document, or the reason why there is none; as a night reads it."""
    try:
        return read_text(extract(data, "a").text).text
    except DocumentUnreadable as error:
        return str(error)


@pytest.mark.parametrize("name", some(7, [*LOOPS, *BOMBS, *SLOW]))
def test_a_hostile_document_is_read_or_refused_in_a_moment(name: str) -> None:
    began = time.process_time()
    told = read({**LOOPS, **BOMBS, **SLOW}[name])
    assert time.process_time() - began < 10
    assert told
    assert GAVE_UP not in told
    assert NEXT not in told
    assert "lol" not in told
    assert "root:" not in told


@pytest.mark.parametrize("name", some(5, SLOW))
def test_judging_markup_without_a_text_takes_a_moment(name: str) -> None:
    from tests.bad_pages import fetch  # noqa: PLC0415 - its archive is not needed elsewhere

    began = time.process_time()
    assert not refuse_unreadable(fetch(b"<html>" + SLOW[name]), "no text").accepted
    assert time.process_time() - began < 5


def test_a_text_beyond_all_measure_is_refused() -> None:
    with pytest.raises(DocumentUnreadable, match=r"over 10,000,000 characters"):
        extract(b"a " * (MAX_CHARACTERS // 2 + 1))


def test_what_no_library_expected_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.capture.read.extract.is_markdown", lambda *_: 1 / 0)
    with pytest.raises(
        DocumentUnreadable, match=rf"a: {GAVE_UP} it; look at the bytes \(ZeroDivisionError\)"
    ):
        extract(b"We agree.", "a")


def test_a_night_of_hostile_documents_keeps_the_sound_one(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To fill all the memory that a document may have takes ten seconds.
    limits = NEW_DOCUMENT if IS_THOROUGH else replace(NEW_DOCUMENT, memory=2**28)
    defaults = extract.__kwdefaults__ or {}
    assert "limits" in defaults
    monkeypatch.setitem(defaults, "limits", limits)
    hostile = {**dict(some(4, {**LOOPS, **BOMBS, **SLOW}.items())), **DEADLY}
    tables = SOUND.format(url=site.url("/79"))
    for number, data in enumerate(hostile.values(), start=1):
        site.pages[f"/{number}x"] = Page(data)
        tables += source(f"h{number}", f"XAA/HRC/{number}~prepared.en", site.url(f"/{number}x"))
    folder = make_archive(tmp_path / "snapshots", tables, site.port)
    night = snapshot(folder, (), admit)
    told = outcomes(night)
    assert told.pop("xaa-79") == "new"
    assert set(told.values()) == {"quarantined"}
    assert any(f"as it does over {limits.memory_words}" in check.detail for check in night.checks)
    assert count_record(folder)["snapshots"] == 1
    assert not (tmp_path / "tracker-was-here").exists()
    assert outcomes(snapshot(folder, (), admit))["xaa-79"] == "unchanged"


# Indexes and addresses ----------------------------------------------------------------------------------


def test_half_characters_in_a_feed_do_not_cost_the_rest() -> None:
    (link,) = read_links(HALF_CHARACTERS, "https://a.org/feed")
    assert (link.address, link.text) == ("https://a.org/79", "79th")
    (link,) = read_links(HALF_CHARACTERS.replace(b"&#xD83D;&#xDE00;", b"&#55357;&#x1F600;"), "https://a.org/")
    assert link.text == "79th \N{GRINNING FACE}"


@pytest.mark.parametrize("data", [b"<!-- a link: href=", b"<html><!--", b"<a href=", b"<html>"])
def test_an_index_of_nothing_leads_nowhere(data: bytes) -> None:
    assert read_links(data, "https://a.org/") == ()


@pytest.mark.parametrize("data", [b"<html>" + b"<p>" * 1_000_001, b"<urlset>" + b"<url>" * 1_000_001])
def test_an_index_of_a_million_tags_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentUnreadable, match="tags"):
        read_links(data, "https://a.org/")


def test_what_no_library_expected_of_an_index_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.capture.read.html.parse_page", lambda _text: 1 / 0)
    with pytest.raises(DocumentUnreadable, match=r"gave up on this index.*ZeroDivisionError"):
        read_links(b"<html><a href='/a'>a</a>", "https://a.org/")


LINKS = (
    "javascript:alert(1)", "file:///etc/passwd", "data:text/html,a", "http://me:pw@127.0.0.1/79",
    "http://[::1", "http://127.0.0.1:99999/79", "//", "http://", "?" * 3000, "/79\x1b]0;owned\x07",
    "/79\r\nHost: evil", "/79;touch tracker-was-here", "/$(touch tracker-was-here)/79",
    "/../../../../etc/passwd/79", "/--help/79", "/79' OR '1'='1", "/79?a=%00&b=%2e%2e%2f", "\u202e97/",
    "http://169.254.169.254/latest/meta-data/79", "http://127.0.0.2/79", "ftp://127.0.0.1/79",
)  # fmt: skip


def test_a_night_with_hostile_links_ends_and_asks_nobody_it_may_not(tmp_path: Path, site: Site) -> None:
    from html import escape  # noqa: PLC0415 - only for this page

    anchors = "".join(f'<a href="{escape(link)}">{escape(link)}</a>' for link in LINKS)
    site.pages["/list"] = Page(f"<html><body>{anchors}<a href='/79'>79</a></body></html>")
    index = f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\nlinks = "."\n'
    folder = make_archive(tmp_path / "snapshots", index, site.port)
    for _ in range(2):
        night = snapshot(folder, (), admit)
        for check in night.checks[1:]:
            assert check.address.startswith("http://")
            assert check.address.isprintable()
    assert {check.cause for check in night.checks if "169.254" in check.address} == {"private address"}
    assert any(path == "/79" for path, _ in site.asked)
    assert not list(tmp_path.rglob("tracker-was-here"))
    ran = run_tracker(tmp_path, "status")
    assert "\x1b" not in ran.out + ran.err
    assert "Traceback" not in ran.err


# Titles, names and references ---------------------------------------------------------------------------

ATTACKS = (
    "'; DROP TABLE snapshots; --",
    '"); DELETE FROM documents; --',
    "\x1b]0;owned\x07\x1b[2J",
    "\u202egnp.exe",
    "../../../etc/passwd",
    "--help",
    "{0.__class__}",
    "%s%n",
    "=HYPERLINK(1)",
)


def test_hostile_titles_are_kept_as_text_and_shown_as_such(tmp_path: Path, site: Site) -> None:
    tables = ""
    for number, attack in enumerate(ATTACKS, start=1):
        body = "".join(f"<p>{part}</p>" for part in write_speech(number=number).split("\n\n"))
        site.pages[f"/{number}"] = Page(f"<html><body><main><h1>{attack}</h1>{body}</main></body></html>")
        tables += source(f"a{number}", f"XAA/HRC/{number}~prepared.en", site.url(f"/{number}"))
    folder = make_archive(tmp_path / "snapshots", tables, site.port)
    assert set(outcomes(snapshot(folder, (), admit)).values()) <= {"new", "quarantined"}
    counts = count_record(folder)
    for words in (("list",), ("status", "1"), ("status", "1", "--format", "csv"), ("review",), ("status",)):
        ran = run_tracker(tmp_path, *words)
        assert ran.code in {0, 1}, ran.err
        assert "Traceback" not in ran.err
        assert not {"\x1b", "\x07", "\u202e"} & set(ran.out)
    assert count_record(folder) == counts


REFERENCES = (*ATTACKS, "XAA/UNGA/../../x", "XAA/UNGA/79@-1", "\x7f", "a" * 5000, "")
COMMANDS = (
    ("snapshot",),
    ("sources", "check"),
    ("expect", "--by", "Ana"),
    ("expect", "--none", "--by", "Ana"),
)


@pytest.mark.parametrize(("command", "attack"), some(8, [*zip(cycle(COMMANDS), REFERENCES, strict=False)]))
def test_a_hostile_reference_is_refused_on_one_line(
    command: tuple[str, ...], attack: str, tmp_path: Path, site: Site
) -> None:
    folder = make_archive(tmp_path / "snapshots", SOUND.format(url=site.url("/79")), site.port)
    before = count_record(folder)
    ran = run_tracker(tmp_path, *command, "--", attack)
    assert ran.code == 2, ran
    assert ran.err.count("\n") == 1
    assert not {"\x1b", "\x07", "\u202e", "\x7f"} & set(ran.err)
    assert count_record(folder) == before


def test_hostile_names_and_reasons_are_kept_as_text(tmp_path: Path, site: Site) -> None:
    folder = make_archive(tmp_path / "snapshots", SOUND.format(url=site.url("/79")), site.port)
    site.pages["/79"] = Page("<html><title>Sign in</title><body>Please log in to continue.</body></html>")
    snapshot(folder, (), admit)
    reason, name = ATTACKS[0], "Ana'); DROP TABLE reviews; --"
    ran = run_tracker(tmp_path, "review", "1", "reject", "--by", name, "--reason", reason)
    assert ran.code == 0, ran.err
    assert query(folder, "SELECT person, reason FROM reviews") == [(name, reason)]
    shown = json.loads(run_tracker(tmp_path, "review", "--decided", "--format", "json").out)["documents"]
    assert (shown[0]["person"], shown[0]["reason"]) == (name, reason)


@pytest.mark.parametrize(
    "name", ["--help", "-rf", "a b'\";$(touch tracker-was-here).txt", "é ß.txt", "{0}", "%s"]
)
def test_a_file_of_any_name_is_a_source_and_no_command(name: str, tmp_path: Path, site: Site) -> None:
    folder = make_archive(tmp_path / "snapshots", "", site.port)
    (folder / name).write_text(write_speech(), encoding="utf-8")
    watch(
        folder, f'[sources.a]\nreference = "XAA/UNGA/79~prepared.en"\npath = {json.dumps(name)}\n', site.port
    )
    assert outcomes(snapshot(folder, (), admit)) == {"a": "new"}
    assert not list(tmp_path.rglob("tracker-was-here"))


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "\u202egnp.txt", "\x1b[2J", ""])
def test_a_file_whose_name_does_not_print_is_refused(name: str, tmp_path: Path, site: Site) -> None:
    folder = make_archive(tmp_path / "snapshots", "", site.port)
    watch(
        folder, f'[sources.a]\nreference = "XAA/UNGA/79~prepared.en"\npath = {json.dumps(name)}\n', site.port
    )
    with pytest.raises(WatchListInvalid, match=r"sources\.a\.path"):
        snapshot(folder, (), admit)


@pytest.mark.parametrize(
    "path", ["../secret.txt", "link/secret.txt", "/etc/passwd", "~/secret.txt", "a/../../secret.txt"]
)
def test_no_path_leads_out_of_the_archive(path: str, tmp_path: Path, site: Site) -> None:
    folder = make_archive(tmp_path / "snapshots", "", site.port)
    (tmp_path / "secret.txt").write_text(write_speech("secret"), encoding="utf-8")
    (folder / "link").symlink_to(tmp_path)
    watch(folder, f'[sources.a]\nreference = "XAA/UNGA/79~prepared.en"\npath = "{path}"\n', site.port)
    ran = run_tracker(tmp_path, "snapshot")
    assert ran.code in {1, 2}, ran
    assert "outside the archive" in ran.err or "expected a path inside" in ran.err
    assert count_record(folder)["documents"] == 0
