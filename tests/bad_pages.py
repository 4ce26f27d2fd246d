"""Pages that are no statement, and arrivals as a run would make them, for tests and benchmarks."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.exchange.add import read_arrival
from tracker.model.watching import Exchange, Fetched, Kept, Source, Validators
from tracker.references import parse_reference

if TYPE_CHECKING:
    from tracker.model.watching import Arrival

URL = "https://mission.example/statements/79"


@dataclass(frozen=True, slots=True)
class BadPage:
    name: str
    causes: tuple[str, ...]
    html: str


def load_bad_pages() -> tuple[BadPage, ...]:
    """Return the pages of ``data/bad_pages.toml``."""
    text = (Path(__file__).parent / "data" / "bad_pages.toml").read_text(encoding="utf-8")
    return tuple(
        BadPage(row["name"], tuple(row["cause"]), row["html"]) for row in tomllib.loads(text)["page"]
    )


def fetch(data: bytes, address: str = URL, *urls: str) -> Fetched:
    """Return what a fetch of an address gave, by way of other addresses where they are named."""
    chain = (address, *urls)
    exchanges = tuple(
        Exchange("2026-03-01T02:30:00Z", url, (), 302 if url != chain[-1] else 200) for url in chain
    )
    return Fetched("s", chain[-1], data, "text/html", exchanges, Validators(), 0.1)


def arrive(
    data: bytes | str, reference: str | None = "XAA/UNGA/79", *urls: str, language: str | None = None
) -> Arrival:
    """Read a document as a run reads it. Raises ``DocumentUnreadable``."""
    encoded = data.encode() if isinstance(data, str) else data
    source = Source("s", URL, reference=parse_reference(reference) if reference else None, language=language)
    return read_arrival(source, fetch(encoded, URL, *urls))


def keep(arrival: Arrival, number: int = 1) -> Kept:
    """Return an arrival as the archive keeps it."""
    version = arrival.version
    reference = arrival.source.reference or parse_reference("XAA/UNGA/79")
    digest = sha256(arrival.fetched.data or b"").hexdigest()
    observed = f"2026-03-{number:02}T02:30:00Z"
    return Kept(reference, observed, digest, version.words, version.language, version.extractor, version.text)
