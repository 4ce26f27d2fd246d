"""Measure the shipped alignment on retellings and plain-language texts, on the half kept for reporting.

In these a sentence is told in two to four, several are told in one, and few words stay the same
(``coding/README.md``). No weight was fitted on the half that is reported; on the other one, which
``work`` after the command takes, the weights were fitted, and ``alignment.py`` measures it without them.
Run as ``python -m tests.benchmarks.retellings`` in the root of the repository.
"""

from __future__ import annotations

import sys

from tests.benchmarks.alignment import (
    as_gold,
    count_parts,
    load_scorer,
    match_ours,
    print_parts,
    print_scores,
)
from tests.benchmarks.fit_alignment import CachedEncoder, load_retellings
from tests.shared_data import require
from tracker.comparing.alignment.weights import load_weights
from tracker.text.encoder import DEFAULT


def main() -> None:
    """Print F1, and which share of the parts of merges and splits is found, with vectors and without."""
    documents = load_retellings("work" if "work" in sys.argv else "report")
    scorer = load_scorer(require("align") / "score.py")
    print(f"{len(documents)} texts")
    for name, encoder in (("with the encoder", CachedEncoder(DEFAULT)), ("words alone", None)):
        weights = load_weights(encoder)
        pairs = {d.name: match_ours(d.old, d.new, weights, encoder) for d in documents}
        print_scores(name, scorer.score(as_gold(documents), pairs, 1000))
        print_parts(documents, pairs)


def count_found(half: str) -> dict[str, tuple[int, int]]:
    """Return how many of the parts of merges and of splits are found with the encoder, of how many."""
    documents, encoder = load_retellings(half), CachedEncoder(DEFAULT)
    weights = load_weights(encoder)
    return count_parts(documents, {d.name: match_ours(d.old, d.new, weights, encoder) for d in documents})


if __name__ == "__main__":
    main()
