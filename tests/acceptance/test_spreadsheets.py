"""Open rows of twenty pairs through LibreOffice itself: saved as a spreadsheet, and that as CSV of each kind.

Needs Debian's ``libreoffice-calc-nogui``.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.conftest import run_tracker
from tests.pairs import COUNTRIES, make_pairs
from tests.test_open_sheets import Row, decided, fill, read, wanted, write

if TYPE_CHECKING:
    from pathlib import Path

SAID: Final = (
    'He said: "=SUM(A1); no, \'really\'", and 1,5 or 2;5.', "=1+1 is two; “two”, \t says he.",
    "@all, -5 and +5: see 1/2/2026.", "Il dit : « l’État, c’est moi » ; voilà.",
)  # fmt: skip
DAMAGED: Final = ("1/2/2026", "3-4", "007", "1e5", "1.3.2026", "5 %", "a\tb", "line\none")
"""Notes that a spreadsheet may take for a date or a number, or whose blanks it changes."""
NOTES: Final = (*DAMAGED, 'so; "it" is, “truly”', "", "日本語 عربي")
BOOKS: Final = ("ods", "xlsx", "xls")
SHEETS: Final = {
    # separator, quotation mark, encoding (76 is UTF-8, 65535 UTF-16), first line, all text quoted.
    "comma": "44,34,76,1,,0,false,true,false",
    "semicolon": "59,34,76,1,,0,false,true,false",
    "tab, all quoted": "9,34,76,1,,0,true,true,false",
    "tab, UTF-16": "9,34,65535,1,,0,false,true,false",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Row]]:
    """Return a folder with an archive, and the filled sheet as saved in ``BOOK/SHEET/back.csv``."""
    if shutil.which("soffice") is None:
        pytest.fail("there is no LibreOffice to open sheets with: apt install libreoffice-calc-nogui")
    folder = tmp_path_factory.mktemp("spreadsheets")
    make_pairs(folder, COUNTRIES, SAID)
    ran = run_tracker(folder, "judge", "UNGA", "32", "33", "--all", "--to", "open.csv")
    assert ran.code == 0, ran
    rows = fill(read(folder))
    rows = [{**row, "note": NOTES[at % len(NOTES)]} for at, row in enumerate(rows)]
    (folder / "back.csv").write_text(write(rows), encoding="utf-8-sig")
    for book in BOOKS:
        convert(folder, book, folder / book, folder / "back.csv")
        for sheet, options in SHEETS.items():
            wish = f"csv:Text - txt - csv (StarCalc):{options}"
            convert(folder, wish, folder / book / sheet, folder / book / f"back.{book}")
    return folder, rows


def convert(folder: Path, wish: str, place: Path, file: Path) -> None:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ("soffice", "--headless", profile, "--convert-to", wish, "--outdir", str(place), str(file))
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert (place / f"back.{wish.partition(':')[0]}").exists(), ran


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("book", BOOKS)
def test_twenty_pairs_go_through_libreoffice(
    made: tuple[Path, list[Row]], tmp_path: Path, book: str, sheet: str
) -> None:
    made_there, rows = made
    assert len({(row["old"], row["new"]) for row in rows}) == len(COUNTRIES)
    assert any("=SUM(A1)" in row["old_text"] for row in rows)
    shutil.copytree(made_there / "snapshots", tmp_path / "snapshots")
    ran = run_tracker(tmp_path, "judge", "--from", str(made_there / book / sheet / "back.csv"))
    assert (ran.code, ran.err) == (0, ""), ran
    found, sent = decided(tmp_path), wanted(rows)
    assert {each[:4] for each in found} == {each[:4] for each in sent}
    assert {each for each in sent if each[-1] not in DAMAGED} <= found
