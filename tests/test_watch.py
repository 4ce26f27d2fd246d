from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.capture.watch_list import (
    extend,
    is_watched,
    parse_watch_list,
    read_watch_list,
    write_table,
)
from tracker.errors import WatchListInvalid
from tracker.model.watching import Access, Source, WatchSettings
from tracker.references import parse_reference

EXAMPLE = Path(__file__).parents[1] / "seeds" / "watch.toml"
NAME = Path("watch.toml")

STATEMENT = """
[sources.one]
reference = "XAA/UNGA/79~prepared.en"
url = "https://www.example.org/79"
"""
INDEX = r"""
[sources.list]
kind = "index"
url = "https://www.example.org/speeches"
links = '/unga-(?P<session>\d+)'
reference = "XAA/UNGA/{session}~prepared.en"
"""


def test_the_example_reads_and_says_what_it_shows() -> None:
    watch_list = read_watch_list(EXAMPLE)
    sources = {source.id: source for source in watch_list.sources}
    assert watch_list.settings == WatchSettings(contact="archive@example.org")
    assert sources["xaa-ccpcj-33"].reference == parse_reference("XAA/CCPCJ/33~prepared.en")
    assert sources["xaa-ccpcj-33"].remove == (".share", "aside")
    assert sources["xaa-ccpcj-33"].language == "en"
    assert sources["xaa-ccpcj-33-earlier"].valid_until == "2025-06-30"
    assert sources["xaa-speeches"].rule == "XAA/CCPCJ/{session}~prepared.en"
    assert sources["xaa-feed"].link_text is not None
    assert watch_list.sha256 == hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    assert watch_list.text == EXAMPLE.read_text(encoding="utf-8")


def test_the_documentation_names_every_key() -> None:
    text = (EXAMPLE.parents[1] / "tracker" / "docs" / "watching.md").read_text(encoding="utf-8")
    settings, sources = text.split("## `[settings]`")[1].split("## `[sources.NAME]`")
    keys = {field.name for field in fields(WatchSettings)}
    assert set(re.findall(r"^\| `(\w+)` \|", settings, flags=re.MULTILINE)) == keys
    with pytest.raises(WatchListInvalid) as caught:
        parse_watch_list(b"[sources.one]\nunknown = 1\n", NAME)
    known = str(caught.value).partition("there are ")[2].split(", ")
    assert all(f"`{key}`" in sources for key in known)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[settings]\n", "[sources]\n"])
def test_a_list_may_be_empty(text: str) -> None:
    assert parse_watch_list(text.encode(), NAME).sources == ()


