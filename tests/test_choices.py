"""What an option offers is what the program knows: such names are written twice, for start-up to be light."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.printing import walk_commands
from tracker.model.ledger import RunKind
from tracker.model.texts import Language, TextKind
from tracker.model.topics import Level
from tracker.model.tracing import TracedThrough
from tracker.model.watching import Access
from tracker.text.encoder import ENCODERS

CHOICES = {
    "add --kind": get_args(TextKind),
    "diff --encoder": tuple(ENCODERS),
    "blame --through": ("auto", *get_args(TracedThrough)),
    "judge --level": (*get_args(Level), "absent"),
    "status --kind": tuple(each for each in get_args(RunKind) if each != "record"),
    "topics learn --language": get_args(Language),
    "sources add --access": get_args(Access),
}
OFFERED = {
    f"{' '.join(path)} {option.opts[0]}": tuple(getattr(option.type, "choices", ()))
    for path, command in walk_commands()
    for option in command.params
}


@pytest.mark.parametrize("option", CHOICES)
def test_an_option_offers_what_the_program_knows(option: str) -> None:
    assert OFFERED[option] == CHOICES[option]
