"""Measure the alignment beside exact match, difflib, rapidfuzz and TF-IDF, by the scorer of the shared data.

What has weights or a threshold is fitted anew for each of five folds and measured on the documents left
out; what has a writer, paper, fable or country in common stays in one fold. "Nested" takes both thresholds,
too, from the other four folds. The features and the constants beside the weights were chosen by the
same data, so these figures flatter a little. Intervals are 95 %, bootstrapped over documents. Of
neighbouring speeches, a link that no reader judged right counts as false. Run as
``python -m tests.benchmarks.alignment`` in the root of the repository; it takes a quarter of an hour.
"""

from __future__ import annotations

import importlib.util
import math
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from tests.benchmarks.fit_alignment import (
    RETOLD,
    SESSIONS,
    SETS,
    CachedEncoder,
    Document,
    fit_weights,
    load_documents,
    load_retellings,
    load_sessions,
)
from tests.shared_data import require
from tracker.comparing.alignment.align import align_with
from tracker.text.commonness import find_stems
from tracker.text.encoder import DEFAULT
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tracker.comparing.alignment.weights import AlignmentWeights
    from tracker.model.changes import Link
    from tracker.text.encoder import Encoder

_FOLDS = 5
_REPEATS = 1000
_THRESHOLDS = tuple(step / 20 for step in range(4, 19))
_BANDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
_SHIPPED = (0.5, 0.85)
"""The probabilities from which a link is accepted in its place, and out of order."""
_TRIED = (_SHIPPED, (0.4, 0.85), (0.6, 0.85), (0.5, 0.75), (0.5, 0.95))
_STRAIGHT = (0.5, 1.1)

Thresholds = tuple[float, float]
Links = dict[str, tuple["Link", ...]]
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
    for seen, unseen in split_by_family(documents):
        best = max(_THRESHOLDS, key=lambda t: scorer.score(as_gold(seen), tried[t])["changed"]["f1"])
        found |= {d.name: tried[best][d.name] for d in unseen}
    return found


def split_by_family(documents: Sequence[Document]) -> list[tuple[list[Document], list[Document]]]:
    """Return for each fold the documents outside it and those in it; a family is in one fold."""
    folds: dict[tuple[str, str], int] = {}
    for origin in (*SETS, RETOLD, SESSIONS):
        families = sorted({document.family for document in documents if document.origin == origin})
        folds.update({(origin, family): place % _FOLDS for place, family in enumerate(families)})
    placed = [(folds[document.origin, document.family], document) for document in documents]
    return [
        ([d for place, d in placed if place != fold_], [d for place, d in placed if place == fold_])
        for fold_ in range(_FOLDS)
    ]


def match_ours(
    old: Sequence[str], new: Sequence[str], weights: AlignmentWeights, encoder: Encoder | None = None
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
    documents: Sequence[Document], encoder: Encoder | None, tried: Sequence[Thresholds]
) -> dict[Thresholds, Links]:
    """Return for each pair of thresholds our links, by weights that have not seen the document's family.

    Of the speeches, the largest part, by the first thresholds only.
    """
    found: dict[Thresholds, Links] = {thresholds: {} for thresholds in tried}
    for seen, unseen in split_by_family(documents):
        weights = fit_weights(seen, encoder, {document.family for document in unseen})
        for thresholds, links in found.items():
            accept, accept_move = thresholds
            chosen = weights._replace(accept=accept, accept_move=accept_move)
            wanted = [d for d in unseen if thresholds == tried[0] or d.origin != SESSIONS]
            links.update({d.name: align_with(d.old, d.new, chosen, encoder) for d in wanted})
    return found


def choose_nested(
    documents: Sequence[Document],
    found: Mapping[Thresholds, Links],
    scorer: Any,  # noqa: ANN401 - a module loaded by path
) -> Links:
    """Return the links of each fold by the thresholds that were best, over all sets, on the other four."""
    nested: Links = {}
    for seen, unseen in split_by_family(documents):

        def rate(thresholds: Thresholds, seen: Sequence[Document] = seen) -> float:
            links = {name: take_apart(given) for name, given in found[thresholds].items()}
            sets = [as_gold([d for d in seen if d.origin == origin]) for origin in SETS]
            return sum(float(scorer.score(gold, links)["changed"]["f1"]) for gold in sets)

        best = max(_TRIED, key=rate)
        nested.update({d.name: found[best][d.name] for d in unseen if d.origin != SESSIONS})
    return nested


