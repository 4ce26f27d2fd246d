"""The tables and lists that come with the program, as its installation compiled them; here they are read."""

from __future__ import annotations

import marshal
import sys
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

ENDING: Final = ".compiled"
"""Of the file that lies beside a source."""

_EVERY_PYTHON: Final = 4
"""The form of marshal that all releases read that tracker runs on: one wheel is for all of them."""

_MADE: Final[ContextVar[dict[Path, bytes] | None]] = ContextVar("made", default=None)


def read_packaged(package: str, name: str) -> dict[str, Any]:
    """Return what a file of TOML in a package says, its arrays as tuples: the fields of frozen values."""
    # importlib.resources takes 13 ms.
    return read_table_of(Path(str(sys.modules[package].__file__)).with_name(name))


def read_table_of(path: Path) -> dict[str, Any]:
    """Return what a file of TOML that comes with the program says, as ``read_packaged`` does."""

    def parse() -> dict[str, Any]:
        import tomllib  # noqa: PLC0415 (27 ms that commands do not take where the table is compiled)

        return tomllib.loads(path.read_text("utf-8"))

    table: dict[str, Any] = read_compiled(path, [path], parse)
    return table


def read_compiled(place: Path, sources: Sequence[Path], make: Callable[[], Any]) -> Any:  # noqa: ANN401 (plain values)
    """Return what is made of sources that come with the program, its arrays as tuples.

    It is read from the file that the installation put beside ``place``, which names the digest of the sources
    and of this module. Where that is missing, damaged, or of other sources, as while somebody edits them, it
    is made in memory. Nothing is written: what a program wrote while it ran is no part of the program.
    """
    digest = f"{digest_files([Path(__file__)])}{digest_files(sources)}"
    made = _MADE.get()
    if made is None:
        with suppress(OSError, ValueError, EOFError, TypeError):
            data = memoryview(place.with_name(place.name + ENDING).read_bytes())
            size = len(_head(digest, b""))
            if data[:size] == _head(digest, data[size:]):
                return marshal.loads(data[size:])  # noqa: S302 (installed with the modules, as far to be trusted)
        return freeze(make())
    value = freeze(make())
    body = marshal.dumps(value, _EVERY_PYTHON)
    made[place.with_name(place.name + ENDING)] = _head(digest, body) + body
    return value


@contextmanager
def compiling() -> Iterator[dict[Path, bytes]]:
    """Yield the compiled files, by path, of all that is read within the block: for the installation alone."""
    made: dict[Path, bytes] = {}
    before = _MADE.set(made)
    try:
        yield made
    finally:
        _MADE.reset(before)


def freeze(value: Any) -> Any:  # noqa: ANN401 (any value of TOML)
    """Return plain values with tuples for lists."""
    if isinstance(value, dict):
        return {key: freeze(inside) for key, inside in value.items()}
    return tuple(map(freeze, value)) if isinstance(value, (list, tuple)) else value


def digest_files(sources: Iterable[Path]) -> str:
    """Return a digest of what some files hold."""
    return sha256(b"".join(sha256(source.read_bytes()).digest() for source in sources)).hexdigest()


def _head(digest: str, body: bytes | memoryview) -> bytes:
    return f"{digest} {crc32(body):08x}\n".encode("ascii")
