from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.running import OLD, ROOT, count_rows
from tracker.errors import VocabularyInvalid
from tracker.exchange.add import BATCH
from tracker.exchange.folder_import import FolderSaid, import_folder
from tracker.exchange.metadata import read_metadata
from tracker.exchange.patterns import choose_pattern
from tracker.references import find_body

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

DATA = ROOT / "tests" / "data"
PATTERN = ("--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt")


@pytest.fixture
def corpus(tracker: Callable[..., Ran], tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    for country, session, year in (("XAA", 78, 2023), ("XAA", 79, 2024), ("XAB", 79, 2024)):
        path = folder / country / f"{session}_{year}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"Mr. President,\n\n{country} supports the rivers of {year}. We thank you.\n", encoding="utf-8"
        )
    assert tracker("init").code == 0
    return folder


def test_a_folder_is_imported_and_again_nothing_changes(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    first = tracker("import", corpus, *PATTERN)
    counts, *kinds = first.out.splitlines()
    assert (first.code, counts) == (0, "3 files: 3 new, 0 changed, 0 unchanged, 0 skipped")
    assert [line.split() for line in kinds[1:]] == [["session", "prepared"], ["78-79", "3"]]
    rows = count_rows(tmp_path)
    again = tracker("import", corpus, *PATTERN)
    assert again.out.startswith("3 files: 0 new, 0 changed, 3 unchanged, 0 skipped\n")
    assert count_rows(tmp_path) == rows


def test_an_interrupted_import_goes_on_after_its_last_batch(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    for year in range(BATCH):
        path = corpus / "XAC" / f"{1 + year}_{1901 + year}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"Mr. President, this is what we say in {1901 + year}. We thank you.\n", encoding="utf-8"
        )

    def interrupt(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_folder(
            corpus,
            FolderSaid("UNGA", PATTERN[-1]),
            tmp_path / "snapshots",
            "2026-01-01T00:00:00Z",
            progress=interrupt,
        )
    ran = tracker("import", corpus, *PATTERN)
    assert ran.out.startswith(f"{BATCH + 3} files: 3 new, 0 changed, {BATCH} unchanged, 0 skipped\n")


def test_what_is_skipped_is_listed_with_the_reason(tracker: Callable[..., Ran], corpus: Path) -> None:
    (corpus / "XAA" / "._78_2023.txt").write_bytes(b"\0\5\x16\7")
    (corpus / "readme.txt").write_text("About this folder.", encoding="utf-8")
    assert tracker("import", corpus, *PATTERN).code == 0
    (corpus / "XAA" / "77_2022.txt").write_bytes(b"")
    (corpus / "QQQ").mkdir()
    (corpus / "QQQ" / "79_2024.txt").write_text("A text.", encoding="utf-8")
    ran = tracker("import", corpus, *PATTERN)
    assert ran.code == 1
    skipped = [line.split()[1].rstrip(":") for line in ran.out.splitlines() if line.startswith("  skipped")]
    assert sorted(skipped) == ["QQQ/79_2024.txt", "XAA/._78_2023.txt", "XAA/77_2022.txt", "readme.txt"]


def test_a_table_says_who_spoke(tracker: Callable[..., Ran], corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "speakers.csv").write_text(
        "\ufeffYear,Session,ISO Code,Name of Person Speaking,Post\n2024,79,XAA,Ana Reed ,President\n",
        encoding="utf-8",
    )
    ran = tracker("import", corpus, *PATTERN, "--metadata", "speakers.csv")
    assert ran.code == 0, ran.err
    assert "1 row of speakers.csv: 1 used, 0 not about these files, 0 skipped" in ran.out
    entries = json.loads(tracker("list", "--format", "json").out)["statements"]
    speakers = {entry["reference"].partition("~")[0]: (entry["speaker"], entry["post"]) for entry in entries}
    assert speakers["XAA/UNGA/79"] == ("Ana Reed", "President")
    assert speakers["XAA/UNGA/78"] == (None, None)
    assert {entry["delivered"] for entry in entries} == {"2023", "2024"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--pattern", "{country}/{sesion}.txt"), "sesion"),
        (("--pattern", "{country}.txt"), "session"),
        (("--body", "UNGAA"), "UNGAA"),
        (("--metadata", "none.csv"), "none.csv"),
        (("--column", "speaker=Name"), "--metadata"),
        (("--kind", "sung"), "sung"),
        (("--kind", "verbatim:70-"), "verbatim:70-74,77"),
        (("--kind", "verbatim:79-78"), "verbatim:70-74,77"),
        (("--kind", "verbatim:tenth,eleventh day"), "eleventh day"),
    ],
)
def test_a_wrong_option_imports_nothing(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path, arguments: tuple[str, str], said: str
) -> None:
    ran = tracker("import", corpus, *PATTERN, *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert count_rows(tmp_path)["snapshots"] == 0


def test_a_second_row_about_a_statement_is_skipped(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "XAA_70.txt").write_text(OLD, encoding="utf-8")
    rows = "country,session,speaker\nXAA,70,A. Person\nXAA,70,B. Other\n,70,C. Nobody\nXAA,71,D. Later\n"
    (tmp_path / "s.csv").write_text(rows, encoding="utf-8")
    tracker("init")
    ran = tracker("import", "texts", "--body", "UNGA", "--metadata", "s.csv")
    assert "4 rows of s.csv: 1 used, 1 not about these files, 2 skipped" in ran.out
    assert "skipped line 3: an earlier row is about the same" in ran.out
    assert "skipped line 4: it names no country" in ran.out
    assert "A. Person" in tracker("list", "--format", "csv").out


def test_a_dry_run_says_what_the_import_then_does_and_leaves_nothing(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    (corpus / "XAB" / "79_2024.txt").write_bytes(b"\0" * 4096)
    form = ("--format", "json")
    before = tracker("import", corpus, *PATTERN, *form, "--dry-run")
    assert tracker("import", corpus, *PATTERN, *form, "--dry-run", "--archive", "none") == before
    assert not (tmp_path / "none").exists()
    done = tracker("import", corpus, *PATTERN, *form)
    assert (before.code, before.out) == (done.code, done.out)
    assert {each["status"] for each in json.loads(done.out)["entries"]} >= {"new", "skipped"}
    rows, runs = count_rows(tmp_path), tracker("status", "--runs").out
    other = corpus / "XAA" / "79_2024.txt"
    other.write_text(f"{other.read_text(encoding='utf-8')} We add a sentence to it.", encoding="utf-8")
    tried = tracker("import", corpus, *PATTERN, "--dry-run")
    assert "  changed XAA/UNGA/79~prepared.en XAA/79_2024.txt" in tried.out
    assert (count_rows(tmp_path), tracker("status", "--runs").out) == (rows, runs)
    again = tracker("import", corpus, *PATTERN, "--dry-run")
    assert again.out == tried.out


def test_of_a_table_only_rows_of_these_sessions_are_named(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    """What cannot be read in other sessions, and statements that are not here, are no problem."""
    others = "".join(f"XAA,{session},Z\nNowhere,{session},Z\n" for session in range(20, 70))
    (tmp_path / "s.csv").write_text(
        f"country,session,speaker\nXAA,79,A\n{'Nowhere,79,B' + chr(10)}Nowhere,79,C\n{others}"
        "Nowhere,79,D\nNowhere,79,E\nNowhere,78,F\n,79,G\nXAA,,H\n",
        encoding="utf-8",
    )
    ran = tracker("import", corpus, *PATTERN, "--metadata", "s.csv")
    assert ran.code == 0
    assert "108 rows of s.csv: 1 used, 100 not about these files, 7 skipped" in ran.out
    unknown = "unknown country 'Nowhere'; write an ISO 3166-1 alpha-3 code, such as GBR"
    assert [line for line in ran.out.splitlines() if line.startswith("  ") and "prepared" not in line][
        :-1
    ] == [
        *(f"  skipped line {line}: {unknown}" for line in (3, 4, 105)),
        "  ... and 2 more, 5 in all, for this reason (--dry-run names all)",
        "  skipped line 108: it names no country",
        "  skipped line 109: it names no session",
    ]
    tried = tracker("import", corpus, *PATTERN, "--metadata", "s.csv", "--dry-run").out
    assert f"  skipped line 107: {unknown}" in tried
    entries = json.loads(tracker("list", "XAA/UNGA/79", "--format", "json").out)["statements"]
    assert entries[0]["speaker"] == "A"


def test_the_columns_of_the_general_debates_table_are_recognised(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    """A code counts before a name, a name where the code is unknown; two states are one row too many."""
    rows = {
        "GBR": ("25", "GBR", "United Kingdom", "Home", "Prime Minister"),
        "LKA": ("25", "CEY", "Ceylon (Sri Lanka)", "Bandaranaike", "Prime Minister"),
        "RUS": ("25", "RUS", "Union of Sovier Socialist Republics", "Gromyko", "Minister"),
        "BLR": ("25", "", "Byelorussian Soviet Socialist Republic", "Gurinovich", "Minister"),
        "CHE": ("25", "CHE", "Sweden", "Nilsson", "Minister"),
    }
    lines = [f"1970,{','.join(row)}," for row in rows.values()]
    (tmp_path / "table.csv").write_text(
        "\n".join(["Year,Session,ISO Code,Country,Name of Person Speaking,Post,Unnamed: 6", *lines]) + "\n",
        encoding="utf-8",
    )
    for code in rows:
        path = tmp_path / "corpus" / "Session 25 - 1970" / f"{code}_25_1970.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{code} speaks of peace and of rivers.\n", encoding="utf-8")
    assert tracker("init").code == 0
    ran = tracker("import", "corpus", "--body", "UNGA", "--metadata", "table.csv")
    assert ran.code == 0, ran.err
    assert "skipped line 6: it names two countries, CHE (Switzerland) and SWE (Sweden)" in ran.out
    entries = json.loads(tracker("list", "--format", "json").out)["statements"]
    speakers = {entry["reference"][:3]: entry["speaker"] for entry in entries}
    assert speakers == {code: row[3] if code != "CHE" else None for code, row in rows.items()}


def test_a_kind_that_nobody_declared_is_marked_as_inferred(tracker: Callable[..., Ran], corpus: Path) -> None:
    assert tracker("import", corpus, *PATTERN).code == 0
    entries = json.loads(tracker("list", "--format", "json").out)["statements"]
    assert [entry["kind_inferred"] for entry in entries] == [True] * 3


def test_a_kind_may_be_declared_for_all(tracker: Callable[..., Ran], corpus: Path) -> None:
    assert tracker("import", corpus, *PATTERN, "--kind", "verbatim").code == 0
    entries = json.loads(tracker("list", "--format", "json").out)["statements"]
    assert {(entry["reference"].partition("~")[2], entry["kind_inferred"]) for entry in entries} == {
        ("verbatim.en", False)
    }


def test_a_pattern_that_fits_nothing_is_a_finding(tracker: Callable[..., Ran], corpus: Path) -> None:
    ran = tracker("import", corpus, "--body", "UNGA", "--pattern", "{country}/{session}.pdf")
    assert ran.code == 1
    assert "3 skipped" in ran.out


YEARS = ((70, 2015), (71, 2016), (79, 2024))
LAYOUTS = (
    ("Session {s} - {y}/{c}_{s}_{y}.txt", "Session {session} - {year}/{country}_{session}_{year}.txt"),
    ("{c}/{s}_{y}.txt", "{country}/{session}_{year}.txt"),
    ("{s}/{n}.txt", "{session}/{country}.txt"),
    ("{n} {s}.txt", "{country} {session}.txt"),
    ("{n}/{c}-{s}.txt", "{country}/{country}-{session}.txt"),
    ("UNGA-{c}-{s}.txt", "UNGA-{country}-{session}.txt"),
    ("{c}_{s}_2015-09-28.txt", "{country}_{session}_{date}.txt"),
    ("{c}/{s}/verbatim.txt", "{country}/{session}/{kind}.txt"),
    ("{s}th session/{c}.txt", "{session}/{country}.txt"),
    ("{y}/{s}_{c}_speech by {n} on day {s}0.txt", "{year}/{session}_{country}_{any}.txt"),
)


@pytest.mark.parametrize(("layout", "pattern"), LAYOUTS)
def test_the_pattern_is_found_in_the_paths(layout: str, pattern: str) -> None:
    states = {"AFG": "Afghanistan", "GBR": "United Kingdom", "GNB": "Guinea-Bissau", "CIV": "Côte d'Ivoire"}
    names = [
        layout.format(c=code, n=name, s=session, y=year)
        for code, name in states.items()
        for session, year in YEARS
    ]
    found = choose_pattern(names, find_body("UNGA"), with_country=True)
    assert (found.pattern, found.fits) == (pattern, len(names))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["GBR_70_7.txt"], "--pattern '{country}_70_{session}.txt' (1 fit) or"),
        (["GBR/70.txt", "79/FRA.txt"], "--pattern '{country}/{session}.txt' (1 fit) or"),
        (["70_2015.txt"], "--country GBR"),
        (["notes.txt"], "'notes.txt' do not show country and session of UNGA"),
        ([], "no files"),
    ],
)
def test_where_no_pattern_or_more_than_one_is_found_nothing_is_imported(
    tracker: Callable[..., Ran], tmp_path: Path, names: list[str], said: str
) -> None:
    (tmp_path / "corpus").mkdir()
    for name in names:
        path = tmp_path / "corpus" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("We support peace.", encoding="utf-8")
    assert tracker("init").code == 0
    ran = tracker("import", "corpus", "--body", "UNGA")
    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert count_rows(tmp_path)["snapshots"] == 0


def test_a_field_may_stand_twice_where_both_agree(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    (corpus / "XAB" / "78th of 79_2024.txt").write_text("XAB supports peace.", encoding="utf-8")
    for path in corpus.glob("XAA/*"):
        path.rename(path.with_name(f"{path.stem[:2]}th of {path.name}"))
    ran = tracker(
        "import", corpus, "--body", "UNGA", "--pattern", "{country}/{session} of {session}_{any}.txt"
    )
    assert ran.code == 1
    assert "XAB/78th of 79_2024.txt: its path names two of {session}: 78 and 79" in ran.out
    assert count_rows(tmp_path)["snapshots"] == 2


def test_kinds_are_declared_for_sessions(tracker: Callable[..., Ran], corpus: Path) -> None:
    kinds = ("--kind", "verbatim:70-74,78", "--kind", "prepared")
    assert tracker("import", corpus, *PATTERN, *kinds).code == 0
    entries = json.loads(tracker("list", "--format", "json").out)["statements"]
    assert {entry["reference"] for entry in entries} == {
        "XAA/UNGA/78~verbatim.en", "XAA/UNGA/79~prepared.en", "XAB/UNGA/79~prepared.en"
    }  # fmt: skip
    ran = tracker("import", corpus, *PATTERN, "--kind", "verbatim:78", "--kind", "prepared:70-79")
    assert (ran.code, "session 78 cannot be both" in ran.err) == (2, True)


RECORD = "The States Members of the United Nations agreed (see A/78/PV.3). {} supports the rivers. " + 50 * (
    "It has trained judges, and will train more in the coming year. "
)
OWN = "Mr. President,\n\n{} supports the rivers.\n\nThank you."
PLAIN = "{} supports the rivers."
SESSIONS = (
    ((RECORD, RECORD, RECORD, OWN, PLAIN), {"verbatim": 5}),
    ((OWN, OWN, OWN, PLAIN), {"prepared": 4}),
    ((OWN, OWN, RECORD, RECORD, PLAIN), {"prepared": 2, "verbatim": 2, "unclear": 1}),
    ((RECORD, PLAIN), {"verbatim": 1, "unclear": 1}),
)


@pytest.mark.parametrize(("texts", "expected"), SESSIONS)
def test_a_kind_is_that_of_most_texts_of_the_session(
    tracker: Callable[..., Ran], tmp_path: Path, texts: tuple[str, ...], expected: dict[str, int]
) -> None:
    (tmp_path / "corpus" / "78").mkdir(parents=True)
    for number, text in enumerate(texts):
        code = f"XA{chr(ord('A') + number)}"
        (tmp_path / "corpus" / "78" / f"{code}.txt").write_text(text.format(code), encoding="utf-8")
    assert tracker("init").code == 0
    ran = tracker("import", "corpus", "--body", "UNGA")
    head, row = (line.split() for line in ran.out.splitlines()[-2:])
    assert dict(zip(head[1:], map(int, row[1:]), strict=True)) == expected
    again = tracker("import", "corpus", "--body", "UNGA")
    assert again.out.splitlines()[-2:] == ran.out.splitlines()[-2:]


DEBATE = (
    "Session 01 - 1946/CSK_01_1946",
    "Session 78 - 2023/XAA_78_2023",
    "Session 79 - 2024/XAA_79_2024",
    "Session 79 - 2024/XAB_79_2024",
    "Session 79 - 2024/XAC_79_2024",
    *(f"Session 79 - 2024/X{letter}Z_79_2024" for letter in "ABCD"),
    "Session 79 - 2024/QQQ_79_2024",
)
"""As the corpus of the General Debate is published: a folder for each session, a file for each country."""


@pytest.fixture
def debate(tracker: Callable[..., Ran], tmp_path: Path) -> Path:
    folder = tmp_path / "UNGDC"
    for name in DEBATE:
        path = folder / "TXT" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Mr. President,\n\nThis is what {name} says.\n", encoding="utf-8")
        (path.parent / f"._{path.name}").write_bytes(b"\0\5\x16\7")
    (folder / "TXT" / "Session 79 - 2024" / "XAD_79_2024.txt").write_bytes(b"")
    (folder / "Speakers_by_session.xlsx").write_bytes((DATA / "speakers.xlsx").read_bytes())
    assert tracker("init").code == 0
    return folder


def test_a_corpus_as_it_is_published_is_imported_with_its_spreadsheet(
    tracker: Callable[..., Ran], debate: Path
) -> None:
    ran = tracker("import", debate, "--body", "UNGA", "--metadata", debate / "Speakers_by_session.xlsx")
    assert ran.code == 1
    pattern = "'TXT/Session {session} - {year}/{country}_{session}_{year}.txt'"
    assert ran.out.startswith(f"pattern found: --pattern {pattern} fits 11 of 21 files\n")
    assert "21 files: 9 new, 0 changed, 0 unchanged, 12 skipped" in ran.out
    assert "  ... and 7 more, 10 in all, for this reason (--dry-run names all)" in ran.out
    assert "skipped TXT/Session 79 - 2024/QQQ_79_2024.txt: unknown country 'QQQ'" in ran.out
    assert "skipped TXT/Session 79 - 2024/XAD_79_2024.txt: " in ran.out
    # The table lies among the texts, and is none.
    assert "skipped Speakers_by_session.xlsx" not in ran.out
    assert "3 used, 1 not about these files, 2 skipped; no row for 7 statements" in ran.out
    assert "skipped line 5: unknown country 'Leage of Arab States'" in ran.out
    assert "skipped line 6: an earlier row is about the same" in ran.out
    entries = json.loads(tracker("list", "--format", "json").out)["statements"]
    told = {each["reference"].partition("~")[0]: (each["speaker"], each["delivered"]) for each in entries}
    assert {name: facts for name, facts in told.items() if "Z/" not in name} == {
        "CSK/UNGA/1": (None, "1946"),
        "XAA/UNGA/78": ("Ana Reed", "2023-09-20"),
        "XAA/UNGA/79": ("Ana Reed", "2024-09-25"),
        "XAB/UNGA/79": ("Bo Lind", "2024"),
        "XAC/UNGA/79": (None, "2024"),
    }


def test_a_spreadsheet_is_read_within_bounds(
    tracker: Callable[..., Ran], debate: Path, tmp_path: Path
) -> None:
    whole = (DATA / "speakers.xlsx").read_bytes()
    sheet = "xl/worksheets/sheet1.xml"
    changed = {
        "a corner": (sheet, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"/></row></sheetData>'),
        "another encoding": (sheet, b"<sheetData>", b"\0<sheetData>"),
        "damaged": (sheet, b"</sheetData>", b""),
        "without a workbook": ("xl/workbook.xml", b"", b""),
    }
    for name, (member, old, new) in changed.items():
        file = tmp_path / f"{name}.xlsx"
        with ZipFile(BytesIO(whole)) as package, ZipFile(file, "w") as out:
            for each in package.namelist():
                data = package.read(each)
                if each != member:
                    out.writestr(each, data)
                elif old:
                    assert old in data
                    out.writestr(each, data.replace(old, new))
    (tmp_path / "cut.xlsx").write_bytes(whole[:3000])
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    said = {
        **dict.fromkeys((f"{name}.xlsx" for name in changed), "no spreadsheet that can be read"),
        "a corner.xlsx": "1,048,576 rows of 16,384 cells",
        "cut.xlsx": "no spreadsheet that can be read",
        "old.xls": "save it as .xlsx",
    }
    for file_name, reason in said.items():
        ran = tracker("import", debate, "--body", "UNGA", "--metadata", file_name)
        assert ran.code == 2
        assert ran.err.startswith(f"tracker: {file_name}: ")
        assert reason in ran.err
        assert len(ran.err.splitlines()) == 1
    assert count_rows(tmp_path)["snapshots"] == 0


def test_without_the_library_the_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(VocabularyInvalid, match="pip install 'python-calamine"):
        read_metadata(DATA / "speakers.xlsx", {}, find_body("UNGA"))
