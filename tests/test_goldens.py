"""All that the commands print and write is what the golden files say.

Where a difference is meant, ``python -m tests.goldens`` writes them again; read what git shows of it.
"""

from __future__ import annotations

import json
import subprocess
from difflib import unified_diff
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from tests.goldens import GOLDEN, OTHERS, shorten
from tests.printing import walk_commands
from tests.running import COMMAND, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOWN = 12
"""Lines that are shown of each file that differs."""
LEAVES = [(path, command) for path, command in walk_commands() if not hasattr(command, "commands")]


def test_the_story_comes_out_as_it_did(tmp_path: Path) -> None:
    ran = subprocess.run(
        [*COMMAND[:-1], "tests.goldens", tmp_path], cwd=ROOT, capture_output=True, check=False, timeout=900
    )
    assert ran.returncode == 0, ran.stderr.decode()
    made, kept = _read(tmp_path), _read(GOLDEN)
    # The schema and the mirror first: whatever changes them changes what several commands tell.
    names = sorted(made.keys() | kept.keys(), key=lambda name: ("/" in name, name))
    different = [name for name in names if made.get(name) != kept.get(name)]
    assert not different, "\n".join(line for name in different for line in _differ(name, kept, made))


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_each_command_is_told_in_each_form_that_it_has(path: tuple[str, ...], command: Any) -> None:  # noqa: ANN401 (Typer's own Click)
    told = (GOLDEN / "commands" / f"{'-'.join(path)}.txt").read_text(encoding="utf-8").splitlines()
    lines = [f"{line} " for line in told if line.startswith(f"$ tracker {' '.join(path)}")]
    assert any("--help " not in line for line in lines)
    for form in _forms(command):
        assert any(f" {form} " in line for line in lines), f"tell {form} in golden_story.py"


def test_a_long_answer_is_shortened_and_any_change_in_it_is_seen() -> None:
    short = "".join(f"{number}\n" for number in range(150))
    assert shorten(short) == short
    long = shorten(f"{short}a\n")
    assert long.splitlines()[58:62] == ["58", "59", "...", "131"]
    assert "of 151 lines with SHA-256 " in long
    assert shorten(f"{short.replace('100', '101')}a\n") != long


def test_longer_json_keeps_an_object_of_each_kind_and_stays_json() -> None:
    rows: list[dict[str, object]] = [{"at": at, "span": [0.0, 1.0]} for at in range(40)]
    text = json.dumps({"rows": [*rows, {"at": None, "span": []}]}, indent=2) + "\n"
    kept, _, told = shorten(text).partition("(shortened, ")
    assert json.loads(kept) == {"rows": [{"at": 0, "span": [0.0, 1.0]}, {"at": None, "span": []}]}
    assert shorten(text.replace('"at": 39', '"at": 40')).partition("(shortened, ")[2] != told


def _forms(command: Any) -> Iterator[str]:  # noqa: ANN401 (as above)
    for option in command.params:
        if "--json" in option.opts:
            yield "--json"
        elif "--format" in option.opts:
            yield from (f"--format {each}" for each in option.type.choices if each != option.default)


def _read(folder: Path) -> dict[str, bytes]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in paths.items() if name not in OTHERS}


def _differ(name: str, kept: dict[str, bytes], made: dict[str, bytes]) -> Iterator[str]:
    old, new = (files.get(name, b"").decode().splitlines(keepends=True) for files in (kept, made))
    lines = unified_diff(old, new, f"{name}, golden", f"{name}, now", n=1)
    return (repr(line)[1:-1] if "\r" in line else line.rstrip("\n") for line in islice(lines, SHOWN))
