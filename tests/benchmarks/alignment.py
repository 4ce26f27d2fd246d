"""Measure the alignment beside exact match, difflib and rapidfuzz, by the scorer of the shared data.

Ours is fitted anew for each of five folds and measured on the documents left out. Run as
``python -m tests.benchmarks.alignment`` in the root of the repository; it takes about a minute.
"""

from __future__ import annotations

import importlib.util
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from tests.benchmarks.fit_alignment import (
    SETS,
    Document,
    find_data,
    fit_weights,
    load_documents,
    load_neighbours,
    read_speech,
)
from tracker.comparison.align import align_with
from tracker.comparison.weights import Weights, load_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_FOLDS = 5
_FUZZY_THRESHOLD = 55
_JUDGED_SPEAKERS = (
    *(
        "ARG",
        "AUS",
        "BGD",
        "CAN",
        "CHL",
        "CHN",
        "COL",
        "CUB",
        "DEU",
        "EGY",
        "ESP",
        "ETH",
        "FIN",
        "GRC",
        "HUN",
    ),
    *(
        "IDN",
        "IRL",
        "ITA",
        "JAM",
        "KOR",
        "LKA",
        "MEX",
        "MNG",
        "NGA",
        "NOR",
        "PAK",
        "PHL",
        "POL",
        "SEN",
        "ZAF",
    ),
)

Pairs = list[tuple[int, int]]


def match_exactly(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pair the sentences that are equal, each once, in turn."""
    left: dict[str, list[int]] = {}
    for j, text in enumerate(new):
        left.setdefault(" ".join(text.split()), []).append(j)
    found = [(i, left.get(" ".join(text.split()), [])) for i, text in enumerate(old)]
    return [(i, places.pop(0)) for i, places in found if places]


def match_difflib(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pair what difflib calls equal, and line by line what it calls replaced."""
    pairs: Pairs = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in {"equal", "replace"}:
            pairs.extend(zip(range(a, b), range(c, d), strict=False))
    return pairs


def match_fuzzily(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pair greedily by rapidfuzz's ratio, one to one."""
    scored = [(fuzz.ratio(a, b), i, j) for i, a in enumerate(old) for j, b in enumerate(new)]
    used_old: set[int] = set()
    used_new: set[int] = set()
    pairs: Pairs = []
    for score, i, j in sorted(scored, key=lambda entry: (-entry[0], entry[1], entry[2])):
        if score >= _FUZZY_THRESHOLD and i not in used_old and j not in used_new:
            pairs.append((i, j))
            used_old.add(i)
            used_new.add(j)
    return pairs


def match_ours(old: Sequence[str], new: Sequence[str], weights: Weights) -> Pairs:
    """Pair by the links of ``align``, taken apart."""
    return [(i, j) for link in align_with(old, new, weights) for i in link.old for j in link.new]


def cross_validate(documents: Sequence[Document], negatives: Sequence[Document]) -> dict[str, Pairs]:
    """Return our pairs for each document by weights that have not seen it."""
    found: dict[str, Pairs] = {}
    for fold in range(_FOLDS):
        seen = [document for place, document in enumerate(documents) if place % _FOLDS != fold]
        weights = fit_weights([*seen, *negatives])
        for document in documents[fold::_FOLDS]:
            found[document.name] = match_ours(document.old, document.new, weights)
    return found


def load_scorer(path: Path) -> Any:  # noqa: ANN401 - a module loaded by path
    """Return the shared scorer."""
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: not a scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def count_false_links(data: Path, weights: Weights, *, show: bool = False) -> tuple[int, int]:
    """Return links between neighbouring speeches that are not equal, and sentences, over 30 pairs."""
    links = sentences = 0
    for place, speaker in enumerate(_JUDGED_SPEAKERS):
        files = sorted((data / "ungdc" / speaker).glob("7?_*.txt"))
        old, new = read_speech(files[place % 8]), read_speech(files[place % 8 + 1])
        found = [link for link in align_with(old, new, weights) if link.method == "lexical"]
        links, sentences = links + len(found), sentences + len(new)
        for link in found if show else ():
            print(f"{speaker} {link.confidence:.2f}", *(old[i] for i in link.old), sep="\n   - ")
            print(*(f"   + {new[j]}" for j in link.new), sep="\n")
    return links, sentences


def main() -> None:
    """Print the figures."""
    data = find_data()
    score = load_scorer(data / "align" / "score.py").score
    documents = load_documents(data)
    ours = cross_validate(documents, load_neighbours(data))
    baselines: dict[str, Callable[[Sequence[str], Sequence[str]], Pairs]] = {
        "exact": match_exactly,
        "difflib": match_difflib,
        "rapidfuzz": match_fuzzily,
    }
    for origin in SETS:
        chosen = [document for document in documents if document.origin == origin]
        gold = [{"id": d.name, "old": d.old, "new": d.new, "gold": sorted(d.gold)} for d in chosen]
        print(f"{origin}: {len(chosen)} pairs")
        for name, match in baselines.items():
            print_scores(name, score(gold, {d.name: match(d.old, d.new) for d in chosen}))
        print_scores("ours", score(gold, ours))
    links, sentences = count_false_links(data, load_weights())
    print(f"30 pairs of neighbouring speeches: {links} lexical links, {sentences} new sentences")


def print_scores(name: str, scores: dict[str, dict[str, float]]) -> None:
    """Print one line of F1."""
    changed = scores["changed"]
    figures = "  ".join(f"{part} {scores[part]['f1']:.3f}" for part in ("all", "dropped", "added"))
    print(f"  {name:10} changed {changed['f1']:.3f} (P {changed['p']:.3f} R {changed['r']:.3f})  {figures}")


if __name__ == "__main__":
    main()
