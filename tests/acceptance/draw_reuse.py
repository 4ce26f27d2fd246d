"""Draws thirty pairs of neighbouring speeches and lists, for readers, sentences that may be one another.

Run in the root of the repository, with the shared data beside it, as
``python -m tests.acceptance.draw_reuse`` and, in this order,

- ``--draw`` prints the pairs, from country-decades that no other sheet has: ``coding/reuse_drawn.csv`` holds
  what was printed;
- ``--draw-taught`` prints twenty more to learn from, of countries of the half ``chosen``: one pair of each
  country-decade by digest, of these those in which the program expects most to be said again, one a country;
- ``--list`` prints, for each pair, the cells (a sentence of the earlier speech beside one of the later) that
  ``tracker`` links, and the eighty (sixty) likeliest that it does not: ``coding/reuse_listed.csv`` holds what
  was printed when the readers began, and is what they read whatever the program links later;
- ``--show COUNTRY OLD NEW`` prints the list of one pair to read: neither whether a cell is linked nor how
  likely it is can be seen, for the later speech's sentences come in an order by digest;
- ``--record READER COUNTRY OLD NEW`` reads from standard input lines such as ``yes 3 14``, ``maybe 5`` and
  ``no rest`` and appends them to ``coding/reuse_read.csv``.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from hashlib import sha256
from itertools import accumulate, groupby, product, zip_longest
from typing import TYPE_CHECKING

from tests.acceptance.draw_sheets import (
    BENCHMARKS,
    HERE,
    find_decade,
    list_coded,
    list_speeches,
    rank,
)
from tracker.comparing.alignment.align import align, weigh_candidates
from tracker.comparing.alignment.similarity import measure, read_unit, weigh_stems, weigh_unit
from tracker.comparing.pipeline import text_side
from tracker.text.encoder import DEFAULT, multiply
from tracker.text.identity import fold_sentence
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Cell = tuple[int, int]
    Row = Mapping[str, str]

SHEETS = (
    *(
        HERE / f"{name}.csv"
        for name in ("mended", "single", "untouched", "fresh", "abstracts", "drawn", "names", "reuse")
    ),
    BENCHMARKS / "levels.csv",
)
DRAWN, LISTED, READ = (HERE / f"reuse_{name}.csv" for name in ("drawn", "listed", "read"))
HALVES = {"chosen": 15, "report": 15}
"""By country: on the one half the bar is chosen, the other is scored at the end."""
SIZES = 3
"""Parts into which a decade's pairs fall by size; they take turns."""
LIKELIEST = {"chosen": 80, "report": 80, "taught": 60}
TAUGHT = 20
_WEIGHED = 0.05
"""From which probability a cell counts towards what is expected to be said again."""
ANSWERS = ("yes", "maybe", "no")
_CONTEXT = 40
"""Characters shown before and after a sentence."""


def main() -> None:
    """Do what the arguments ask; see the head of the module."""
    match sys.argv[1:]:
        case ["--draw"]:
            print_table(("half", "country", "old", "new", "digest"), draw())
        case ["--draw-taught"]:
            print_table(("half", "country", "old", "new", "digest"), draw_taught())
        case ["--list"]:
            columns = "country old new number old_start old_end new_start new_end digest linked"
            print_table(columns.split(), list_cells(read_rows(DRAWN)))
        case ["--show", *pair]:
            show(find_rows(LISTED, pair))
        case ["--record", reader, *pair]:
            record(reader, find_rows(LISTED, pair), sys.stdin)
        case _:
            raise SystemExit(__doc__)


