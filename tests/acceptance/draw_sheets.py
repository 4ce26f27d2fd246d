"""Draws speeches and pairs of speeches for sheets that readers code, from country-decades that no sheet has.

Run as ``python -m tests.acceptance.draw_sheets`` in the root of the repository, with the shared data beside
it; the same data and sheets give the same draw, which ``coding/drawn.csv`` holds. A country-decade is used
once. Those of the sheets named below, which code whole statements, are left out. Decades take turns, so that
no one of them prevails, and the countries of one half are never in the other.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tests.coded_sheets import FOLDERS
from tests.shared_data import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Decade = tuple[str, int]

HERE = Path(__file__).parent / "coding"
BENCHMARKS = HERE.parents[1] / "benchmarks" / "coding"
SHEETS = (
    *(HERE / f"{name}.csv" for name in ("mended", "single", "untouched", "fresh", "abstracts")),
    BENCHMARKS / "levels.csv",
)
LINKS = BENCHMARKS / "session_links.json"
SEED = "passages, directions and pairs"
WANTED = (("passages", 40, False), ("directions", 30, True), ("final", 10, True), ("set aside", 20, True))
"""What is drawn: the use, how many, and whether they are pairs of neighbouring sessions."""
_YEARS = 10


def list_speeches() -> dict[tuple[str, int], Path]:
    """Return the file of each speech by country and session."""
    files = sorted(path for folder in FOLDERS for path in require(folder).glob("*/*_*.txt"))
    return {(path.parent.name, int(path.stem.split("_")[0])): path for path in files}


def find_decade(country: str, path: Path) -> Decade:
    """Return the country and the decade of a speech, by the year in its file's name."""
    return country, int(path.stem.split("_")[1]) // _YEARS * _YEARS


def list_coded(sheets: Iterable[Path]) -> Iterator[tuple[str, int]]:
    """Yield the country and session of each speech that a sheet codes."""
    for sheet in sheets:
        for row in csv.DictReader(sheet.read_text("utf-8").splitlines()):
            for column in ("session", "old", "new"):
                if (row.get(column) or "").isdecimal():
                    yield row["country"], int(row[column])
    for pair in json.loads(LINKS.read_text("utf-8")):
        country, *sessions = pair.split()
        yield from ((country, int(session)) for session in sessions)


def rank(*parts: object) -> str:
    """Return a place in the draw: by digest, so that it depends on nothing but the seed and the name."""
    return sha256(f"{SEED} {parts}".encode()).hexdigest()


def draw(free: Mapping[Decade, Sequence[int]]) -> Iterator[tuple[str, str, str, int, int | str]]:
    """Yield use, half, country, session and, for a pair, the next session in which the country spoke."""
    by_decade: dict[int, list[Decade]] = defaultdict(list)
    for each in sorted(free, key=lambda each: rank(*each)):
        by_decade[each[1]].append(each)
    for use, number, is_pair in WANTED:
        taken = 0
        while taken < number:
            for decade in sorted(by_decade):
                place: Decade | None = next(
                    (each for each in by_decade[decade] if len(free[each]) > is_pair), None
                )
                if place is None or taken == number:
                    continue
                by_decade[decade].remove(place)
                country, sessions = place[0], sorted(free[place])
                start = min(sessions[: len(sessions) - is_pair], key=lambda each: rank(*place, each))
                following = sessions[sessions.index(start) + 1] if is_pair else ""
                half = "report" if int(rank("half", country), 16) % 2 else "work"
                yield use, half, country, start, following
                taken += 1


def main() -> None:
    """Print the draw."""
    speeches = list_speeches()
    coded = {
        find_decade(country, speeches[country, session])
        for country, session in list_coded(SHEETS)
        if (country, session) in speeches
    }
    free: dict[Decade, list[int]] = defaultdict(list)
    for (country, session), path in speeches.items():
        place = find_decade(country, path)
        if place not in coded:
            free[place].append(session)
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["use", "half", "country", "old", "new", "digest"])
    for use, half, country, old, new in draw(free):
        files = [
            speeches[country, session].read_bytes() for session in (old, new) if isinstance(session, int)
        ]
        table.writerow([use, half, country, old, new, sha256(b"".join(files)).hexdigest()[:12]])


if __name__ == "__main__":
    main()
