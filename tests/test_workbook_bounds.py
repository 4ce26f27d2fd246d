"""Spreadsheets that unpack or grow without end: what they cost in memory is bounded, and each is refused."""

from __future__ import annotations

import re
import shutil
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.conftest import run_tracker
from tests.measuring import run_command
from tests.running import ROOT, count_rows
from tests.thorough import some

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET, TEXTS, STYLES, BOOK = (
    *("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"),
    "xl/workbook.xml",
)
MOST_MEMORY: Final = 300
WHOLE: Final = (ROOT / "tests" / "data" / "speakers.xlsx").read_bytes()
HEAD: Final = "".join(f"<c t='inlineStr'><is><t>{name}</t></is></c>" for name in ("country", "session"))
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def change(**members: str | bytes) -> bytes:
    """Return the workbook with some members changed or added, their names after the words of ``NAMES``."""
    named = {NAMES[name]: data for name, data in members.items()}
    out = BytesIO()
    with ZipFile(BytesIO(WHOLE)) as package, ZipFile(out, "w", ZIP_DEFLATED) as changed:
        for name in {*package.namelist(), *named}:
            changed.writestr(name, named.get(name, package.read(name) if name not in named else b""))
    return out.getvalue()


NAMES: Final = {
    "sheet": SHEET, "texts": TEXTS, "styles": STYLES, "book": BOOK, "links": "xl/_rels/workbook.xml.rels",
    "types": "[Content_Types].xml", "mimetype": "mimetype", "content": "content.xml",
    "manifest": "META-INF/manifest.xml",
}  # fmt: skip


def sheet(rows: str) -> str:
    return f"<worksheet xmlns='{MAIN}'><sheetData>{rows}</sheetData></worksheet>"


def read_member(name: str) -> str:
    with ZipFile(BytesIO(WHOLE)) as package:
        return package.read(name).decode()


def share(rows: str, *texts: str) -> bytes:
    """Return the workbook with these rows, and a table of texts that they refer to."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = f"<Relationship Id='rIdTexts' Type='{kind}' Target='/{TEXTS}'/></Relationships>"
    listed = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return change(
        sheet=sheet(rows),
        texts=f"<sst xmlns='{MAIN}'>{listed}</sst>",
        links=read_member(NAMES["links"]).replace("</Relationships>", link),
    )


def lie_about_size() -> bytes:
    """Return a workbook whose list says of a member of half a gigabyte that it has a hundred bytes."""
    whole = change(sheet=sheet(f"<row>{HEAD}</row>").encode() + b" " * 500_000_000)
    size = len(sheet(f"<row>{HEAD}</row>")) + 500_000_000
    return whole.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def ods(cells: str) -> bytes:
    """Return a spreadsheet of OpenDocument, in a package that has what one of Office Open XML has."""
    spaces = "".join(
        f" xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet><table:table table:name='a'>"
        f"{cells}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    return change(mimetype=kind, content=content, manifest=manifest, book="none", links="none", types="none")


def nest() -> bytes:
    """Return a workbook whose first sheet is a workbook, ten deep."""
    inner = WHOLE
    for _ in range(10):
        inner = change(sheet=inner)
    return inner


CELL: Final = "<c t='s'><v>0</v></c>"
NUMBER: Final = "<c><v>1</v></c>"
STYLE: Final = "<xf numFmtId='14'/>"
WORKBOOKS: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "one text in each cell": (
        lambda: share(f"<row>{HEAD}</row>" + f"<row>{CELL * 1000}</row>" * 1000, "a" * 1000), "0.25 GB",
    ),
    "one long text in many cells": (
        lambda: share(f"<row>{HEAD}</row>" + f"<row>{CELL * 100}</row>" * 20, "a" * 1_000_000), "0.25 GB",
    ),
    "cells without places": (lambda: change(sheet=sheet(f"<row>{NUMBER * 9_000_000}</row>")), "0.25 GB"),
    "rows without places": (
        lambda: change(sheet=sheet(f"<row>{HEAD}</row>" + f"<row>{NUMBER}</row>" * 8_000_000)), "0.25 GB",
    ),
    "millions of columns and rows": (
        lambda: change(sheet=sheet("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>")),
        "1,048,576 rows of 16,384 cells",
    ),
    "a corner that is not named": (
        lambda: change(
            sheet=sheet(f"<row r='1'>{NUMBER * 4000}</row><row r='9000'>{NUMBER}</row>")
        ),
        "0.25 GB",
    ),
    "a huge table of texts": (
        lambda: share(f"<row>{HEAD}</row>", *["a" * 1000] * 240_000), "0.25 GB",
    ),
    "huge styles": (
        lambda: change(
            styles=f"<styleSheet xmlns='{MAIN}'><cellXfs>{STYLE * 10_000_000}</cellXfs></styleSheet>"
        ),
        "",
    ),
    "a size that is not true": (lie_about_size, "no spreadsheet that can be read"),
    "a package in a package": (nest, "no spreadsheet that can be read"),
    "OpenDocument with repeated cells": (
        lambda: ods(
            "<table:table-row table:number-rows-repeated='9000'><table:table-cell"
            " table:number-columns-repeated='11000' office:value-type='string'><text:p>a</text:p>"
            "</table:table-cell></table:table-row>"
        ),
        "0.25 GB",
    ),
    "an old one": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 1_000_000, "save it as .xlsx"),
}  # fmt: skip
"""How each is made, and what is said of it; nothing where it is read after all."""


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("metadata")
    (folder / "texts").mkdir()
    (folder / "texts" / "XAA_79_2024.txt").write_text("We fight corruption.\n", encoding="utf-8")
    assert run_tracker(folder, "init").code == 0
    return folder


@pytest.mark.parametrize("name", some(3, WORKBOOKS))
def test_a_workbook_that_grows_without_end_is_refused(name: str, made_once: Path, tmp_path: Path) -> None:
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    make, told = WORKBOOKS[name]
    (tmp_path / "speakers.xlsx").write_bytes(make())
    options = ("--body", "UNGA", "--pattern", "{country}_{session}_{year}.txt", "--metadata", "speakers.xlsx")
    command = (sys.executable, "-m", "tracker", "import", "texts", *options)
    ran = run_command(command, tmp_path, 2 if told else 0)
    size = (tmp_path / "speakers.xlsx").stat().st_size
    print(f"{name}: {size:,} bytes, {ran.megabytes:.0f} MB, {ran.processor:.1f} s: {ran.complained}")
    assert ran.megabytes < MOST_MEMORY
    if told:
        assert re.fullmatch(r"tracker: speakers\.xlsx: [^\n]*\n", ran.complained)
        assert told in ran.complained
        assert count_rows(tmp_path)["snapshots"] == 0
