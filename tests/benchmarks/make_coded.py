"""Write the coded pairs that come with the program: what two readers coded, and which texts by digest.

Run as ``python -m tests.benchmarks.make_coded``. Nothing was fitted on these sheets. The texts themselves are
not ours to ship: a text is told by the SHA-256 of its file in the UN General Debate Corpus.
"""

from __future__ import annotations

import csv
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from tests.coded_sheets import CODING, read_sheet
from tests.shared_data import require
from tracker.coding.coded_pairs import pair_speeches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHEETS = ("fresh.csv", "final.csv", "untouched.csv")
PLACE = Path(__file__).parents[2] / "tracker" / "coding" / "coded"
CODES = ("reader", "country", "session", "topic", "level", "or")
TEXTS = ("country", "session", "sha256")


def list_codes() -> Iterator[tuple[str, ...]]:
    """Yield the codes of both readers of each pair, topics by their ids."""
    for name in SHEETS:
        sheet = read_sheet(CODING / name)
        speeches = sorted(
            {
                (reader, pair.country, session)
                for pair in pair_speeches(sheet)
                if len(pair.readers) > 1
                for reader in pair.readers
                for session in (pair.old, pair.new)
            }
        )
        for reader, country, session in speeches:
            for topic, levels in sorted(sheet[reader][country, session].items()):
                yield reader, country, session, topic, *(*levels, "")[:2]


def list_texts(codes: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """Yield the digest of each text that is coded."""
    for country, session in sorted({(row[1], row[2]) for row in codes}):
        yield country, session, sha256(find_speech(country, session).read_bytes()).hexdigest()


def find_speech(country: str, session: str) -> Path:
    """Return the file of a speech, of the recent sessions or of the earlier ones."""
    folders = (require("ungdc") / country, require("ungdc_more") / country)
    (path,) = (path for folder in folders for path in folder.glob(f"{session}_*.txt"))
    return path


def write(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table as CSV."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([heads, *rows])
    return out.getvalue()


def main() -> None:
    """Write both tables."""
    codes = list(list_codes())
    PLACE.mkdir(exist_ok=True)
    (PLACE / "codes.csv").write_text(write(CODES, codes), encoding="utf-8")
    (PLACE / "texts.csv").write_text(write(TEXTS, list_texts(codes)), encoding="utf-8")


if __name__ == "__main__":
    main()
