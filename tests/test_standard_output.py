"""Where a file is named to be written, ``-`` is standard output: no command writes a file of that name."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.conftest import run_tracker
from tests.printing import walk_commands
from tests.running import COMMAND, Ran

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINES: Final = {
    "diff": "XAA/CCPCJ 32 33 --encoder none",
    "priorities": "XAA/CCPCJ/33",
    "timeline": "XAA/CCPCJ",
    "trace": "XAA/CCPCJ corruption",
    "blame": "XAA/CCPCJ/33",
    "list": "",
    "show": "XAA/CCPCJ/33",
    "cite": "XAA/CCPCJ/33",
    "decisions": "",
    "status": "--year 2026",
    "review": "",
    "topics learn": "coded.csv --vocabulary topics.csv",
}
"""How each command that has ``-o`` is run."""


def find_commands() -> set[str]:
    return {
        " ".join(path)
        for path, command in walk_commands()
        if any("-o" in each.opts for each in command.params)
    }


def test_each_command_that_writes_a_file_is_tried() -> None:
    assert set(LINES) == find_commands()


@pytest.fixture
def folder(archive: Callable[..., Ran], tmp_path: Path) -> Path:
    assert archive("diff", "XAA/CCPCJ", "--encoder", "none", "--format", "json", "-o", "comparison.json").code
    (tmp_path / "topics.csv").write_text("id,label,terms\nrivers,Rivers,rivers;water\n", encoding="utf-8")
    units = "".join(
        f'"Rivers need {number} banks and water.",rivers\n"We thank {number} friends.",\n'
        for number in range(30)
    )
    (tmp_path / "coded.csv").write_text(f"text,codes\n{units}", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("command", LINES)
def test_a_dash_is_standard_output(command: str, folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    line = (*command.split(), *LINES[command].split())
    if command != "topics learn":
        plain = run_tracker(folder, *line)
        assert run_tracker(folder, *line, "-o", "-") == plain
    else:
        ran = run_tracker(folder, *line, "-o", "-")
        assert ran.code == 0, ran.err
        assert ran.out.startswith("{")
        assert "cross-validated" in ran.err
    assert sorted(path.name for path in folder.iterdir()) == before
    # A file that is called so is neither in the way nor touched.
    (folder / "-").write_text("mine", encoding="utf-8")
    assert run_tracker(folder, *line, "-o", "-").code in {0, 1}
    assert (folder / "-").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("form", "begins"), [("docx", b"PK"), ("parquet", b"PAR1")])
def test_what_is_no_text_goes_into_a_pipe(folder: Path, form: str, begins: bytes) -> None:
    line = ("diff", "XAA/CCPCJ", "--encoder", "none", "--format", form, "-o", "-")
    ran = subprocess.run([*COMMAND, *line], cwd=folder, capture_output=True, check=False)
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout.startswith(begins)
    assert not (folder / "-").exists()


def test_the_other_options_that_name_a_file_know_it_too(folder: Path) -> None:
    sheet = run_tracker(folder, "judge", "XAA/CCPCJ", "32", "33", "--to", "-")
    assert sheet.out.lstrip("\ufeff").startswith("old,new,topic"), sheet
    assert "tracker judge --from SHEET" in sheet.err
    picture = run_tracker(folder, "timeline", "XAA/CCPCJ", "--plot", "-")
    assert (picture.code, picture.err) == (
        2, "tracker: --plot -: the ending names the format; end it in .svg, .png or .pdf\n",
    )  # fmt: skip
    assert not (folder / "-").exists()
