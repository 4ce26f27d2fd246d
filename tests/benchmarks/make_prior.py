"""Count the words and phrases of the UN General Debate corpus into the prior that ships with the package.

Run as ``python -m tests.benchmarks.make_prior``; it writes
``tracker/comparing/topics/prior.en.tsv.gz``, the same bytes from the same files.
Counts are facts, and the corpus (Jankin, Baturo, Dasandi, version 13) is CC0; no
sentence of it ships. Sentences of ceremony and titles are left out, as they are where the prior is used.
"""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from pathlib import Path

from tests.shared_data import require
from tracker.comparing.topics.phrasing import Stems, read_uses
from tracker.text.reading import read_text

ROOT = Path(__file__).parents[2]
NAME = "UN General Debate Corpus v13 (CC0), 2,208 statements"
LEAST_WORD, LEAST_PHRASE = 20, 40
"""Uses from which a word, and a phrase, is kept; what is rarer gets the least that the prior gives."""


def count(paths: list[Path]) -> tuple[int, Counter[Stems]]:
    words, uses = 0, Counter[Stems]()
    for number, path in enumerate(paths, start=1):
        version = read_text(path.read_text(encoding="utf-8-sig", errors="replace"), language="en")
        read = read_uses({0: version})
        words += read.words
        uses.update(read.counts)
        if number % 200 == 0:
            print(f"{number:,} of {len(paths):,}", file=sys.stderr)
    return words, uses


def main() -> None:
    """Write the file, and say what is in it."""
    paths = sorted(path for path in require("ungdc").rglob("*.txt") if not path.name.startswith("."))
    words, uses = count(paths)
    kept = sorted(
        ((n, key) for key, n in uses.items() if n >= (LEAST_PHRASE if key[1:] else LEAST_WORD)),
        key=lambda row: (-row[0], row[1]),
    )
    lines = [f"{words}\t{NAME}", *(f"{n}\t{' '.join(key)}" for n, key in kept)]
    data = gzip.compress("\n".join(lines).encode("utf-8"), compresslevel=9, mtime=0)
    out = ROOT / "tracker" / "comparing" / "topics" / "prior.en.tsv.gz"
    out.write_bytes(data)
    print(f"{len(paths):,} files, {words:,} words, {len(kept):,} phrases kept, {len(data):,} bytes")


if __name__ == "__main__":
    main()
