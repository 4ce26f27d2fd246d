"""Archives of many pairs of statements that differ a little, for the tests of second readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.archives import declare, record
from tests.test_settling import NEW, OLD
from tracker.archive import create_archive, open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COUNTRIES = (
    *("ARG", "AUS", "AUT", "BEL", "BRA", "CAN", "CHE", "CHL", "DNK", "EGY"),
    *("ESP", "EST", "FIN", "FRA", "GBR", "GHA", "GRC", "HUN", "IDN", "IND"),
)


def make_pairs(folder: Path, countries: Sequence[str] = COUNTRIES, said: Sequence[str] = ()) -> None:
    """Make an archive of the sessions 32 and 33 of countries, in each of which one sentence is its own.

    ``said`` are sentences that stand behind it, in turn.
    """
    create_archive(folder / "snapshots")
    with open_store(folder / "snapshots") as store:
        for number, country in enumerate(countries):
            more = f" {said[number % len(said)]}" if said else ""
            own = f"fisheries in {number + 2} bays of {country}.{more}"
            for session, text in (("32", OLD.replace("fisheries.", own)), ("33", NEW)):
                record(store, declare(f"{country}/UNGA/{session}~prepared.en"), text)
