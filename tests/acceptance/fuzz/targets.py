"""The targets of all modules of this package, or of those that are named."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.acceptance.fuzz.target import Target

_HERE = "tests.acceptance.fuzz"


def load_targets(modules: Sequence[str] = ()) -> tuple[Target, ...]:
    """Return the targets of modules in their order; of no two is the name the same."""
    names = modules or find_modules()
    found = [target for name in names for target in import_module(name).TARGETS]
    twice = {target.name for target in found if [other.name for other in found].count(target.name) > 1}
    if twice:
        raise ValueError(f"targets of one name: {', '.join(sorted(twice))}")
    return tuple(found)


def find_modules() -> tuple[str, ...]:
    """Return the modules of this package that hold targets, by what they say and without loading others."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return tuple(f"{_HERE}.{file.stem}" for file in files if "\nTARGETS" in file.read_text(encoding="utf-8"))
