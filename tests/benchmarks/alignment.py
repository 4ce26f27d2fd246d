"""Measure the alignment beside exact match, difflib, rapidfuzz and TF-IDF, by the scorer of the shared data.

What has weights or a threshold is fitted anew for each of five folds and measured on the documents left
out. The words of the features, the discount of groups, the weights of the sets and the two thresholds
were chosen by the same five folds, so these figures flatter a little. Intervals are 95 %, bootstrapped
over documents. Run as ``python -m tests.benchmarks.alignment`` in the root of the repository; it takes
about three minutes.
"""

from __future__ import annotations

import importlib.util
import math
from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from tests.benchmarks.fit_alignment import (
    SETS,
    CachedEncoder,
    Document,
    find_data,
    fit_weights,
    load_documents,
    load_neighbours,
    read_speech,
)
from tracker.comparison.align import align_with
from tracker.comparison.stems import find_stems
from tracker.comparison.weights import Weights, load_weights
from tracker.text.encoder import DEFAULT
from tracker.text.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tracker.model import Link
    from tracker.text.encoder import Encoder

_FOLDS = 5
_REPEATS = 1000
_THRESHOLDS = tuple(step / 20 for step in range(4, 19))
_BANDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
_JUDGED_SPEAKERS = (
    *("ARG", "AUS", "BGD", "CAN", "CHL", "CHN", "COL", "CUB", "DEU", "EGY"),
    *("ESP", "ETH", "FIN", "GRC", "HUN", "IDN", "IRL", "ITA", "JAM", "KOR"),
    *("LKA", "MEX", "MNG", "NGA", "NOR", "PAK", "PHL", "POL", "SEN", "ZAF"),
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


def score_fuzzily(old: Sequence[str], new: Sequence[str]) -> dict[tuple[int, int], float]:
    """Return rapidfuzz's ratio of each pair, 0 to 1."""
    return {(i, j): fuzz.ratio(a, b) / 100 for i, a in enumerate(old) for j, b in enumerate(new)}


def score_by_tfidf(old: Sequence[str], new: Sequence[str]) -> dict[tuple[int, int], float]:
    """Return the cosine of each pair's TF-IDF vectors of stems, counted within the two texts."""
    bags = [Counter(find_stems(fold(text))) for text in (*old, *new)]
    seen = Counter(stem for bag in bags for stem in bag)
    rare = {stem: 1 + math.log((1 + len(bags)) / (1 + count)) for stem, count in seen.items()}
    vectors = [{stem: count * rare[stem] for stem, count in bag.items()} for bag in bags]
    norms = [math.hypot(*vector.values()) or 1.0 for vector in vectors]
    return {
        (i, j): sum(value * vectors[k].get(stem, 0.0) for stem, value in vectors[i].items())
        / (norms[i] * norms[k])
        for i in range(len(old))
        for j, k in enumerate(range(len(old), len(bags)))
    }


def take_best(scores: Mapping[tuple[int, int], float], threshold: float) -> Pairs:
    """Pair greedily, one to one, the best score first."""
    used_old: set[int] = set()
    used_new: set[int] = set()
    pairs: Pairs = []
    for (i, j), score in sorted(scores.items(), key=lambda entry: (-entry[1], entry[0])):
        if score >= threshold and i not in used_old and j not in used_new:
            pairs.append((i, j))
            used_old.add(i)
            used_new.add(j)
    return pairs


def pair_at_best_threshold(
    documents: Sequence[Document],
    score: Callable[[Sequence[str], Sequence[str]], dict[tuple[int, int], float]],
    scorer: Any,  # noqa: ANN401 - a module loaded by path
) -> dict[str, Pairs]:
    """Pair one set one to one, at the threshold that was best on the other four folds of that set."""
    scored = {d.name: score(d.old, d.new) for d in documents}
    found: dict[str, Pairs] = {}
    tried = {t: {name: take_best(scores, t) for name, scores in scored.items()} for t in _THRESHOLDS}
    for fold_ in range(_FOLDS):
        seen = [d for place, d in enumerate(documents) if place % _FOLDS != fold_]
        best = max(_THRESHOLDS, key=lambda t: scorer.score(as_gold(seen), tried[t])["changed"]["f1"])
        found |= {d.name: tried[best][d.name] for d in documents[fold_::_FOLDS]}
    return found


def match_ours(
    old: Sequence[str], new: Sequence[str], weights: Weights, encoder: Encoder | None = None
) -> Pairs:
    """Pair by the links of ``align``, taken apart."""
    return take_apart(align_with(old, new, weights, encoder))


def take_apart(links: Sequence[Link]) -> Pairs:
    """Return the pairs of sentences that links stand for."""
    return [(i, j) for link in links for i in link.old for j in link.new]


def as_gold(documents: Sequence[Document]) -> list[dict[str, Any]]:
    """Return documents as the scorer reads them."""
    return [{"id": d.name, "old": d.old, "new": d.new, "gold": sorted(d.gold)} for d in documents]


def cross_validate(
    documents: Sequence[Document], negatives: Sequence[Document], encoder: Encoder | None
) -> tuple[dict[str, tuple[Link, ...]], dict[str, Pairs]]:
    """Return our links by weights that have not seen the document, and the pairs without crossing links."""
    links: dict[str, tuple[Link, ...]] = {}
    straight: dict[str, Pairs] = {}
    for fold_ in range(_FOLDS):
        seen = [document for place, document in enumerate(documents) if place % _FOLDS != fold_]
        weights = fit_weights([*seen, *negatives], encoder)
        still = replace(weights, accept_move=1.1)
        for document in documents[fold_::_FOLDS]:
            links[document.name] = align_with(document.old, document.new, weights, encoder)
            straight[document.name] = match_ours(document.old, document.new, still, encoder)
    return links, straight


def load_scorer(path: Path) -> Any:  # noqa: ANN401 - a module loaded by path
    """Return the shared scorer."""
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: not a scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def link_sessions(data: Path, weights: Weights, encoder: Encoder | None, *, show: bool = False) -> None:
    """Print how many links that are not equal 30 pairs of neighbouring speeches get, by confidence."""
    bands: Counter[float] = Counter()
    sentences = 0
    for place, speaker in enumerate(_JUDGED_SPEAKERS):
        files = sorted((data / "ungdc" / speaker).glob("7?_*.txt"))
        old, new = read_speech(files[place % 8]), read_speech(files[place % 8 + 1])
        found = [link for link in align_with(old, new, weights, encoder) if link.method == "likeness"]
        sentences += len(new)
        bands.update(find_band(link.confidence) for link in found)
        for link in found if show else ():
            print(f"{speaker} {link.confidence:.2f}", *(old[i] for i in link.old), sep="\n   - ")
            print(*(f"   + {new[j]}" for j in link.new), sep="\n")
    counts = ", ".join(f"from {band}: {bands[band]}" for band in _BANDS[:-1])
    print(f"30 pairs of neighbouring speeches: {bands.total()} links of {sentences} new sentences; {counts}")


def find_band(confidence: float) -> float:
    """Return the lower bound of a confidence's band."""
    return max(band for band in _BANDS if band <= max(confidence, _BANDS[0]))


def print_reliability(documents: Sequence[Document], links: Mapping[str, Sequence[Link]]) -> None:
    """Print, by band of confidence, how many links that are not equal are wholly in the human alignment."""
    bands: dict[float, list[bool]] = {}
    for document in documents:
        for link in links[document.name]:
            if link.method == "likeness":
                right = set(take_apart([link])) <= document.gold
                bands.setdefault(find_band(link.confidence), []).append(right)
    told = ", ".join(
        f"from {band}: {sum(r)}/{len(r)} = {sum(r) / len(r):.2f}" for band, r in sorted(bands.items())
    )
    print(f"  right, by confidence: {told}")


def main() -> None:
    """Print the figures."""
    data = find_data()
    scorer = load_scorer(data / "align" / "score.py")
    documents, negatives = load_documents(data), load_neighbours(data)
    encoder = CachedEncoder(DEFAULT)
    words, words_straight = cross_validate(documents, negatives, None)
    ours, straight = cross_validate(documents, negatives, encoder)
    shapes: Counter[str] = Counter()
    for origin in SETS:
        chosen = [document for document in documents if document.origin == origin]
        print(f"{origin}: {len(chosen)} pairs")
        rows: dict[str, dict[str, Pairs]] = {
            "exact": {d.name: match_exactly(d.old, d.new) for d in chosen},
            "difflib": {d.name: match_difflib(d.old, d.new) for d in chosen},
            "rapidfuzz": pair_at_best_threshold(chosen, score_fuzzily, scorer),
            "TF-IDF": pair_at_best_threshold(chosen, score_by_tfidf, scorer),
            "ours, words alone": {name: take_apart(links) for name, links in words.items()},
            "  not crossing": words_straight,
            "ours": {name: take_apart(links) for name, links in ours.items()},
            "  not crossing ": straight,
        }
        for name, pairs in rows.items():
            scores = scorer.score(as_gold(chosen), pairs, _REPEATS)
            print_scores(name, scores)
            if name == "ours" and origin != "aesop":
                for shape in ("1:n", "n:1"):
                    shapes.update({key: scores["recall_by_shape"][shape][key] for key in ("found", "gold")})
        print_reliability(chosen, ours)
    print(f"splits and merges found, ArgRewrite and TETRA: {shapes['found']} of {shapes['gold']} links")
    link_sessions(data, load_weights(encoded=True), encoder)


def print_scores(name: str, scores: Any) -> None:  # noqa: ANN401 - what the shared scorer returns
    """Print one line of F1."""
    changed = scores["changed"]
    low, high = changed["f1_ci95"]
    figures = "  ".join(f"{part} {scores[part]['f1']:.3f}" for part in ("all", "dropped", "added"))
    print(
        f"  {name:18} changed {changed['f1']:.3f} [{low:.3f}, {high:.3f}]"
        f" (P {changed['p']:.3f} R {changed['r']:.3f})  {figures}"
    )


if __name__ == "__main__":
    main()
