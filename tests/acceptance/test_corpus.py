"""The UN General Debate folder as a researcher imports it: nothing lost, no page in a sentence."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from tests.acceptance.conftest import OPTIONS
from tests.coded_sheets import sample_pairs
from tests.measuring import run_tracker
from tests.shared_data import require
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.report.comparison.build import build_report
from tracker.report.document import Quote
from tracker.report.render.terminal import render_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.measuring import Run

PAGE_FURNITURE = re.compile("\ufeff|\f|\x00|^\\s*\\d{1,3}\\s*$|^A/\\d+/PV\\.\\d+\\s*$|\u00ad|\ufffe")


def test_every_file_is_imported_fast_and_in_little_memory(imported: tuple[Path, Run]) -> None:
    _, run = imported
    assert run.said.splitlines()[0] == "2,208 files: 2,208 new, 0 changed, 0 unchanged, 0 skipped"
    size = sum(path.stat().st_size for path in require("ungdc").rglob("*.txt")) / 1_000_000
    assert size / run.processor >= 3
    assert run.megabytes < 300


def test_again_changes_nothing(imported: tuple[Path, Run]) -> None:
    folder, _ = imported
    path = folder / "snapshots" / "tracker.db"
    before = path.read_bytes()
    again = run_tracker(folder, "import", str(require("ungdc")), *OPTIONS)
    assert again.said.splitlines()[0] == "2,208 files: 0 new, 0 changed, 2,208 unchanged, 0 skipped"
    assert path.read_bytes() == before


def test_all_of_it_is_exported_in_the_memory_of_a_part(imported: tuple[Path, Run]) -> None:
    folder, _ = imported
    sessions = [f"UNGA/{number}" for number in range(70, 75)]
    part = run_tracker(folder, "export", "corpus", "part.csv", *sessions)
    for form, more in (("csv", 40), ("jsonl", 40), ("parquet", 180)):
        whole = run_tracker(folder, "export", "corpus", f"all.{form}")
        assert whole.said.startswith(f"all.{form}: 2,208 statements, ")
        assert whole.megabytes < part.megabytes + more


def test_no_session_is_half_prepared_by_accident(imported: tuple[Path, Run]) -> None:
    """Sessions 75 and 79 came as prepared texts, 76 from both places, all others are records."""
    rows = dict(line.split(maxsplit=1) for line in imported[1].said.splitlines()[2:])
    assert rows.pop("session").split() == ["verbatim", "prepared", "unclear"]
    assert all(int(cell) >= 80 for cell in rows.pop("76").split()[:2])
    assert {sessions: cells.split()[:2] for sessions, cells in rows.items() if sessions in {"75", "79"}} == {
        "75": ["-", "193"],
        "79": ["-", "192"],
    }
    assert {cells.split()[1] for sessions, cells in rows.items() if sessions not in {"75", "79"}} == {"-"}


def test_no_page_furniture_inside_a_segment(imported: tuple[Path, Run]) -> None:
    record = sqlite3.connect(imported[0] / "snapshots" / "tracker.db")
    texts = [text for (text,) in record.execute("SELECT text FROM segments")]
    record.close()
    assert len(texts) > 200_000
    assert [text for text in texts if PAGE_FURNITURE.search(text)] == []


def test_every_word_of_a_file_is_in_its_segments(imported: tuple[Path, Run]) -> None:
    """Letters may be lost to page furniture only: at most one in a hundred in any file."""
    record = sqlite3.connect(imported[0] / "snapshots" / "tracker.db")
    rows = record.execute(
        "SELECT country, session, text FROM latest"
        " JOIN versions ON versions.id = latest.version"
        " JOIN editions ON editions.id = latest.edition"
        " JOIN statements ON statements.id = editions.statement"
    )
    kept = {(country, session): sum(map(str.isalpha, text)) for country, session, text in rows}
    record.close()
    lost = []
    for path in require("ungdc").rglob("*.txt"):
        letters = sum(map(str.isalpha, path.read_text(encoding="utf-8-sig", errors="replace")))
        if kept[path.parent.name, path.name.partition("_")[0]] < 0.99 * letters:
            lost.append(path.name)
    assert lost == []


def test_a_quotation_shows_the_words_it_rests_on() -> None:
    """Of twenty pairs, and at each width, every passage on the screen has its term, whole and marked."""
    vocabulary, found = load_vocabulary(), 0
    for sides in sample_pairs(20):
        document = build_report(compare_sides(*sides, Basis(vocabulary)), vocabulary)
        entries = (entry for section in document.sections for entry in section.entries)
        parts = (
            *(part for sentence in document.lead for part in sentence.parts),
            *(part for entry in entries for part in entry.evidence),
        )
        quotes = [part for part in parts if isinstance(part, Quote) and part.marks]
        for width in (60, 80, 120):
            shown = " ".join(render_terminal(document, width=width).split())
            for lead in {quote.lead for quote in quotes}:
                alike = [quote for quote in quotes if quote.lead == lead]
                marks = [f"*{quote.text[slice(*quote.marks[0])]}*" for quote in alike]
                longest = max(len(quote.text) for quote in alike) + 4
                for place in re.finditer(re.escape(f"{lead} “"), shown):
                    assert any(mark in shown[place.end() : place.end() + longest] for mark in marks)
                    found += 1
    assert found >= 100
