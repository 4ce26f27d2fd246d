"""Measure the quarantine over whole nights: speeches served on loopback, fetched, read, judged and recorded.

The speeches are those of the half of the countries that had no part in choosing the rules. On the first night
each is new, on the second lightly revised, on the third another country's stands in its place, and on the
fourth the revised one is back. Run as ``python -m tests.benchmarks.quarantine_nights`` in the root of the
repository. It fails where a target is missed.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.quarantine import draw, edit_lightly, either, load_speeches, page, portable, seeded
from tests.nights import Page, make_archive, running_site, source
from tracker.capture.admit.admission import admit
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmarks.quarantine import Speech
    from tests.nights import Site

_FALSE, _CAUGHT = 0.01, 0.95
_PDF = b"%PDF"


def _serve(site: Site, documents: Mapping[str, bytes]) -> None:
    for path, data in documents.items():
        kind = "application/pdf" if data.startswith(_PDF) else "text/html; charset=utf-8"
        site.pages[path] = Page(data, headers={"Content-Type": kind})


def _path(speech: Speech) -> str:
    return f"/{speech.country}-{speech.session}"


def _nights(speeches: list[Speech], others: list[Speech]) -> dict[str, dict[str, bytes]]:
    """Return what is served on each night, by path."""
    chance = seeded()
    strangers = [
        chance.choice([each for each in others if each.country != speech.country]) for speech in speeches
    ]
    revised = {
        _path(speech): chance.choice([page, portable])(edit_lightly(speech.paragraphs, chance), chance)
        for speech in speeches
    }
    return {
        "its own, first capture": {_path(each): either(each.paragraphs, chance) for each in speeches},
        "lightly revised": revised,
        "another country's": {
            _path(speech): either(stranger.paragraphs, chance)
            for speech, stranger in zip(speeches, strangers, strict=True)
        },
        "its own again": revised,
    }


def run(folder: Path) -> dict[str, Counter[str]]:
    """Return what each night came to, by outcome."""
    others = load_speeches("reported")
    speeches = draw(others)
    told: dict[str, Counter[str]] = {}
    with running_site() as site:
        watched = "".join(
            source(_path(each)[1:].lower(), f"{each.reference}~prepared.en", site.url(_path(each)))
            for each in speeches
        )
        archive = make_archive(folder / "snapshots", watched, site.port)
        for name, documents in _nights(speeches, others).items():
            _serve(site, documents)
            told[name] = Counter[str](check.outcome for check in snapshot(archive, (), admit).checks)
            print(f"{name:<24}", ", ".join(f"{n} {outcome}" for outcome, n in told[name].most_common()))
    return told


def main() -> None:
    """Print a line for each night, and exit 1 where a target is missed."""
    with tempfile.TemporaryDirectory() as folder:
        told = run(Path(folder))
    good = [told[name] for name in told if name != "another country's"]
    false = sum(each["quarantined"] for each in good) / sum(each.total() for each in good)
    other = told["another country's"]
    caught = other["quarantined"] / other.total()
    print(f"false quarantine {false:.2%}; at most {_FALSE:.0%}")
    print(f"another country's caught {caught:.1%}; at least {_CAUGHT:.0%}")
    if false > _FALSE or caught < _CAUGHT:
        sys.exit("a target is missed")


if __name__ == "__main__":
    main()
