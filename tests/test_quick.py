"""What is run at work: files that are there, and some that read each room of the program."""

from __future__ import annotations

import re

from tests.quick import QUICK
from tests.running import ROOT


def test_each_room_has_a_test_among_the_quick_ones() -> None:
    texts = [(ROOT / "tests" / f"test_{name}.py").read_text(encoding="utf-8") for name in sorted(QUICK)]
    read = {room for text in texts for room in re.findall(r"^ *from tracker\.(\w+)", text, re.MULTILINE)}
    rooms = {path.parent.name for path in (ROOT / "tracker").glob("*/__init__.py")}
    assert rooms - read == set()
