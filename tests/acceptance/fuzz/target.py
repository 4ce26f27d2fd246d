"""What a fuzzer is: how to make one input of bytes, and how to run it through the program.

A module of this package that holds ``TARGETS``, a tuple, is found by the runner. An input is bytes, so that
it can be kept in a file, made smaller and run again: a tree is a stream of ``git fast-import``, and a folder
a tar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

GIGABYTE = 1024**3


class Found(Exception):
    """What must not be: a law that an input breaks; the first word of its text says what kind it is."""


@dataclass(frozen=True, slots=True)
class Target:
    """A door of the program through which comes what strangers wrote."""

    name: str
    make: Callable[[Random], bytes]
    """Make one input, the same for the same random numbers; it looks at no clock, folder or environment."""
    run: Callable[[bytes, Path], str]
    """Run an input in an empty folder, which is the working directory too; return what became of it in one
    word, such as ``read`` or ``refused``, which the runner counts. Whatever it raises is a finding."""
    seconds: float = 20.0
    """The processor time that one input may take, in the process and in those that it starts: the bound that
    the program states, or what is generous. Thrice as long by the clock, at most a minute more, is a hang."""
    memory: int = 2 * GIGABYTE
    """The bytes that may be resident at once while one input is run."""
