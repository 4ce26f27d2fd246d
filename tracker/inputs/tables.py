"""TOML as values: what is packaged, and what people write, read strictly and key by key."""

from __future__ import annotations

import marshal
import os
import re
import sys
from contextlib import suppress
from datetime import date
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ValueReader: TypeAlias = "Callable[[object], Any]"
"""Returns a value as the program has it, or raises ``ValueError`` with what is expected."""

_Read = TypeVar("_Read")
_EVERY_PYTHON = 4
"""The form of marshal that all releases read that tracker runs on: one wheel is for all of them."""
# Characters of one value; many servers refuse longer addresses.
_LONGEST = 2000


def read_packaged(package: str, name: str) -> dict[str, Any]:
    """Return what a file of TOML in a package says, its arrays as tuples: the fields of frozen values."""
    # importlib.resources takes 13 ms.
    return compile_packaged(Path(str(sys.modules[package].__file__)).with_name(name))


def compile_packaged(path: Path) -> dict[str, Any]:
    """Return what a file of TOML that comes with the program says, as ``read_packaged`` does."""

    def parse() -> dict[str, Any]:
        import tomllib  # noqa: PLC0415 (27 ms that commands without a table do not take)

        return tomllib.loads(path.read_text("utf-8"))

    table: dict[str, Any] = keep_compiled(path, [path], parse)
    return table


def keep_compiled(place: Path, sources: Sequence[Path], make: Callable[[], Any]) -> Any:  # noqa: ANN401 (plain values)
    """Return what is made of sources that come with the program, its arrays as tuples, and keep it.

    It lies where Python keeps modules that it has compiled, in the same form, begins with the digest of the
    sources, and is made again where that is another one. All 36 tables take 98 ms as TOML, 3 ms so.
    """
    digest = digest_files(sources)
    head = f"{digest}\n".encode()
    compiled = place.parent / "__pycache__" / f"{place.name}.marshal"
    with suppress(OSError, ValueError, EOFError, TypeError):
        data = compiled.read_bytes()
        if data.startswith(head):
            return marshal.loads(memoryview(data)[len(head) :])  # noqa: S302 (as far to be trusted as modules)
    made = freeze(make())
    if digest_files(sources) == digest:
        write_kept(compiled, [head, marshal.dumps(made, _EVERY_PYTHON)])
    return made


def write_kept(place: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file where Python keeps modules that it has compiled, whole or not at all.

    Where this user may not write, another one may have; else it is made each time, as modules are.
    """
    if sys.dont_write_bytecode or sys.pycache_prefix:
        return
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        try:
            with draft.open("wb") as file:
                file.writelines(parts)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)


def digest_files(sources: Iterable[Path]) -> str:
    """Return a digest of what some files hold."""
    digests = (sha256(source.read_bytes()).digest() for source in sources)
    return sha256(b"".join(digests)).hexdigest()


def freeze(value: Any) -> Any:  # noqa: ANN401 (any value of TOML)
    """Return plain values with tuples for lists."""
    if isinstance(value, dict):
        return {key: freeze(inside) for key, inside in value.items()}
    return tuple(map(freeze, value)) if isinstance(value, (list, tuple)) else value


class InvalidKey(ValueError):
    """A value that a key cannot have; the message says what is allowed, and ``path`` where it stands."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.path: tuple[str, ...] = (key,) if key else ()


def read_table(
    value: object,
    readers: Mapping[str, ValueReader],
    *,
    expected: str = "expected a table",
    unknown: str = "",
) -> dict[str, Any]:
    """Return the values of a table, each read by its key's reader.

    Raises ``InvalidKey`` where it is no table, for a key without a reader, and for a value that its reader
    refuses; the messages for the first two may be given.
    """
    if not isinstance(value, dict):
        raise InvalidKey("", expected)
    for key in value:
        if key not in readers:
            raise InvalidKey(key, unknown or f"unknown key; there are {', '.join(readers)}")
    return {key: read_inside(key, readers[key], inside) for key, inside in value.items()}


def read_inside(key: str, read: Callable[..., _Read], *arguments: object) -> _Read:
    """Return what a reader returns; where it refuses, the key goes before the place of the fault."""
    try:
        return read(*arguments)
    except InvalidKey as fault:
        fault.path = (key, *fault.path)
        raise
    except ValueError as error:
        raise InvalidKey(key, str(error)) from error


def read_text(value: object) -> str:
    """Return a printable text on one line."""
    if not isinstance(value, str):
        raise ValueError("expected a text in quotes")  # noqa: TRY004 - the value is a user's, not a programmer's
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST:
        raise ValueError("expected a text that prints, on one line")
    return value.strip()


def read_texts(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list):
        raise ValueError('expected a list of texts, such as ["aside"]')  # noqa: TRY004
    return tuple(read_text(one) for one in value)


def read_day(value: object) -> str:
    """Return a day as an ISO date."""
    # A date of TOML and a text are both allowed.
    text = str(value) if isinstance(value, date) else read_text(value)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("expected a day such as 2024-09-01") from None


def number(least: float, most: float) -> Callable[[object], float]:
    """Return a reader of numbers from ``least`` to ``most``."""

    def read(value: object) -> float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not isfinite(value) or not least <= value <= most:  # type: ignore[arg-type, operator]
            raise ValueError(f"expected a number from {least:g} to {most:g}")
        return float(value)  # type: ignore[arg-type]

    return read


def whole_number(least: int, most: int) -> Callable[[object], int]:
    """Return a reader of whole numbers from ``least`` to ``most``."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"expected a whole number from {least} to {most}")
        return value

    return read


def one_of(*choices: str) -> Callable[[object], str]:
    """Return a reader of one of a few words."""

    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"expected {' or '.join(map(repr, choices))}")
        return str(value)

    return read


def matching(pattern: re.Pattern[str], expected: str) -> Callable[[object], str]:
    """Return a reader of texts that match a pattern as a whole."""

    def read(value: object) -> str:
        text = read_text(value)
        if not pattern.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return read


_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_TABLE = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")


def find_line(text: str, *path: str) -> int:
    """Return the line, from 1, of a key or table, or else of the nearest table around it."""
    best, line = 0, 1
    for number, found in _paths(text):
        shared = _shared(found, path)
        if shared > best:
            best, line = shared, number
    return line


def _paths(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        if heading := _TABLE.match(line):
            table = _split(heading[1])
            yield number, table
        elif assignment := _ASSIGNMENT.match(line):
            yield number, table + _split(assignment[1])


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))


def _shared(found: tuple[str, ...], path: tuple[str, ...]) -> int:
    """Return the length of a found path if it is the beginning of the wanted one; else 0."""
    return len(found) if found == path[: len(found)] else 0