def load_scorer(path: Path) -> Any:  # noqa: ANN401 - a module loaded by path
    """Return the shared scorer."""
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: not a scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def find_band(confidence: float) -> float:
    """Return the lower bound of a confidence's band."""
    return max(band for band in _BANDS if band <= max(confidence, _BANDS[0]))


def count_parts(documents: Sequence[Document], pairs: Mapping[str, Pairs]) -> dict[str, tuple[int, int]]:
    """Return how many of the human links that are part of a merge, and of a split, are found, of how many."""
    counts: Counter[tuple[str, bool]] = Counter()
    for document in documents:
        of_old, of_new = (Counter(pair[side] for pair in document.gold) for side in (0, 1))
        for i, j in document.gold:
            found = (i, j) in pairs[document.name]
            counts.update([("merges", found)] * (of_new[j] > 1) + [("splits", found)] * (of_old[i] > 1))
    return {
        shape: (counts[shape, True], counts[shape, True] + counts[shape, False])
        for shape in ("merges", "splits")
    }


def print_parts(documents: Sequence[Document], pairs: Mapping[str, Pairs]) -> None:
    """Print how many of the human links that are part of a merge, and of a split, are found."""
    counts = count_parts(documents, pairs)
    told = [f"{found} of {every} parts of {shape}" for shape, (found, every) in counts.items()]
    print(f"  found: {', '.join(told)}")


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


def print_sessions(documents: Sequence[Document], links: Mapping[str, Sequence[Link]]) -> None:
    """Print how many links that are not equal neighbouring speeches get, and how many are false."""
    found = [(d, link) for d in documents for link in links[d.name] if link.method == "likeness"]
    false = sum(not set(take_apart([link])) <= document.gold for document, link in found)
    sentences = sum(len(document.new) for document in documents)
    print(
        f"{len(documents)} pairs of neighbouring speeches: {len(found)} links of {sentences} new sentences,"
        f" {false} false = {100 * false / sentences:.2f} in 100 sentences"
    )
    print_reliability(documents, links)


def main() -> None:
    """Print the figures."""
    data = require(".")
    scorer = load_scorer(data / "align" / "score.py")
    documents = [*load_documents(data), *load_retellings("work"), *load_sessions(data)]
    words = cross_validate(documents, None, [_SHIPPED])[_SHIPPED]
    found = cross_validate(documents, CachedEncoder(DEFAULT), [*_TRIED, _STRAIGHT])
    nested = choose_nested(documents, found, scorer)
    for origin in (*SETS, RETOLD):
        chosen = [document for document in documents if document.origin == origin]
        print(f"{origin}: {len(chosen)} pairs")
        rows: dict[str, dict[str, Pairs]] = {
            "exact": {d.name: match_exactly(d.old, d.new) for d in chosen},
            "difflib": {d.name: match_difflib(d.old, d.new) for d in chosen},
            "rapidfuzz": pair_at_best_threshold(chosen, score_fuzzily, scorer),
            "TF-IDF": pair_at_best_threshold(chosen, score_by_tfidf, scorer),
            "ours, words alone": {d.name: take_apart(words[d.name]) for d in chosen},
            "ours": {d.name: take_apart(found[_SHIPPED][d.name]) for d in chosen},
            "  nested": {d.name: take_apart(nested[d.name]) for d in chosen},
            "  not crossing": {d.name: take_apart(found[_STRAIGHT][d.name]) for d in chosen},
        }
        for name, pairs in rows.items():
            scores = scorer.score(as_gold(chosen), pairs, _REPEATS)
            print_scores(name, scores)
            if name == "ours":
                print_parts(chosen, pairs)
        print_reliability(chosen, found[_SHIPPED])
    sessions = [document for document in documents if document.origin == SESSIONS]
    print_sessions(sessions, found[_SHIPPED])
    print("by words alone, ", end="")
    print_sessions(sessions, words)


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
