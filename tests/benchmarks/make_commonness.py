"""Count how common the stems of the UN General Debate Corpus are, for the alignment.

Run as ``python -m tests.benchmarks.make_commonness``; it writes ``tracker/text/commonness.toml``, the
same bytes from the same files. The words of other languages stay as the file has them. Counts are facts, and
the corpus (Jankin, Baturo, Dasandi, version 13) is CC0; no sentence of it ships.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections import Counter, defaultdict
from math import log2
from pathlib import Path

from tests.shared_data import require
from tracker.text.commonness import find_stems
from tracker.text.identity import fold
from tracker.text.reading import read_text

OUT = Path(__file__).parents[2] / "tracker" / "text" / "commonness.toml"
LAST = 9
"""The band of the rarest stems that are listed: one sentence of 724, as bands are the nearest."""
HEADING = """\
# How common a word stem is in speeches before the United Nations: each band b lists the stems found in about
# one sentence of 2^b. Counted by tests/benchmarks/make_commonness.py over the {sentences:,} English sentences
# of the UN General Debate Corpus v13 (Jankin, Baturo, Dasandi; CC0). A stem that is not listed is rarer than
# the last band. Function words of French, Spanish, Russian and Arabic are ours.
"""


def main() -> None:
    """Write the file, and say what is in it."""
    before = tomllib.loads(OUT.read_text(encoding="utf-8"))
    sentences, counts = count(sorted(require("ungdc").glob("*/*.txt")))
    bands: dict[int, list[str]] = defaultdict(list)
    for stem, number in sorted(counts.items()):
        bands[round(log2(sentences / number))].append(stem)
    parts = [HEADING.format(sentences=sentences), f"rare = {before['rare']}\n", "[bands]"]
    parts += [_format(str(band), bands[band]) for band in range(LAST + 1)]
    parts += ["", "[ours]", *(_format(band, words.split()) for band, words in before["ours"].items())]
    OUT.write_text("\n".join(parts) + "\n", encoding="utf-8")
    listed = sum(len(bands[band]) for band in range(LAST + 1))
    print(f"{sentences:,} sentences, {listed:,} stems in {LAST + 1} bands")


def count(paths: list[Path]) -> tuple[int, Counter[str]]:
    """Return how many English sentences there are, and in how many each stem stands."""
    sentences, counts = 0, Counter[str]()
    for path in paths:
        version = read_text(path.read_text(encoding="utf-8-sig", errors="replace"))
        for segment in version.segments if version.language == "en" else ():
            sentences += 1
            counts.update(set(find_stems(fold(segment.text))))
    return sentences, counts


def _format(band: str, words: list[str]) -> str:
    wrapped = textwrap.fill(" ".join(words), 110, break_long_words=False, break_on_hyphens=False)
    return f'{band} = """\n{wrapped}"""'


if __name__ == "__main__":
    main()
