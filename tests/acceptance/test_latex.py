"""The table of priorities is typeset by real TeX, hostile text and all, and reads as it was written."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest

from tests.conftest import run_tracker
from tracker.report.render.latex import write_table

HOSTILE = (
    r"\input{/etc/passwd}", r"\end{document}", "% comment", "$x$ & y # z_1", "~ ^^41 ^", "{ } \\", "[a] *b",
    "*c", "a < b > c | d", "-- ---", "?` !`", "it's", '"quoted"', r"\write18{touch acted}", "100% of 5",
)  # fmt: skip
PAPER = r"""\documentclass{article}
%s\usepackage{booktabs}
\begin{document}
\input{table}
\end{document}
"""
ENGINES = {"pdflatex": "\\usepackage[T1]{fontenc}\n", "lualatex": ""}
REPORTS = Path(__file__).parents[2] / "tracker" / "docs" / "reports.md"
"""The page that says what other letters need."""


def typeset(folder: Path, engine: str, preamble: str | None = None) -> str:
    """Return the text of a paper that has ``table.tex`` in it."""
    program = shutil.which(engine)
    wanted = "apt-get install texlive-latex-recommended texlive-luatex"
    assert program, f"{engine} is not installed: {wanted}"
    (folder / "paper.tex").write_text(PAPER % (preamble or ENGINES[engine]), encoding="utf-8")
    ran = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert "Missing character" not in ran.stdout + (folder / "paper.log").read_text(errors="replace")
    with pypdfium2.PdfDocument(folder / "paper.pdf") as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_text_is_printed_and_does_nothing(engine: str, tmp_path: Path) -> None:
    table = write_table("All of it", "l", ("text", "again"), [(each, "x") for each in HOSTILE], HOSTILE[:4])
    (tmp_path / "table.tex").write_text(table, encoding="utf-8")
    printed = typeset(tmp_path, engine).replace("’", "'").replace("”", '"')
    assert [each for each in HOSTILE if each.replace(" ", "") not in printed.replace(" ", "")] == []
    assert not (tmp_path / "acted").exists()


def test_other_letters_are_printed_as_the_page_says(tmp_path: Path) -> None:
    told = re.findall(r"^    (\\babel.*|\\usepackage\[english.*)$", REPORTS.read_text("utf-8"), re.MULTILINE)
    assert len(told) == 3
    rows = [("Изменение климата", "ru"), ("تغير المناخ", "ar")]
    (tmp_path / "table.tex").write_text(write_table("Темы", "l", ("Тема", "x"), rows, ()), encoding="utf-8")
    printed = typeset(tmp_path, "lualatex", "".join(f"{line}\n" for line in told))
    assert "Изменение климата" in printed
    assert set("تغير") <= set(printed)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_comparison_fits_the_page(engine: str, tmp_path: Path) -> None:
    assert run_tracker(tmp_path, "demo", "--keep", "try").code == 0
    words = ("diff", "XAA/CCPCJ", "32", "33", "--format", "latex", "-o", "table.tex", "--archive", "try")
    assert run_tracker(tmp_path, *words).code == 1
    printed = typeset(tmp_path, engine)
    assert "absent declared 0 13 new" in printed
    assert "Overfull" not in (tmp_path / "paper.log").read_text(errors="replace")


def test_the_priorities_of_one_statement_fit_too(tmp_path: Path) -> None:
    assert run_tracker(tmp_path, "demo", "--keep", "try").code == 0
    words = ("priorities", "XAA/CCPCJ/33", "--format", "latex", "-o", "table.tex", "--archive", "try")
    assert run_tracker(tmp_path, *words).code == 0
    assert "declared 5 13" in typeset(tmp_path, "pdflatex")
    assert "Overfull" not in (tmp_path / "paper.log").read_text(errors="replace")
