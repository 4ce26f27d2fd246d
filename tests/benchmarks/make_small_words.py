"""List the words that speeches write small, so that a large letter makes no name of them.

Run as ``python -m tests.benchmarks.make_small_words``; it writes
``tracker/comparing/names/small.en.txt.gz``, the same bytes from the same files. Only even sessions of the UN
General Debate Corpus (Jankin, Baturo, Dasandi; CC0) are read: ``named.py`` measures on odd ones. Words are
facts; no sentence of the corpus ships.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

from tests.shared_data import require
from tracker.references.names import fold_letters

OUT = Path(__file__).parents[2] / "tracker" / "comparing" / "names" / "small.en.txt.gz"
LEAST = 1
"""Speeches in which a word stands small; a slip of the hand too makes it doubtful."""
_WORD = re.compile(r"[^\W\d_]{2,}")


def main() -> None:
    """Write the file, and say what is in it."""
    paths = sorted(require("ungdc").glob("*/[0-9]*.txt"))
    read, held = 0, Counter[str]()
    for path in paths:
        if int(path.name.partition("_")[0]) % 2 == 0:
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            held.update({fold_letters(word) for word in _WORD.findall(text) if word.islower()})
            read += 1
    words = sorted(word for word, number in held.items() if number >= LEAST)
    data = gzip.compress("\n".join(words).encode("utf-8"), compresslevel=9, mtime=0)
    OUT.write_bytes(data)
    print(f"{read:,} speeches, {len(words):,} words, {len(data):,} bytes")


if __name__ == "__main__":
    main()
