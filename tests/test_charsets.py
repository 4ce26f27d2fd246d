"""Which of several words on a document's encoding counts: mark, UTF-8 by itself, server, page, guess."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import pytest

from tests.archives import in_session, query
from tests.nights import Page, make_archive, only, run_night, running_site, source
from tracker.capture.read.extract import extract
from tracker.capture.read.plain import read_charset
from tracker.capture.watch.discovery import read_index
from tracker.model.watching import Admission, Fetched, Source, Validators
from tracker.workflows.code.judge import Coder
from tracker.workflows.keep import reextract as rereading
from tracker.workflows.keep.verify import read_again
from tracker.workflows.watch.review import decide_review
from tracker.workflows.watch.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "Мы против коррупции и за правосудие."
SHORT = "Речь №1"


def page(declared: str, words: str = WORDS) -> str:
    return f"<html><head>{declared}<title>Реки</title></head><body><p>{words}</p></body></html>"


KEPT = """SELECT extractor, versions.media_type, raw, bytes FROM versions
JOIN snapshots ON snapshots.id = snapshot JOIN documents ON documents.sha256 = document"""
KOI, LATIN = '<meta charset="koi8-r">', '<meta charset="iso-8859-1">'


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (page(KOI).encode("cp1251"), "text/html; charset=windows-1251"),
        (page(LATIN).encode("koi8-r"), 'text/html;charset="KOI8-R"'),
        (page("").encode("iso-8859-5"), "text/html; version=1; charset='iso-8859-5'"),
        (page(KOI).encode("koi8-r"), "text/html; charset=utf-8"),
        (page(KOI).encode("koi8-r"), "text/html; charset=no-such-thing"),
        (page(KOI).encode("koi8-r"), "text/html; charset=punycode"),
        (page(KOI).encode("koi8-r"), "text/html"),
        (page(KOI).encode(), "text/html; charset=windows-1251"),
        (page('<meta charset="utf-16">').encode("koi8-r"), "text/html; charset=koi8-r"),
        (page(KOI).encode("koi8-r"), "text/html; charset=utf-16"),
        (b"<?xml version='1.0' encoding='utf-16'?>" * 2 + page(KOI).encode("koi8-r"), "text/html"),
        (BOM_UTF8 + page(KOI).encode(), "text/html; charset=windows-1251"),
        (page(KOI).encode("utf-16"), "text/html; charset=windows-1251"),
    ],
)
def test_the_server_is_believed_before_the_page_and_behind_the_bytes(data: bytes, content_type: str) -> None:
    extraction = extract(data, content_type=content_type)
    assert (extraction.text, extraction.title) == (f"{WORDS}\n", "Реки")


def test_a_page_in_ascii_that_says_it_is_wide_is_not() -> None:
    for content_type in ("text/html", "text/html; charset=utf-16", "text/html; charset=utf-32le"):
        data = page('<meta charset="utf-16">', "We agree.").replace("Реки", "Rivers").encode("ascii")
        for even in (data, data + b" "):
            assert extract(even, content_type=content_type).text == "We agree.\n"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "iso8859-5", "cp866"])
def test_a_text_too_short_to_guess_by_is_read_as_the_server_says(encoding: str) -> None:
    data = SHORT.replace("№", "N").encode(encoding)
    extraction = extract(data, content_type=f"text/plain; charset={encoding}")
    assert extraction.text == SHORT.replace("№", "N")
    assert data.decode(extraction.extractor.removeprefix("text ")) == extraction.text


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        (None, ()),
        ("", ()),
        ("text/html", ()),
        ("text/html; charset", ()),
        ("text/html; charset=", ()),
        ("text/html; charset=utf-8", ("utf-8",)),
        ("text/html;CHARSET = 'x-sjis' ; a=b", ("x-sjis",)),
        ("charset=utf-8", ()),
    ],
)
def test_what_a_header_declares(content_type: str | None, charset: tuple[str, ...]) -> None:
    assert read_charset(content_type) == charset


def test_an_index_is_read_as_the_server_says() -> None:
    data = '<meta charset="koi8-r"><body><a href="/79">Речь</a>'.encode("cp1251")
    fetched = Fetched("a", "https://a.org/", data, "text/html; charset=cp1251", (), Validators(), 0.1)
    (found,) = read_index(fetched, Source("a", "https://a.org/", is_index=True, links="."))
    assert found.text == "Речь"


def test_a_night_a_later_review_and_later_readings_read_the_same(tmp_path: Path) -> None:
    with running_site() as site:
        watched = source("xaa", "XAA/UNGA/79~prepared.ru", site.url("/79"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        served = {"Content-Type": "text/html; charset=windows-1251"}
        site.pages["/79"] = Page(page(KOI).encode("cp1251"), headers=served)
        assert only(run_night(folder)).outcome == "new"
        site.pages["/79"] = Page(page(KOI, f"{WORDS} Да.").encode("cp1251"), headers=served)
        snapshot(folder, (), lambda _arrival, _history: Admission(accepted=False, cause="login"))
    decide_review(folder, 1, "accept", Coder("Ana", "2026-03-02T09:00:00Z", "read it"))
    assert query(folder, "SELECT text FROM versions") == [(WORDS,), (f"{WORDS} Да.",)]
    found = in_session(rereading.reextract)(folder, (), "2026-03-03T09:00:00Z")
    assert {each.status for each in found} == {"same"}
    for extractor, media_type, raw, data in query(folder, KEPT):
        assert read_again(data, extractor, media_type) == raw
