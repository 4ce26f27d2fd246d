"""Damage to bytes, whatever their format: pieces put in, repeated, replaced, doubled, cut and joined."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

LONGEST = 200_000
"""Bytes of a damaged input; more makes each take longer and shows nothing else."""

WIDE: tuple[bytes, ...] = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\xef\xbb\xbf", b"\x1b$B", b"\x1b[2J", b"\x0c",
    b"\r", b"\r\n\r\n", b"\xc2\xad", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xcc\x81",
    b"\xef\xbf\xbe", b"\xf0\x9f\x87\xac", b"a", b" ", b"\n", b"\t", b"...", b"-1", b"0", b"4294967296",
    b"9" * 5000, b"1e999", b"%s", b"{0}", b"../../tracker-was-here", b"/etc/passwd", b"'", b'"', b"\\", b"<",
    b">", b"[", b"]", b"{", b"}", b"(", b")", b"&", b";", b",", b"=", b"#", b"@", b"~", b"--help",
    b"$(touch x)", b"null", b"NaN",
)  # fmt: skip
"""Pieces that trouble readers of most formats."""


def read_seeds(pattern: str) -> tuple[bytes, ...]:
    """Return the sound inputs beside this module whose names fit a pattern."""
    return tuple(path.read_bytes() for path in sorted((Path(__file__).parent / "seeds").glob(pattern)))


def damage(
    random: Random, data: bytes, marks: Sequence[bytes] = WIDE, others: Sequence[bytes] = (), most: int = 6
) -> bytes:
    """Return bytes damaged in a few places by the marks of their format, and by parts of other inputs."""
    for _ in range(random.randint(1, most)):
        data = random.choice(_DAMAGES)(random, data, marks, others or (data,))[:LONGEST]
    return data


def _put(random: Random, data: bytes, marks: Sequence[bytes], _others: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(marks) + data[at:]


def _put_often(random: Random, data: bytes, marks: Sequence[bytes], _others: Sequence[bytes]) -> bytes:
    """Nest or repeat a mark as deep as no document does."""
    at = random.randint(0, len(data))
    return data[:at] + random.choice(marks) * int(2 ** random.uniform(1, 12)) + data[at:]


def _replace(random: Random, data: bytes, _marks: Sequence[bytes], _others: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.randbytes(random.randint(0, 12)) + data[at + random.randint(0, 40) :]


def _flip(random: Random, data: bytes, _marks: Sequence[bytes], _others: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _double(random: Random, data: bytes, _marks: Sequence[bytes], _others: Sequence[bytes]) -> bytes:
    at, end = _stretch(random, data)
    return data[:end] + data[at:end] * random.randint(1, 20) + data[end:]


def _cut(random: Random, data: bytes, _marks: Sequence[bytes], _others: Sequence[bytes]) -> bytes:
    at, end = _stretch(random, data)
    return data[:at] + data[end:]


def _swap(random: Random, data: bytes, _marks: Sequence[bytes], _others: Sequence[bytes]) -> bytes:
    """Put one mark of the format or word of the input where another one was."""
    words = data.split()
    if not words:
        return data
    return data.replace(random.choice(words), random.choice(words), 1)


def _join(random: Random, data: bytes, _marks: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    return data[: random.randint(0, len(data))] + other[random.randint(0, len(other)) :]


def _stretch(random: Random, data: bytes) -> tuple[int, int]:
    """Return the ends of a stretch, mostly a short one."""
    at = random.randint(0, len(data))
    length = random.choice((10, 100, len(data)))
    return at, min(len(data), at + random.randint(0, length))


_DAMAGES: tuple[Callable[[Random, bytes, Sequence[bytes], Sequence[bytes]], bytes], ...] = (
    _put, _put_often, _replace, _flip, _double, _cut, _swap, _join,
)  # fmt: skip