def test_line_ends_and_marks_of_windows_are_read() -> None:
    data = b"\xef\xbb\xbf" + STATEMENT.replace("\n", "\r\n").encode()
    watch_list = parse_watch_list(data, NAME)
    assert watch_list.sources[0].address == "https://www.example.org/79"
    assert watch_list.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[setings]\n", "watch.toml:1: setings", "unknown table"),
        ("sources = 3\n", "watch.toml:1: sources", "table"),
        ("[settings]\npaces = 2\n", "watch.toml:2: settings.paces", "unknown key"),
        ("[settings]\n\npace = -1\n", "watch.toml:3: settings.pace", "0 to 3600"),
        ("[settings]\npace = nan\n", "watch.toml:2", "number"),
        ("[settings]\npace = true\n", "watch.toml:2", "number"),
        ("[settings]\nconnections = 2.5\n", "watch.toml:2", "whole number"),
        ("[settings]\nconnections = 0\n", "watch.toml:2", "1 to 64"),
        ('[settings]\ntimeout = "soon"\n', "watch.toml:2", "number"),
        ("[settings]\nmax_megabytes = 51\n", "watch.toml:2", "1 to 50"),
        ('[settings]\ncontact = "a\\nb"\n', "watch.toml:2", "prints"),
        ('[settings]\ncontact = "me"\n', "watch.toml:2", "e-mail"),
        ('[settings]\ncontact = "http://a.org) evil: ("\n', "watch.toml:2", "e-mail"),
        ('[settings]\nallow_private = "localhost"\n', "watch.toml:2", "list"),
        ('[settings]\nallow_private = ["a b"]\n', "watch.toml:2", "host:port"),
        ("[sources]\none = 1\n", "watch.toml:2: sources.one", "table"),
        (STATEMENT + "colour = 1\n", "watch.toml:5: sources.one.colour", "unknown key"),
        (STATEMENT + 'path = "a.txt"\n', "watch.toml:2: sources.one", "either a url or a path"),
        ('[sources.one]\nreference = "XAA/UNGA/79"\n', "watch.toml:1: sources.one", "either a url or a path"),
        ('[sources.one]\nurl = "https://example.org/"\n', "watch.toml:1: sources.one", "reference"),
        (STATEMENT.replace("XAA/", "GQX/"), "watch.toml:3: sources.one.reference", "unknown country"),
        (STATEMENT.replace("/79~", "/79x~"), "watch.toml:3", "session"),
        (STATEMENT.replace("/79~prepared.en", ""), "watch.toml:3", "no edition"),
        (STATEMENT.replace(".en", ".en@2"), "watch.toml:3", "no edition"),
        (STATEMENT.replace("https", "ftp"), "watch.toml:4: sources.one.url", "http"),
        (STATEMENT.replace("https://www.example.org/79", "/etc/passwd"), "watch.toml:4", "http"),
        (STATEMENT.replace("www.", "me:secret@www."), "watch.toml:4", "password"),
        (STATEMENT.replace("https://www.example.org/79", "https://[::1"), "watch.toml:4", "address"),
        (STATEMENT.replace("https://www.example.org/79", "https://a.org:99999/"), "watch.toml:4", "address"),
        (STATEMENT.replace('/79"', '/7 9"'), "watch.toml:4", "blanks"),
        (STATEMENT.replace('url = "https://www.example.org/79"', 'path = "../a"'), "watch.toml:4", "inside"),
        (STATEMENT.replace('url = "https://www.example.org/79"', 'path = "/a"'), "watch.toml:4", "inside"),
        (STATEMENT + 'kind = "page"\n', "watch.toml:5", "'index'"),
        (STATEMENT + 'links = "a"\n', "watch.toml:5", "index"),
        (STATEMENT + 'text = "a"\n', "watch.toml:5: sources.one.text", "index"),
        (STATEMENT + 'selector = "main >"\n', "watch.toml:5", "CSS"),
        (STATEMENT + 'selector = "a:contains-not(x)"\n', "watch.toml:5", "CSS"),
        (STATEMENT + f'selector = "{"a " * 900}a"\n', "watch.toml:5", "nested too deeply"),
        (INDEX.replace("/unga-", "(" * 900 + ")" * 900), "watch.toml", "nested too deeply"),
        (INDEX.replace("/unga-", "a{99999999999999999999}"), "watch.toml", "repetition number"),
        (STATEMENT + 'remove = ["..a"]\n', "watch.toml:5", "CSS"),
        (STATEMENT + 'language = "English"\n', "watch.toml:5", "code"),
        (STATEMENT + 'language = "fr"\n', "watch.toml:5", "the reference says en"),
        (STATEMENT + 'valid_from = "May"\n', "watch.toml:5", "day"),
        (STATEMENT + "valid_from = 2024-05-20T10:00:00Z\n", "watch.toml:5", "day"),
        (STATEMENT + "valid_from = 2024-05-20\nvalid_until = 2024-05-19\n", "watch.toml:6", "before"),
        (STATEMENT + 'access = "secret"\n', "watch.toml:5", "'embargoed'"),
        (STATEMENT + 'open_from = "2026-06-01"\n', "watch.toml:5: sources.one.open_from", "embargoed"),
        (STATEMENT + 'access = "embargoed"\nopen_from = "June"\n', "watch.toml:6", "day"),
        (STATEMENT + "min_words = -1\n", "watch.toml:5", "whole number"),
        (STATEMENT + 'rights = ""\n', "watch.toml:5", "text"),
        (STATEMENT + STATEMENT.replace("one", "two"), "watch.toml:8: sources.two.url", "sources.one"),
        (STATEMENT.replace("sources.one", 'sources."-rf"'), "watch.toml:2", "name"),
        (STATEMENT.replace("sources.one", 'sources."../x"'), "watch.toml:2", "name"),
        (INDEX.replace("links = '/unga-(?P<session>\\d+)'\n", ""), "watch.toml:2", "links"),
        (INDEX.replace("\\d+", "[0-9"), "watch.toml:5: sources.list.links", "regular expression"),
        (INDEX.replace("P<session>", "P<n>"), "watch.toml:6: sources.list.reference", "(?P<session>...)"),
        (INDEX.replace("{session}", "{}"), "watch.toml:6", "group"),
        (INDEX.replace("{session}", "{session!r}"), "watch.toml:6", "brace"),
        (INDEX.replace("{session}", "{session.real}"), "watch.toml:6", "brace"),
        (INDEX.replace("XAA/", "GQX/"), "watch.toml:6", "unknown country"),
        (INDEX.replace('url = "https://www.example.org/speeches"', 'path = "a.html"'), "watch.toml:4", "url"),
        ("[sources.one\n", "watch.toml: not valid TOML", "line 1"),
        (STATEMENT + STATEMENT, "watch.toml: not valid TOML", "line"),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_with_its_place(text: str, place: str, said: str) -> None:
    with pytest.raises(WatchListInvalid) as caught:
        parse_watch_list(text.encode(), NAME)
    message = str(caught.value)
    assert message.startswith(place), message
    assert said in message
    assert "\n" not in message


def test_bytes_that_are_no_text_and_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(WatchListInvalid, match="not UTF-8 at byte 1"):
        parse_watch_list(b"#\xff", NAME)
    with pytest.raises(WatchListInvalid, match="sources add"):
        read_watch_list(tmp_path / "watch.toml")
    with pytest.raises(WatchListInvalid, match="cannot be read"):
        read_watch_list(tmp_path)


