from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.walk import count_stays, walk_anew

if TYPE_CHECKING:
    from pathlib import Path


def test_a_stay_ends_where_the_way_goes_into_another_room() -> None:
    stays = count_stays(("a/x.py", "a/y.py", "b/z.py", "a/x.py", "c.py", "a/b/x.py"))
    assert stays == {"a": 2, "b": 1, ".": 1, "a/b": 1}


def test_a_walk_is_the_functions_that_a_command_calls_each_once(tmp_path: Path) -> None:
    files = walk_anew(tmp_path, "list", "--bodies")
    assert files[0] == "cli/main.py"
    assert {"cli/read.py", "references/bodies.py", "cli/output.py"} <= {*files}
    # What a module calls while it is loaded was not handed on to it.
    assert "cli/options.py" not in files


def test_a_command_that_fails_has_no_walk(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="show XAA/UNGA/79 ended with 2"):
        walk_anew(tmp_path, "show", "XAA/UNGA/79")
