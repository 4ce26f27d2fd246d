"""Feeds: what happened once, what we did never, as readers of feeds read it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import feedparser
import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from tests.archives import OBSERVED, declare, version_of
from tests.feeding import BRIDGE, EXPECTED, NIGHTS, make_feed, run_nights, write_feeds
from tests.nights import running_site
from tests.thorough import long
from tracker.archive import create_archive, open_store
from tracker.publish.pages.feed import MOST, Feed, Item, Of, write_atom, write_json

DATA = Path(__file__).parent / "data"
ATOM = "{http://www.w3.org/2005/Atom}"
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[Entry]]]:
    """Return an archive after thirty nights, and the entries of its feed after each, as a reader has them."""
    folder = tmp_path_factory.mktemp("nights") / "snapshots"
    seen = []
    with running_site() as site:
        for _ in run_nights(folder, site):
            parsed = feedparser.parse(write_feeds(folder)[0])
            assert not parsed.bozo
            seen.append(list(parsed.entries))
    return folder, seen


@long
def test_a_reader_sees_each_event_once_and_nothing_that_we_did(
    nights: tuple[Path, list[list[Entry]]],
) -> None:
    met: dict[str, tuple[int, str]] = {}
    for number, entries in enumerate(nights[1]):
        for entry in entries:
            met.setdefault(entry["id"], (number, entry["title"]))
    assert sorted(met.values()) == sorted(EXPECTED)


def test_an_entry_stays_as_it_was(nights: tuple[Path, list[list[Entry]]]) -> None:
    first: dict[str, tuple[object, ...]] = {}
    for entries in nights[1]:
        for entry in entries:
            # What another release read has other words since it was read again, and no other date.
            is_read_again = entry["title"] == "New statement: XAA, UNGA 79 (2024)"
            now = (entry["updated"], "" if is_read_again else entry["content"][0]["value"])
            assert first.setdefault(entry["id"], now) == now
    assert len(nights[1][-1]) == len(EXPECTED)


def test_the_latest_night_is_first_and_in_it_what_nobody_announced(
    nights: tuple[Path, list[list[Entry]]],
) -> None:
    entries = nights[1][-1]
    dates = [entry["updated"] for entry in entries]
    assert dates == sorted(dates, reverse=True)
    assert dates[0][:10] == NIGHTS[15]
    night = [entry["title"].partition(":")[0] for entry in nights[1][9][:2]]
    assert night == ["New statement", "XAA, CCPCJ 32 (2023) → 33 (2024)"]


def test_an_entry_shows_the_difference_itself(nights: tuple[Path, list[list[Entry]]]) -> None:
    shown = {entry["title"]: entry["content"][0]["value"] for entry in nights[1][11]}
    edited = shown["Silent edit: United Kingdom, UNGA 79 (2024)"]
    assert BRIDGE in edited
    assert "Observed 2026-03-05T02:30:00Z." in edited
    assert "Announced: 'corrigendum'." in shown["Corrigendum: France, UNGA 79 (2024)"]
    (title,) = (title for title in shown if "→" in title)
    assert "New in 33: <b>Artificial intelligence</b>" in shown[title]
    assert "rules for the use of artificial intelligence by police" in shown[title]


@pytest.mark.parametrize(
    ("of", "number"),
    [
        (Of(body="CCPCJ"), 3),
        (Of(country="GBR"), 4),
        (Of(topic="artificial-intelligence"), 1),
        (Of(topic="prisons"), 0),
        (Of(country="ZWE"), 0),
    ],
)
def test_a_feed_has_what_it_is_of(nights: tuple[Path, list[list[Entry]]], of: Of, number: int) -> None:
    feed = make_feed(nights[0], of)
    assert len(feed.items) == number
    assert feed.id not in {make_feed(nights[0]).id, *(item.id for item in feed.items)}
    assert make_feed(nights[0], of) == feed


@pytest.mark.parametrize("base", ["", "https://example.org/statements/"])
def test_atom_is_what_the_standard_asks_for(nights: tuple[Path, list[list[Entry]]], base: str) -> None:
    encoded = write_feeds(nights[0], base)[0]
    check_atom(encoded)
    feed = etree.fromstring(encoded)
    links = [link.get("href") for link in feed.iter(f"{ATOM}link")]
    assert all(link.startswith(base or ("../", "all.atom")) for link in links)
    assert all(one.text.startswith("urn:uuid:") for one in feed.iter(f"{ATOM}id"))


def check_atom(encoded: bytes) -> None:
    """Assert what RFC 4287 asks of a feed: by the schema, and what compares elements with each other."""
    feed = etree.fromstring(encoded)
    etree.RelaxNG(etree.parse(DATA / "atom.rng")).assertValid(feed)
    for place in (feed, *feed.iter(f"{ATOM}entry")):
        others = [
            (link.get("type"), link.get("hreflang"))
            for link in place.findall(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        assert others
        assert len(others) == len(set(others))  # 4.1.1 and 4.1.2
    assert len(feed.findall(f"{ATOM}link[@rel='self']")) == 1
    ids = [one.text for one in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))


def check_json(encoded: bytes) -> None:
    """Assert what JSON Feed 1.1 asks of a feed."""
    feed = json.loads(encoded)
    Draft202012Validator(json.loads((DATA / "json_feed.json").read_text())).validate(feed)
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<id>urn", "<id>urn of "),
        ("<updated>2026-03-0", "<updated>2026-3-"),
        ("<name>tracker</name>", ""),
        ('term="silent edit"', 'label="silent edit"'),
        ('type="html"', 'type="text/html"'),
        ("</title>", "</title><title>Again</title>"),
        ("</feed>", "<id>urn:uuid:after</id></feed>"),
    ],
)
def test_the_schema_refuses_what_the_standard_does(
    nights: tuple[Path, list[list[Entry]]], right: str, wrong: str
) -> None:
    encoded = write_feeds(nights[0])[0].decode()
    assert right in encoded
    with pytest.raises(etree.DocumentInvalid):
        check_atom(encoded.replace(right, wrong, 1).encode())


def test_json_has_what_atom_has(nights: tuple[Path, list[list[Entry]]]) -> None:
    atom, encoded = write_feeds(nights[0], "https://example.org/")
    feed = json.loads(encoded)
    check_json(encoded)
    assert feed["feed_url"] == "https://example.org/feeds/all.json"
    entries = feedparser.parse(atom).entries
    assert [(item["id"], item["title"], item["url"]) for item in feed["items"]] == [
        (entry["id"], entry["title"], entry["link"]) for entry in entries
    ]
    assert all({"content_html", "date_modified", "tags"} <= set(item) for item in feed["items"])


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    create_archive(tmp_path)
    texts = [
        "Peace is our aim.\nWe <script>alert(1)</script> \x1b[31m & build.",
        "Peace is our aim.\nWe build ]]>.",
    ]
    with open_store(tmp_path) as store:
        for text in texts:
            named = declare("XAA/UNGA/79~prepared.en", title="</title><script>")
            store.record(named, text.encode(), version_of(text), OBSERVED, raw=text, source="a.txt")
    atom, encoded = write_feeds(tmp_path)
    check_atom(atom)
    check_json(encoded)
    parsed = feedparser.parse(atom, sanitize_html=False)
    assert not parsed.bozo
    shown = [item["content_html"] for item in json.loads(encoded)["items"]]
    assert [entry.content[0].value for entry in parsed.entries] == [text.strip() for text in shown]
    assert len(shown) == 2
    assert not any("<script" in text or "\x1b" in text for text in shown)
    assert "&lt;script&gt;" in "".join(shown)


def test_a_feed_of_nothing_is_one_whatever_the_day(tmp_path: Path) -> None:
    create_archive(tmp_path)
    atom, encoded = write_feeds(tmp_path)
    check_atom(atom)
    check_json(encoded)
    parsed = feedparser.parse(atom)
    assert (parsed.bozo, parsed.entries, parsed.feed.updated) == (False, [], "1970-01-01T00:00:00+00:00")


@long
def test_a_feed_has_the_newest_events_alone(tmp_path: Path) -> None:
    create_archive(tmp_path)
    for session in range(1, MOST + 6):
        with open_store(tmp_path, "add", partial(str, f"2026-01-01T00:00:{session:02d}Z")) as store:
            text = f"Number {session} is our aim."
            named = declare(f"XAA/UNGA/{session}~prepared.en")
            store.record(named, text.encode(), version_of(text), OBSERVED, raw=text, source="a.txt")
    items = make_feed(tmp_path).items
    assert len(items) == MOST
    assert items[0].title == "New statement: XAA, UNGA 55 (2000)"


def test_links_lead_from_where_a_feed_stands() -> None:
    item = Item("urn:uuid:1", "A", OBSERVED, "statements/XAA/UNGA/79.html", "<p>B</p>", ("edit",))
    feed = Feed("urn:uuid:2", "All", "topics/prisons.html", (item,))
    place = "feeds/topics/prisons"
    entry = feedparser.parse(write_atom(feed, f"{place}.atom")).entries[0]
    assert entry.link == "../../statements/XAA/UNGA/79.html"
    written = json.loads(write_json(feed, f"{place}.json"))
    assert (written["home_page_url"], written["feed_url"]) == ("../../topics/prisons.html", "prisons.json")