def test_one_address_may_hold_two_statements_told_apart_by_their_selectors() -> None:
    first = STATEMENT + 'selector = "#one"\n'
    second = STATEMENT.replace("one", "two").replace("/79~", "/80~") + 'selector = "#two"\n'
    assert len(parse_watch_list((first + second).encode(), NAME).sources) == 2


@pytest.mark.parametrize(
    ("day", "watched"),
    [("2024-08-31", False), ("2024-09-01", True), ("2024-12-31", True), ("2025-01-01", False)],
)
def test_a_source_is_watched_between_its_days(day: str, *, watched: bool) -> None:
    source = Source("one", "a.txt", valid_from="2024-09-01", valid_until="2024-12-31")
    assert is_watched(source, day) is watched
    assert is_watched(Source("two", "a.txt"), day)


# ---------------------------------------------------------------------------------------------------
# Adding

_plain = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20)


@st.composite
def _sources(draw: st.DrawFn) -> Source:
    language = draw(st.sampled_from([None, "en", "fr"]))
    access: Access = draw(st.sampled_from(get_args(Access)))
    return Source(
        id=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)),
        address=draw(st.sampled_from(["https://www.example.org/a?b=%20&c='\"", 'inbox/été "1".txt'])),
        reference=parse_reference(
            "XAA/HRC/52/item-4" + (f"~prepared.{language}" if language else "~summary")
        ),
        language=language,
        selector=draw(st.sampled_from([None, "main > article", 'a[href="x"]'])),
        remove=draw(st.sampled_from([(), (".share", "aside")])),
        valid_from=draw(st.sampled_from([None, "2024-09-01"])),
        pace=draw(st.sampled_from([None, 0.0, 5.0])),
        rights=draw(st.none() | _plain),
        access=access,
        open_from=draw(st.sampled_from([None, "2026-06-01"])) if access == "embargoed" else None,
        min_words=draw(st.none() | st.integers(0, 1000)),
    )


@given(_sources())
def test_what_is_written_reads_as_the_same(source: Source) -> None:
    assert parse_watch_list(write_table(source).encode(), NAME).sources == (source,)


def test_an_index_is_written_and_reads_as_the_same() -> None:
    (source,) = parse_watch_list(INDEX.encode(), NAME).sources
    both = replace(source, link_text="(?P<item>a|b)", rule="XAA/UNGA/{session}/{item}")
    assert parse_watch_list(write_table(both).encode(), NAME).sources == (both,)


@pytest.mark.parametrize(
    "before", [None, "", STATEMENT, "# mine\n" + STATEMENT.rstrip("\n"), STATEMENT + "\n# end"]
)
def test_adding_leaves_what_is_there(before: str | None, tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    if before is not None:
        path.write_text(before, encoding="utf-8")
    new = Source("new", "https://www.example.org/80", reference=parse_reference("XAA/UNGA/80"))
    assert extend(path, new).sources[-1] == new
    assert path.read_text(encoding="utf-8").startswith(before or "[sources.new]")
    assert read_watch_list(path).sources[-1] == new
    assert [entry.name for entry in tmp_path.iterdir()] == ["watch.toml"]


def test_adding_keeps_the_rights_of_the_file_and_the_link_to_it(tmp_path: Path) -> None:
    genuine, path = tmp_path / "mine.toml", tmp_path / "watch.toml"
    genuine.write_text(STATEMENT, encoding="utf-8")
    genuine.chmod(0o640)
    path.symlink_to(genuine)
    extend(path, Source("new", "https://www.example.org/80", reference=parse_reference("XAA/UNGA/80")))
    assert path.is_symlink()
    assert genuine.stat().st_mode & 0o777 == 0o640
    assert len(read_watch_list(genuine).sources) == 2


@pytest.mark.parametrize(
    "before", [STATEMENT, "[settings]\npaces = 1\n", "sources = {}\n", STATEMENT.replace("one", "new")]
)
def test_an_addition_that_would_break_the_list_leaves_it_as_it_is(before: str, tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    path.write_text(before, encoding="utf-8")
    twin = Source("new", "https://www.example.org/79", reference=parse_reference("XAA/UNGA/79"))
    with pytest.raises(WatchListInvalid):
        extend(path, twin)
    assert path.read_text(encoding="utf-8") == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["watch.toml"]


@given(st.text(max_size=60))
def test_any_text_as_reference_or_address_is_read_or_refused_in_one_line(text: str) -> None:
    line = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    for document in (
        f'[sources.one]\nreference = {line}\nurl = "https://example.org/"\n',
        f'[sources.one]\nreference = "XAA/UNGA/79"\nurl = {line}\n',
        f'[sources.one]\nreference = "XAA/UNGA/79"\npath = {line}\n',
        f'[sources.{line}]\nreference = "XAA/UNGA/79"\npath = "a"\n',
    ):  # fmt: skip
        assert "\n" not in _fault(document)


def _fault(document: str) -> str:
    try:
        parse_watch_list(document.encode("utf-8", "surrogatepass"), NAME)
    except WatchListInvalid as error:
        return str(error)
    return ""
