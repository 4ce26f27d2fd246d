"""What a command and a reader process agree on: the limits of reading a document, and their messages.

A message is fields of bytes, each after its length. The format needs no parser: a document that has taken
over the process can send anything.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO, Final, Literal

FileKind = Literal["pdf", "zip", "html", "text"]
"""What the first bytes of a document show, by which the process is chosen that reads it."""

_GIGABYTE = 1024**3
_WAITING = 3
"""How many times its processor time a reading may take on a busy machine."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of reading one document: seconds of processor time, bytes of memory."""

    processor: int
    memory: int
    """Of address space, with Python and the libraries (50 to 100 MB), where the system can limit it."""

    @property
    def wall(self) -> float:
        """The seconds of real time after which the reading is ended."""
        return float(_WAITING * self.processor)

    @property
    def time_words(self) -> str:
        """The limit of processor time, in words."""
        return f"{self.processor} s of a processor"

    @property
    def memory_words(self) -> str:
        """The limit of memory, in words."""
        return f"{self.memory / _GIGABYTE:g} GB of memory"


NEW_DOCUMENT: Final = Limits(processor=60, memory=2 * _GIGABYTE)
"""For new documents. A speech takes a second at most; a million words in PDF, the slowest, half a minute."""

KEPT_DOCUMENT: Final = Limits(processor=300, memory=8 * _GIGABYTE)
"""For documents that were accepted before, perhaps by a release without limits."""

SPREADSHEET: Final = Limits(processor=60, memory=_GIGABYTE // 4)
"""For a table of metadata: that of the speakers in the General Debate, 76,000 cells, takes 57 MB and .2 s."""

MAX_ANSWER: Final = 256 * 1024**2
"""Bytes of an answer: texts have a far lower limit, links of an index may repeat a long address."""


_SIZE: Final = 8
READ: Final = b"read"
UNREADABLE: Final = b"unreadable"
MEMORY: Final = b"memory"
LONG: Final = b"long"
"""The first field of an answer. READY begins the first message of a process, and its level follows."""
READY: Final = b"ready"
FULL: Final = "full"
"""The level of a sandbox that lacks nothing; others are said in a sentence, with what they lack."""
NOTHING: Final = b"\xff"
"""A field that is no text: UTF-8 never has this byte."""


def take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes of requests and answers, where libraries that read or print do not reach them."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return pipes


def send(pipe: IO[bytes], *fields: bytes) -> None:
    """Write a message and flush it. Raises ``OSError`` where no process reads it."""
    pipe.write(_length(measure(*fields)))
    for field in fields:
        pipe.write(_length(len(field)))
        pipe.write(field)
    pipe.flush()


def measure(*fields: bytes) -> int:
    """Return the length of a message that holds these fields."""
    return sum(len(field) + _SIZE for field in fields)


def receive(pipe: IO[bytes], most: int) -> tuple[bytes, ...]:
    """Read a message whole.

    Raises ``EOFError`` where the other side has ended, ``ValueError`` for more than ``most`` bytes or for
    fields that do not fit their message.
    """
    total = int.from_bytes(_read(pipe, _SIZE), "big")
    if total > most:
        raise ValueError(f"a message of {total} bytes")
    return _split(_read(pipe, total))


def encode(text: str | None) -> bytes:
    """Return a text, or None, as a field; ``decode`` refuses the lone surrogates in it."""
    return NOTHING if text is None else text.encode("utf-8", "surrogatepass")


def decode(field: bytes) -> str | None:
    """Undo ``encode``. Raises ``ValueError`` for what is neither UTF-8, which a record keeps, nor nothing."""
    return None if field == NOTHING else field.decode()


def _split(message: bytes) -> tuple[bytes, ...]:
    fields, at = [], 0
    while at < len(message):
        start = at + _SIZE
        end = start + int.from_bytes(message[at:start], "big")
        if end > len(message):
            raise ValueError("a field that is longer than its message")
        fields.append(message[start:end])
        at = end
    return tuple(fields)


def _read(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _length(number: int) -> bytes:
    return number.to_bytes(_SIZE, "big")
