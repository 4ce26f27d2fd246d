"""Which encoding a document is read in: marks, labels as browsers know them, guesses; what is told of it."""

from __future__ import annotations

import json
import tomllib
from codecs import BOM_UTF8
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import in_session, query
from tests.here import runner
from tests.nights import Page, make_archive, only, run_night, running_site, source
from tests.thorough import long, some
from tracker.capture.admit.admission import admit, refuse_unreadable
from tracker.capture.links import read_index
from tracker.capture.read.extract import decodes_as, extract
from tracker.capture.read.plain import read_charset
from tracker.exchange import add
from tracker.keep import reextract as rereading
from tracker.keep.verify import read_again
from tracker.model.decisions import Coder
from tracker.model.watching import Admission, Fetched, History, Source, Validators
from tracker.watch.review import decide_review
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.watching import Arrival

WORDS = "Мы против коррупции и за правосудие."
SHORT = "Речь №1"


def page(declared: str, words: str = WORDS) -> str:
    return f"<html><head>{declared}<title>Реки</title></head><body><p>{words}</p></body></html>"


KEPT = """SELECT extractor, versions.media_type, raw, sqlar_uncompress(bytes, size) FROM versions
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


@long
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


# A table of bytes as they were once published ------------------------------------------------------------

TABLE = tomllib.loads(files("tests").joinpath("data/encodings.toml").read_text("utf-8"))
ENCODINGS = [(row["text"], row["codec"], row["labels"]) for row in TABLE["encoding"]]
HTML = """<!DOCTYPE html><html><head>{declared}<title>79</title></head>
<body><ul><li><a href="/">Home</a></li></ul>
<main><h1>UNGA 79</h1>{paragraphs}</main></body></html>"""
# What is declared by the server, and by the page; {} is a label that is true.
DECLARED = {
    "the server tells": ("{}", ""),
    "the page tells": ("", "{}"),
    "the server is right and the page wrong": ("{}", "utf-8"),
    "the page is right and the server has UTF-8 for all": ("utf-8", "{}"),
    "both say UTF-8": ("utf-8", "utf-8"),
    "the server says UTF-8": ("utf-8", ""),
    "a label that nobody knows": ("unicode-1-1", "none"),
    "nobody tells": ("", ""),
}


def make(language: str, codec: str, page: str, *, is_page: bool) -> bytes:
    """Return a speech as it was published, with or without marks of HTML."""
    text = TABLE["texts"][language]
    sentences = text.replace(". ", ".\n").replace("。", "。\n").split("\n")
    declared = f"<meta http-equiv='Content-Type' content='text/html; charset={page}'>" if page else ""
    paragraphs = "\n".join(f"<p>{sentence}</p>" for sentence in sentences if sentence)
    return (HTML.format(declared=declared, paragraphs=paragraphs) if is_page else text).encode(codec)


def header(server: str, *, is_page: bool) -> str:
    return f"text/{'html' if is_page else 'plain'}{f'; charset={server}' if server else ''}"


@pytest.mark.parametrize(
    ("language", "codec", "labels", "said", "is_page"),
    some(64, [(*each, said, page) for each in ENCODINGS for said in DECLARED for page in (True, False)]),
)
def test_what_was_published_is_read_whoever_declares_what(
    language: str, codec: str, labels: list[str], said: str, is_page: bool
) -> None:
    server, page = DECLARED[said]
    for label in labels if "{}" in server + page else labels[:1]:
        data = make(language, codec, page.format(label), is_page=is_page)
        read = extract(data, content_type=header(server.format(label), is_page=is_page))
        words = "".join(TABLE["texts"][language].split())
        assert words in "".join(read.text.split()), (label, read.extractor, read.text[:200])
        is_guessed = " by chardet " in read.extractor
        # A text has only the server to tell of it, and ISO-2022-JP tells of itself.
        is_told = codec == "iso2022_jp" or "{}" in (server + page if is_page else server)
        assert is_guessed != is_told, read.extractor
        assert read_again(data, read.extractor, read.media_type) == read.text
        assert is_guessed or decodes_as(read.extractor, data, header(server.format(label), is_page=is_page))


MISREAD = [
    *(("fr", "cp1252", wrong) for wrong in ("windows-1251", "koi8-r", "macintosh")),
    *(("es", "cp1252", wrong) for wrong in ("windows-1251", "koi8-r", "macintosh")),
    ("fr", "cp1252", "iso-8859-6"),
    *(("ru", codec, "windows-1252") for codec in ("cp1251", "koi8-r")),
    ("ru", "koi8-r", "windows-1251"),
    ("ar", "cp1256", "windows-1252"),
    ("zh", "gb18030", "windows-1252"),
    ("ja", "cp932", "windows-1251"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "codec", "wrong"), MISREAD)
@pytest.mark.parametrize("is_page", [True, False])
def test_what_is_declared_as_another_encoding_that_fits_is_garbled(
    language: str, codec: str, wrong: str, is_page: bool
) -> None:
    data = make(language, codec, "", is_page=is_page)
    asked = Source("xaa", "https://a.org/79", language=language[:2])
    fetched = Fetched("xaa", asked.address, data, header(wrong, is_page=is_page), (), Validators(), 0.1)
    admission = admit(add.read_arrival(asked, fetched), History())
    assert (admission.accepted, admission.cause) == (False, "garbled")


def test_a_comment_declares_nothing_and_an_unknown_label_leaves_the_word_to_the_next() -> None:
    declared = '<!-- <meta charset="koi8-r"> --><meta charset="x"><meta charset="windows-1251">'
    assert extract(page(declared).encode("cp1251")).extractor.endswith(" cp1251")
    assert (
        extract(page(f'<?xml version="1.0" encoding="koi8-r"?>{declared}').encode("cp1251")).text
        == f"{WORDS}\n"
    )


# What the night, the comparison and health tell of it ------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru"])
@pytest.mark.parametrize("said", ["both say UTF-8", "the server says UTF-8", "nobody tells"])
def test_a_page_in_an_encoding_that_nobody_declares_is_right_and_unchanged_for_all_its_nights(
    tmp_path: Path, language: str, said: str
) -> None:
    server, told = DECLARED[said]
    codec = {"ru": "cp1251"}.get(language, "cp1252")
    with running_site() as site:
        watched = source("xaa", f"XAA/UNGA/79~prepared.{language}", site.url("/79"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
            body = make(language, codec, told, is_page=True) + f"<!-- {day} -->".encode()
            site.pages["/79"] = Page(body, headers={"Content-Type": header(server, is_page=True)})
            check = only(run_night(folder, day))
            assert check.outcome == ("new" if day.endswith("01") else "unchanged"), check.detail
    ((text,),) = query(folder, "SELECT text FROM versions")
    assert "".join(TABLE["texts"][language].split()) in "".join(text.split())


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


_read_today = add.read_arrival


def read_as_once(source: Source, fetched: Fetched) -> Arrival:
    """Read a page as an earlier release did, which took French for Cyrillic."""
    arrival = _read_today(source, replace(fetched, media_type="text/html; charset=windows-1251"))
    assert arrival.version.extractor.endswith(" cp1251")
    return arrival


@pytest.mark.parametrize("is_changed", [False, True])
def test_what_only_our_reading_changed_is_told_as_ours_until_all_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracker: Callable[..., Ran], is_changed: bool
) -> None:
    body = make("fr", "cp1252", "utf-8", is_page=True)
    served = {"Content-Type": "text/html; charset=utf-8"}
    with running_site() as site:
        watched = source("xaa", "XAA/UNGA/79~prepared.fr", site.url("/79"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        site.pages["/79"] = Page(body, headers=served)
        with monkeypatch.context() as once:
            once.setattr(add, "read_arrival", read_as_once)
            assert only(run_night(folder)).outcome == "new"
        later = body.replace(b"Je vous remercie.", b"Merci.") if is_changed else body + b"<!-- token -->"
        site.pages["/79"] = Page(later, headers=served)
        check = only(run_night(folder, "2026-03-02"))
    assert check.outcome == ("changed" if is_changed else "unchanged")
    ours = "our extractor now reads the kept bytes otherwise: tracker reextract XAA/UNGA/79~prepared.fr@1"
    assert ours in check.detail
    health = tracker("status", "--format", "json")
    assert json.loads(health.out)["outdated"] == 1
    assert "1 snapshot read by other extractors than today's" in tracker("status").out
    if is_changed:
        caveats, edited = compare(tracker)
        assert any("encodings (cp1251; cp1252, guessed by chardet" in caveat for caveat in caveats)
        assert edited > 3
    assert tracker("reextract").code == 0
    assert json.loads(tracker("status", "--format", "json").out)["outdated"] == 0
    if is_changed:
        assert compare(tracker) == ([], 2)
    else:
        assert tracker("log", "XAA/UNGA/79").out.count("observed") == 1


def compare(tracker: Callable[..., Ran]) -> tuple[list[str], int]:
    """Return the caveats about how two snapshots were read, and how many sentences were not kept."""
    found: dict[str, Any] = json.loads(
        tracker("diff", "XAA/UNGA/79~prepared.fr@1", "XAA/UNGA/79~prepared.fr@2", "--format", "json").out
    )
    caveats = [caveat for caveat in found["caveats"] if "read with different" in caveat]
    return caveats, sum(change["operation"] != "kept" for change in found["changes"])


@pytest.mark.parametrize("words", ["", "Введите имя и пароль. " * 8])
def test_a_login_page_is_known_by_its_title_in_any_encoding(words: str) -> None:
    text = (
        f"<html><head>{KOI}<title>Вход в систему</title></head><body><h1>МИД</h1><p>{words}</p></body></html>"
    )
    asked = Source("xaa", "https://a.org/79", language="ru")
    fetched = Fetched("xaa", asked.address, text.encode("koi8-r"), "text/html", (), Validators(), 0.1)
    if words:
        assert admit(add.read_arrival(asked, fetched), History()).cause == "login"
    else:
        assert refuse_unreadable(fetched, "there is no text in it").cause == "login"
