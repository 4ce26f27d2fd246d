"""Texts set as PDF, with a head and a page number on each page.

Run as ``python -m tests.benchmarks.suite.pdfs CORPUS FOLDER``, apart from the suite, whose process is kept
small: the memory of a process is never measured as less than that of the one that started it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.builders import build_pdf, typeset


def main(corpus: Path, folder: Path) -> None:
    """Set all texts of a corpus."""
    for path in sorted(corpus.rglob("*.txt")):
        text = path.read_text("utf-8").encode("cp1252", "replace").decode("cp1252")
        place = folder / path.parent.name / f"{path.stem}.pdf"
        place.parent.mkdir(parents=True, exist_ok=True)
        paragraphs = [part for part in text.split("\n") if part.strip()]
        place.write_bytes(build_pdf(typeset(paragraphs, head="A/XAA/PV.11")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