def draw() -> Iterator[tuple[str, str, int, int, str]]:
    """Yield half, country, two sessions that follow each other, and a digest; a country comes once.

    Decades take turns, and in each the shorter, the middling and the longer pairs do.
    """
    speeches = list_speeches()
    coded = {find_decade(*key) for key in _with_paths(list_coded(SHEETS), speeches)}
    pairs: dict[int, list[tuple[str, int]]] = defaultdict(list)
    sizes = {key: len(path.read_bytes()) for key, path in speeches.items()}
    for (country, session), path in speeches.items():
        following = speeches.get((country, session + 1))
        place = find_decade(country, path)
        if following and place not in coded and find_decade(country, following) == place:
            pairs[place[1]].append((country, session))
    turns: dict[int, list[list[tuple[str, int]]]] = {}
    for decade, found in pairs.items():
        found.sort(key=lambda pair: (sizes[pair] + sizes[pair[0], pair[1] + 1], pair))
        step = -(-len(found) // SIZES)
        parts = [found[start : start + step] for start in range(0, len(found), step)]
        turns[decade] = [sorted(part, key=lambda pair: rank("reuse", *pair)) for part in parts]
    wanted, used = dict(HALVES), set[str]()
    turn = 0
    while any(wanted.values()):
        for decade in sorted(turns):
            ordered = [pair for n in range(SIZES) for pair in turns[decade][(turn + n) % SIZES]]
            free = (pair for pair in ordered if pair[0] not in used and wanted[find_half(pair[0])])
            if pair := next(free, None):
                country, session = pair
                used.add(country)
                half = find_half(country)
                wanted[half] -= 1
                yield half, country, session, session + 1, _digest_pair(speeches, country, session)
        turn += 1


def draw_taught() -> Iterator[tuple[str, str, int, int, str]]:
    """Yield the half ``taught``, as ``draw`` does: pairs of speeches that no other sheet has."""
    speeches = list_speeches()
    drawn = [row for row in read_rows(DRAWN) if row["half"] != "taught"]
    coded = {
        *list_coded(SHEETS),
        *((row["country"], int(row[side])) for row in drawn for side in ("old", "new")),
    }
    pairs: dict[object, list[tuple[str, int]]] = defaultdict(list)
    for (country, session), path in speeches.items():
        both = {(country, session), (country, session + 1)}
        if both <= speeches.keys() - coded and find_half(country) == "chosen":
            pairs[find_decade(country, path)].append((country, session))
    chosen = [min(found, key=lambda pair: rank("taught", *pair)) for found in pairs.values()]
    expected = {pair: _expect(speeches, *pair) for pair in chosen}
    firsts: dict[str, int] = {}
    for country, session in sorted(expected, key=lambda pair: -expected[pair]):
        firsts.setdefault(country, session)
    for country, session in list(firsts.items())[:TAUGHT]:
        yield "taught", country, session, session + 1, _digest_pair(speeches, country, session)


def _expect(speeches: Mapping[tuple[str, int], Path], country: str, session: int) -> float:
    """Return how many sentences of a speech the program expects to be said again in the next one."""
    old, new = (read_segments(speeches[country, each]) for each in (session, session + 1))
    return sum(each.again for each in weigh_candidates(old, new) if each.again > _WEIGHED)


def _digest_pair(speeches: Mapping[tuple[str, int], Path], country: str, session: int) -> str:
    texts = [speeches[country, each].read_bytes() for each in (session, session + 1)]
    return sha256(b"".join(texts)).hexdigest()[:12]


def find_half(country: str) -> str:
    """Return the half of a country, which is the one that it has in the other sheets."""
    return "report" if int(rank("half", country), 16) % 2 else "chosen"


def _with_paths(
    keys: Iterable[tuple[str, int]], speeches: Mapping[tuple[str, int], Path]
) -> Iterator[tuple[str, Path]]:
    return ((key[0], speeches[key]) for key in keys if key in speeches)


def list_cells(drawn: Iterable[Row]) -> Iterator[tuple[object, ...]]:
    """Yield the cells of each pair: those linked and the likeliest that are not, in an order by digest."""
    speeches = list_speeches()
    for pair in drawn:
        name = pair["country"], pair["old"], pair["new"]
        old, new = (read_segments(speeches[name[0], int(session)]) for session in name[1:])
        linked = {cell for link in align(old, new) for cell in product(link.old, link.new)}
        cells = linked | set(choose_likeliest(old, new, linked, LIKELIEST[pair["half"]]))
        spans_old, spans_new = find_spans(old), find_spans(new)
        ordered = sorted(cells, key=lambda cell: (rank(*name, cell[1]), rank(*name, *cell)))
        for number, (i, j) in enumerate(ordered, start=1):
            digest = digest_cell(old[i], new[j])
            is_linked = "yes" if (i, j) in linked else "no"
            yield *name, number, *spans_old[i], *spans_new[j], digest, is_linked


def choose_likeliest(old: Sequence[str], new: Sequence[str], linked: set[Cell], number: int) -> list[Cell]:
    """Return so many cells that are not linked, by two orders in turn.

    One is by the probability that the program gives. The other, which knows nothing of its weights, is by
    the mean of two cosines: of the stems that two sentences share, by their rarity, and of their meanings.
    """
    weighed = (each for each in weigh_candidates(old, new) if len(each.old) == len(each.new) == 1)
    by_chance = [(each.old[0], each.new[0]) for each in weighed]
    likeness = mix_likeness(old, new)
    by_mix = sorted(likeness, key=lambda cell: (-likeness[cell], cell))
    turns = (cell for both in zip_longest(by_chance, by_mix) for cell in both if cell and cell not in linked)
    return list(dict.fromkeys(turns))[:number]


def mix_likeness(old: Sequence[str], new: Sequence[str]) -> dict[Cell, float]:
    """Return for each cell the mean of the cosines of its sentences' stems and vectors."""
    folded = [[fold_sentence(text) for text in texts] for texts in (old, new)]
    raw = [[read_unit(text) for text in texts] for texts in folded]
    weights = weigh_stems(unit.stems for units in raw for unit in units)
    here, there = ([weigh_unit(unit, weights) for unit in units] for units in raw)
    near = multiply(*(DEFAULT.encode(texts) for texts in folded))
    return {
        (i, j): (measure(one, other, weights).cosine + near.item(i, j)) / 2
        for i, one in enumerate(here)
        for j, other in enumerate(there)
    }


def read_segments(path: Path) -> list[str]:
    """Return the sentences of a speech, as the program cuts them."""
    side = text_side(path.stem, read_text(path.read_text(encoding="utf-8-sig")))
    return [segment.text for segment in side.version.segments]


def find_spans(texts: Iterable[str]) -> list[tuple[int, int]]:
    """Return where each sentence starts and ends, in characters that are not white space."""
    ends = list(accumulate(sum(map(len, text.split())) for text in texts))
    return list(zip([0, *ends], ends, strict=False))


def digest_cell(old: str, new: str) -> str:
    """Return a short digest of two sentences, whatever their case, quotes, dashes and white space."""
    return sha256(
        "\n".join("".join(fold_sentence(text).split()) for text in (old, new)).encode()
    ).hexdigest()[:12]


def show(rows: Sequence[Row]) -> None:
    """Print the cells to read: each sentence of the later speech, below it those of the earlier one."""
    speeches = list_speeches()
    country = rows[0]["country"]
    texts = {side: " ".join(read_segments(speeches[country, int(rows[0][side])])) for side in ("old", "new")}
    for _, cells in groupby(rows, key=lambda row: row["new_start"]):
        for n, row in enumerate(cells):
            old, new = (
                cut(texts[side], int(row[f"{side}_start"]), int(row[f"{side}_end"])) for side in texts
            )
            if digest_cell(old[1], new[1]) != row["digest"]:
                raise SystemExit(f"{country} {row['number']}: the sentences are not those that were listed")
            if n == 0:
                print(f"\nNEW {'|'.join(new)}")
            print(f"  {row['number']}: {'|'.join(old)}")


def cut(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return what is before, between and behind two places in characters that are not white space."""
    places = [place for place, character in enumerate(text) if not character.isspace()]
    first, last = places[start], places[end - 1] + 1
    return text[max(0, first - _CONTEXT) : first], text[first:last], text[last : last + _CONTEXT]


def record(reader: str, rows: Sequence[Row], lines: Iterable[str]) -> None:
    """Append a reader's answers for all cells of a pair, by their places."""
    answers: dict[str, str] = {}
    rest = None
    for line in lines:
        answer, *numbers = line.split() or [""]
        if numbers == ["rest"]:
            rest = answer
        else:
            answers |= dict.fromkeys(numbers, answer)
    given = [answers.pop(row["number"], rest) for row in rows]
    if answers:
        raise SystemExit(f"no cell has the number {', '.join(answers)}")
    if not set(given) <= set(ANSWERS):
        raise SystemExit(f"each cell needs one of the answers {', '.join(ANSWERS)}: end with 'no rest'")
    places = [key for key in rows[0] if key not in {"number", "linked"}]
    is_first = not READ.exists()
    pair = {key: rows[0][key] for key in ("country", "old", "new")}
    if not is_first and any(row.items() >= {"reader": reader, **pair}.items() for row in read_rows(READ)):
        raise SystemExit(f"{reader} has answered {' '.join(pair.values())} already")
    with READ.open("a", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        if is_first:
            table.writerow(["reader", *places, "answer"])
        table.writerows(
            [reader, *(row[key] for key in places), answer] for row, answer in zip(rows, given, strict=True)
        )


def find_rows(path: Path, pair: Sequence[str]) -> list[Row]:
    """Return the rows of a pair, named by country and two sessions; end where there is none."""
    rows = [row for row in read_rows(path) if [row["country"], row["old"], row["new"]] == list(pair)]
    if not rows:
        raise SystemExit(f"{path.name} has no pair {' '.join(pair)}")
    return rows


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a sheet."""
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a sheet."""
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(columns)
    table.writerows(rows)


if __name__ == "__main__":
    main()
