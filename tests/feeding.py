"""Thirty nights of which feeds tell, and the feeds of an archive after each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.nights import DAYS, Page, make_archive, run_night, source, write_speech
from tests.running import ROOT
from tests.test_reextract import FUND, RIVERS, page, record_as
from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.keep.reextract import reextract
from tracker.publish.pages.feed import News, Of, write_atom, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tracker.publish.pages.feed import Feed

NIGHTS: Final = [*DAYS, "2026-03-29", "2026-03-30"]
SEEDS: Final = ROOT / "seeds" / "xaa"
BRIDGE: Final = "We will build a bridge."

EXPECTED: Final = (
    (0, "New statement: United Kingdom, UNGA 79 (2024)"),
    (0, "New statement: France, UNGA 79 (2024)"),
    (0, "New statement: Germany, UNGA 79 (2024)"),
    (0, "New statement: Italy, UNGA 79 (2024)"),
    (0, "New statement: XAA, CCPCJ 32 (2023)"),
    (4, "Silent edit: United Kingdom, UNGA 79 (2024)"),
    (6, "Corrigendum: France, UNGA 79 (2024)"),
    (8, "Edit: Italy, UNGA 79 (2024)"),
    (9, "New statement: XAA, CCPCJ 33 (2024)"),
    (
        9,
        "XAA, CCPCJ 32 (2023) → 33 (2024): new: Artificial intelligence; not repeated: Justice for children",
    ),
    (11, "New statement: XAA, UNGA 79 (2024)"),
    (12, "Silent edit: United Kingdom, UNGA 79 (2024)"),
    (15, "Further text: United Kingdom, UNGA 79 (2024) (verbatim.en)"),
)
"""What is told on which night; all else that happens is our doing, or nothing."""


def _show(name: str, path: str) -> Callable[[Site, Path], None]:
    return lambda site, _: site.pages.__setitem__(path, Page((SEEDS / name).read_text("utf-8")))


def _begin(site: Site, folder: Path) -> None:
    for number, name in enumerate(("gbr", "fra", "deu")):
        site.say(f"/{name}", number=number)
    site.say("/ita", number=7, Last_Modified="Mon, 02 Feb 2026 10:00:00 GMT")
    _show("XAA_32_2023.md", "/xaa-32")(site, folder)


def _read_again(_site: Site, folder: Path) -> None:
    with ArchiveSession(folder) as archive:
        reextract(archive, (), f"{NIGHTS[17]}T12:00:00Z")


_ACTS: Final[dict[int, Callable[[Site, Path], None]]] = {
    0: _begin,
    4: lambda site, _: site.say("/gbr", BRIDGE),
    6: lambda site, _: site.say("/fra", f"Corrigendum: {BRIDGE}", 1),
    8: lambda site, _: site.say("/ita", BRIDGE, 7, Last_Modified="Sun, 08 Mar 2026 10:00:00 GMT"),
    9: _show("XAA_33_2024.md", "/xaa-33"),
    # As an older release read it, with what is no part of the statement.
    11: lambda _, folder: record_as(folder, page(FUND, RIVERS)),
    12: lambda site, _: site.say("/gbr"),
    15: lambda site, _: site.say("/gbr-verbatim", "As delivered.", 0),
    17: _read_again,
}


def run_nights(folder: Path, site: Site) -> Iterator[int]:
    """Make an archive in a folder and run thirty nights, yielding the number of each after it."""
    named = {
        "gbr": "GBR/UNGA/79~prepared.en", "fra": "FRA/UNGA/79~prepared.en", "deu": "DEU/UNGA/79~prepared.en",
        "ita": "ITA/UNGA/79~prepared.en", "xaa-32": "XAA/CCPCJ/32~prepared.en",
        "xaa-33": "XAA/CCPCJ/33~prepared.en", "gbr-verbatim": "GBR/UNGA/79~verbatim.en",
    }  # fmt: skip
    tables = "".join(source(name, reference, site.url(f"/{name}")) for name, reference in named.items())
    make_archive(folder, tables, site.port)
    for number, day in enumerate(NIGHTS):
        if act := _ACTS.get(number):
            act(site, folder)
        # A page with a token of the day: other bytes, the same text.
        token = f"<html><body><main><p>{write_speech(number=2)}</p></main><!-- {number} --></body></html>"
        site.pages["/deu"] = Page(token, headers={"Content-Type": "text/html"})
        run_night(folder, day)
        yield number


def make_feed(folder: Path, of: Of | None = None) -> Feed:
    """Return the feed of an archive, or of something in it."""
    with ArchiveSession(folder) as archive:
        news = News(archive, load_vocabulary())
        return news.make_feed(of or Of(), "What happened", "index.html", lambda event: f"x/{event.new}.html")


def write_feeds(folder: Path, base: str = "") -> tuple[bytes, bytes]:
    """Return the feed of an archive as Atom and as JSON."""
    feed = make_feed(folder)
    return write_atom(feed, "feeds/all.atom", base), write_json(feed, "feeds/all.json", base)
