"""A process that is killed where it comes to a function, as by a power cut."""

from __future__ import annotations

import os
import signal
import sys
from functools import wraps
from itertools import count
from pkgutil import resolve_name
from typing import Any


def kill_at(name: str, call: int) -> None:
    """Have this process killed at a call of a function, counted from 1.

    Where the named module defines it, calls from anywhere count; where it has it from another, its own alone.
    """
    place, _, attribute = name.rpartition(".")
    owner = resolve_name(place)
    original: Any = getattr(owner, attribute)
    calls = count(1)

    @wraps(original)
    def kill(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 (of any function)
        if next(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    is_defined_there = original.__module__ == place
    for module in [*sys.modules.values()] if is_defined_there else [owner]:
        names = getattr(module, "__dict__", {})
        for known in [known for known, value in names.items() if value is original]:
            setattr(module, known, kill)
