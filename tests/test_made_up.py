"""What is read in made-up statements is what was read: a number that moves is noticed."""

from __future__ import annotations

import pytest

from tests.made_up import DIGESTS, PARTS, TIMES, digest_part
from tests.thorough import some

KEPT = DIGESTS.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("part", PARTS)
def test_what_is_read_is_what_was_read(part: str) -> None:
    kept = [line for line in KEPT if line.startswith(f"{part} ")]
    assert len({line.split()[-1] for line in kept}) == TIMES
    assert [line for line in digest_part(part, some(3, range(TIMES))) if line not in kept] == []
