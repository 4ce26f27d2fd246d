"""Measure where hard places of policy texts are cut into sentences, on the half kept for reporting.

The table was made by a reader who had not seen the rules (``coding/README.md``). A place is right where all
its pieces are. Run as ``python -m tests.benchmarks.segmentation`` in the root of the repository; ``work``
after it takes the other half, on which the rules were mended, and lists what is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import defaultdict
from itertools import accumulate
from pathlib import Path
from typing import Any

from tests.shared_data import require
from tracker.text.reading import segment

TABLE = Path(__file__).parent / "coding" / "segments.jsonl"
CLASSES = {
    1: "UN symbols",
    2: "clock times",
    3: "cross-references",
    4: "titles and names",
    5: "preambles and lists",
    6: "numbers and marks",
    7: "ellipses and quotations",
    8: "slips and wraps",
    9: "other languages",
}


def read_place(row: dict[str, Any]) -> str:
    """Return the text of a place. Raises ``ValueError`` where its file is not the one that was coded."""
    if "text" in row:
        return str(row["text"])
    raw = (require(".") / row["source"]).read_text("utf-8-sig")
    text = raw[row["at"] : row["at"] + row["length"]]
    if hashlib.sha256(text.encode()).hexdigest()[:16] != row["digest"]:
        raise ValueError(f"{row['id']}: {row['source']} is not the file that was coded")
    return text


def find_ends(pieces: list[str]) -> list[int]:
    """Return where pieces end, counted in characters that are not white space."""
    return list(accumulate(len(re.sub(r"\s+", "", piece)) for piece in pieces))


def main() -> None:
    """Print the share of right places by class; for the half to work on, each that is wrong."""
    half = "work" if sys.argv[1:] == ["work"] else "report"
    counts: dict[str, list[bool]] = defaultdict(list)
    for row in map(json.loads, TABLE.read_text("utf-8").splitlines()):
        if row["half"] == half:
            pieces = [each.text for each in segment(read_place(row), language=row["language"])]
            is_right = find_ends(pieces) == row["ends"]
            for name in (CLASSES[row["class"]], "all"):
                counts[name].append(is_right)
            if half == "work" and not is_right:
                print(f"{row['id']}: ends {row['ends']}\n  {pieces}")
    for name, right in counts.items():
        print(f"{name:24} {sum(right)} of {len(right)} places right")


if __name__ == "__main__":
    main()
