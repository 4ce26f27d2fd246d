"""Quality floors: figures that must not fall, on data pinned by its digest. Under a minute.

Run as ``python -m tests.benchmarks.floors``. The weights are the shipped ones, fitted on this data: a
floor guards against a regression and is no measure of quality; ``alignment.py`` measures that. Where the
development data is not beside the repository, this says so and passes.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tests.benchmarks.alignment import load_scorer, match_ours
from tests.benchmarks.fit_alignment import CachedEncoder, load_documents
from tests.benchmarks.fit_strength import LAST_SESSION, load_requests, measure_kappa
from tests.benchmarks.strength import grade_by_ours
from tests.benchmarks.upr import measure_quickly
from tests.shared_data import find_shared
from tracker.comparison.shifts.requests import load_grade_weights
from tracker.comparison.weights import load_weights
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

FLOORS = {
    # set: floors of changed F1 and dropped F1, and the first digits of its file's SHA-256.
    # TETRA and Aesop have too few dropped sentences for a floor.
    "argrewrite2": (0.95, 0.89, "25a65f6725d42863"),
    "tetra_derived": (0.975, 0.0, "90e42cd88410cac8"),
    "aesop": (0.65, 0.0, "d9cfd1e454d71515"),
}


TOPIC_FLOORS = {
    # vocabulary: floors of F1 over units and of new/dropped, on recommendations of sessions 8 to 10.
    "codebook": (0.885, 0.80),
    "labels, taught": (0.81, 0.68),
}
REQUESTS = "priorities/upr_recommendations_s01-14.jsonl", "1238681ab160a84a"

KAPPA_FLOOR = 0.90
"""Of grades of requests, on recommendations of sessions 11 to 14."""
COMMONEST = 4
"""The grade that counts where none is given: the commonest code."""


def main() -> None:
    """Print each figure beside its floor, and exit 1 where one is below."""
    data = find_shared()
    if data is None:
        print("quality floors: the development data is not beside this repository; nothing measured")
        return
    fallen = [name for name in FLOORS if not measure(name, data)]
    fallen += [] if measure_topics(data) else ["topics"]
    fallen += [] if measure_strength() else ["strength"]
    if fallen:
        sys.exit(f"below the floor, or on other data: {', '.join(fallen)}")


def measure(name: str, data: Path) -> bool:
    """Measure one set, print it, and tell whether it holds its floors on the data they were set on."""
    changed_floor, dropped_floor, digest = FLOORS[name]
    found = hashlib.sha256((data / "align" / name / "dev.jsonl").read_bytes()).hexdigest()[:16]
    documents = [document for document in load_documents(data) if document.origin == name]
    gold = [{"id": d.name, "old": d.old, "new": d.new, "gold": sorted(d.gold)} for d in documents]
    weights, encoder = load_weights(encoded=True), CachedEncoder(DEFAULT)
    scores = load_scorer(data / "align" / "score.py").score(
        gold, {d.name: match_ours(d.old, d.new, weights, encoder) for d in documents}
    )
    changed, dropped = scores["changed"]["f1"], scores["dropped"]["f1"]
    print(
        f"{name:14} changed F1 {changed:.3f} (floor {changed_floor}),"
        f" dropped F1 {dropped:.3f} (floor {dropped_floor}), data {found}"
    )
    return found == digest and changed >= changed_floor and dropped >= dropped_floor


def measure_topics(data: Path) -> bool:
    """Measure topics by terms and as taught, print both, and tell whether they hold their floors."""
    name, digest = REQUESTS
    found = hashlib.sha256((data / name).read_bytes()).hexdigest()[:16]
    held = found == digest
    for vocabulary, (units, moved) in measure_quickly().items():
        units_floor, moved_floor = TOPIC_FLOORS[vocabulary]
        print(
            f"{vocabulary:14} units F1 {units:.3f} (floor {units_floor}),"
            f" new/dropped F1 {moved:.3f} (floor {moved_floor}), data {found}"
        )
        held = held and units >= units_floor and moved >= moved_floor
    return held


def measure_strength() -> bool:
    """Measure the grades of requests, on the data that ``measure_topics`` checks; print and compare."""
    weights = load_grade_weights()
    counts: Counter[tuple[int, int]] = Counter()
    for request in load_requests():
        if request.session > LAST_SESSION:
            counts[request.grade, grade_by_ours(request.text, weights, COMMONEST)] += 1
    kappa = measure_kappa(counts)
    print(f"{'strength':14} kappa {kappa:.3f} (floor {KAPPA_FLOOR})")
    return kappa >= KAPPA_FLOOR


if __name__ == "__main__":
    main()
