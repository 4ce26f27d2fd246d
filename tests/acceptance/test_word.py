"""LibreOffice accepts and rejects all to the exact texts; 200 random pairs come back from DOCX, TEI and JSON.

A brief is one page.

Needs Debian's ``libreoffice-writer-nogui``, ``libreoffice-uiconfig-writer`` (without which comments end the
office) and ``python3-uno``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from openxml_audit import OpenXmlValidator
from pypdfium2 import PdfDocument

from tests.conftest import run_tracker
from tests.redlined import SIDES, Side, revise, settle_json, settle_tei, settle_word, write_tei, write_word
from tests.shared_data import require
from tracker.diff.notebook import compare
from tracker.report.comparison.build import render_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.changes import Comparison

    Settled = dict[str, dict[str, list[str] | int | bool]]

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
PAIRS, RANDOM = 50, 200
ROOM: Final = 50
"""Points that a brief leaves free on its page: four lines."""
_SESSIONS, _DRAFTS, _ESSAYS = 14, 18, 6
_PIPE: Final = "tracker-acceptance"


@cache
def list_speeches() -> list[Path]:
    return sorted(require("ungdc").glob("*/*.txt"))


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def pair_sessions(chance: random.Random) -> tuple[str, str]:
    """Return a speech and the next one of the same country."""
    folder = chance.choice([each for each in require("ungdc").iterdir() if len(list(each.glob("*.txt"))) > 1])
    files = sorted(folder.glob("*.txt"), key=lambda path: int(path.name.partition("_")[0]))
    at = chance.randrange(len(files) - 1)
    return read(files[at]), read(files[at + 1])


def pair_drafts(chance: random.Random) -> tuple[str, str]:
    old = compare(read(chance.choice(list_speeches())), "", language="en", encoder=None).old.version.text
    return old, revise(old, chance.randrange(10**6))


def list_pairs() -> Iterator[tuple[str, str, str, str]]:
    """Yield fifty pairs of several kinds: a name, a language, and two texts."""
    chance = random.Random(20)  # noqa: S311 (which texts are tried)
    for number in range(_SESSIONS):
        yield (f"session {number}", "en", *pair_sessions(chance))
    for number in range(_DRAFTS):
        yield (f"draft {number}", "en", *pair_drafts(chance))
    lines = require("align/argrewrite2/dev.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines[:_ESSAYS]):
        essay = json.loads(line)
        yield (f"essay {number}", "en", " ".join(essay["old"]), "\n\n".join(essay["new"]))
    xaa = sorted((ROOT / "seeds" / "xaa").glob("*.md"), key=lambda path: path.stem)
    for old, new in pairwise(xaa):
        yield (f"seed {new.stem}", "en", read(old), read(new))
    mini = ROOT / "tests" / "data" / "policy_mini"
    yield ("policy_mini", "en", read(mini / "old.txt"), read(mini / "new.txt"))
    scripts = tomllib.loads(read(ROOT / "tests" / "data" / "other_scripts.toml"))
    levels = tomllib.loads(read(ROOT / "tests" / "data" / "levels_languages.toml"))
    for language in ("ar", "zh", "ru"):
        blank = "" if language == "zh" else " "
        before, after = (blank.join(scripts[language][side]) for side in SIDES)
        yield (f"{language} pair", language, before, after)
        said = [sentence for level in levels[language].values() for sentence in level]
        text = "\n\n".join(blank.join(said[at : at + 5]) for at in range(0, len(said), 5))
        yield (f"{language} draft", language, text, revise(text, 7))


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Comparison, bytes, Settled]]:
    """Return each pair as it was compared, as DOCX, and as LibreOffice leaves it."""
    folder = tmp_path_factory.mktemp("word")
    made: dict[str, tuple[Comparison, bytes]] = {}
    for name, language, old, new in list_pairs():
        found = compare(old, new, language=language, encoder=None)
        made[name] = found, write_word(found)
        (folder / f"{name}.docx").write_bytes(made[name][1])
    results = run_office(folder, [folder / f"{name}.docx" for name in made])
    return {name: (*both, result) for (name, both), result in zip(made.items(), results, strict=True)}


def run_office(folder: Path, files: list[Path]) -> list[Settled]:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    office = ("soffice", "--headless", "--norestore", "--nologo", profile, f"--accept=pipe,name={_PIPE};urp;")
    python = shutil.which("python3", path=os.defpath)  # Debian's own has uno; that of the tests has not
    assert python
    with subprocess.Popen(office, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            lines = "".join(f"{path}\n" for path in files)
            command = (python, str(HERE / "settling.py"), _PIPE)
            done = subprocess.run(
                command, input=lines, capture_output=True, text=True, check=False, timeout=1200
            )
        finally:
            running.terminate()
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_there_are_fifty_pairs_of_several_kinds(
    settled: dict[str, tuple[Comparison, bytes, Settled]],
) -> None:
    assert len(settled) == PAIRS
    operations = {change.operation for found, _, _ in settled.values() for change in found.changes}
    assert {"kept", "reworded", "split", "merged", "new", "dropped"} <= operations
    moved = [name for name, (found, _, _) in settled.items() if any(change.moved for change in found.changes)]
    assert {"ar draft", "zh draft"} <= set(moved)
    assert len(moved) > PAIRS // 4


@pytest.mark.parametrize("side", SIDES)
def test_libreoffice_leaves_exactly_either_text(
    settled: dict[str, tuple[Comparison, bytes, Settled]], side: Side
) -> None:
    wrong = []
    for name, (found, _, result) in settled.items():
        whole = found.new if side == "new" else found.old
        assert result[side]["kind"]
        assert result[side]["left"] == 0
        assert result[side]["changes"], name
        if result[side]["paragraphs"] != whole.version.text.split("\n\n"):
            wrong.append(name)
    assert wrong == []


def test_libreoffice_shows_the_comments(settled: dict[str, tuple[Comparison, bytes, Settled]]) -> None:
    for name, (found, _, result) in settled.items():
        assert result["new"]["comments"] or not found.new.version.text, name


def test_each_is_valid_by_the_schemas_of_word(
    settled: dict[str, tuple[Comparison, bytes, Settled]], tmp_path: Path
) -> None:
    for _, data, _ in settled.values():
        (tmp_path / "made.docx").write_bytes(data)
        assert OpenXmlValidator().validate(tmp_path / "made.docx").errors == []


BRIEFS: Final = (
    ("GBR", "78", "79"),
    ("COD", "78", "79"),
    ("SAU", "78", "79"),
    ("VCT", "78", "79"),
    ("BIH", "73", "74"),
)
"""Pairs with long names of countries and topics, Arabic names of people, and much that is claimed."""


def test_a_brief_is_one_page(tmp_path: Path) -> None:
    for country, *_ in BRIEFS:
        (tmp_path / "texts" / country).mkdir(parents=True)
        for speech in require("ungdc").glob(f"{country}/7?_*.txt"):
            shutil.copy(speech, tmp_path / "texts" / country)
    run_tracker(tmp_path, "init")
    pattern = ("--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt")
    assert run_tracker(tmp_path, "import", "texts", *pattern).code == 0
    for country, *sessions in BRIEFS:
        answer = run_tracker(tmp_path, "diff", f"{country}/UNGA", *sessions, "-o", f"{country}.docx")
        assert answer.code == 1, answer.err
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    office = ("soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path))
    subprocess.run(
        [*office, *map(str, tmp_path.glob("*.docx"))], check=True, capture_output=True, timeout=300
    )
    for country, *_ in BRIEFS:
        with PdfDocument(tmp_path / f"{country}.pdf") as printed:
            (page,) = printed
            told = page.get_textpage()
            assert "Largest moves" in told.get_text_range()
            assert "Cite: " in told.get_text_range()
            lines = sorted({round(told.get_rect(at)[1]) for at in range(told.count_rects())})
            spare = max(above - below for below, above in pairwise(lines))
            assert spare > ROOM, (
                country
            )  # between the figure and the footnote, for an office with wider letters


def test_random_pairs_come_back_out_of_docx_tei_and_json() -> None:
    chance = random.Random(200)  # noqa: S311 (which texts are tried)
    for number in range(RANDOM):
        old, new = (pair_drafts if number % 2 else pair_sessions)(chance)
        found = compare(old, new, language="en", encoder=None)
        document, written, told = write_word(found), write_tei(found), render_json(found)
        for side, whole in zip(SIDES, (found.old, found.new), strict=True):
            assert settle_word(document, side) == whole.version.text
            assert settle_tei(written, side) == whole.version.text
            assert settle_json(told, side) == whole.version.text
