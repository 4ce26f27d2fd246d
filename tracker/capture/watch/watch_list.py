"""The watch list ``watch.toml``: read strictly, and extended without changing what is there."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Final

from tracker.capture.watch.keys import read_settings, read_source, source_table
from tracker.capture.web.fetch import is_web_address
from tracker.errors import WatchListInvalid
from tracker.files import BY_UMASK, keep_permissions, write_file
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_toml
from tracker.inputs.tables import InvalidKey, find_line, read_day, read_inside, read_table, read_text
from tracker.model.watching import Closing, WatchList, WatchSettings
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tracker.files import Permissions
    from tracker.inputs.tables import ValueReader
    from tracker.model.watching import Source

WATCH_FILE: Final = "watch.toml"
RECEIVED_FILE: Final = "watch.received.toml"
"""A list that came with a mirror; it is used after somebody has accepted it."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_watch_list(path: Path) -> WatchList:
    """Read the watch list of an archive.

    Raises ``WatchListInvalid``, in one line with file, line and key, for a file that cannot be read, an
    unknown key, a value of the wrong type or out of range, a reference that cannot be read, an address
    that is neither HTTP nor a path inside the archive, and an address given twice; and where the only list is
    one that was received.
    """
    try:
        data = read_file(path)
    except FileNotFoundError:
        _refuse_received(path)
        raise WatchListInvalid(
            f"{path}: there is no watch list; begin one with: tracker sources add"
        ) from None
    except OSError as error:
        raise WatchListInvalid(f"{path}: cannot be read: {error.strerror}") from error
    return parse_watch_list(data, path)


def parse_watch_list(data: bytes, path: Path) -> WatchList:
    """Read a watch list out of its bytes; ``path`` is for messages. Raises as ``read_watch_list``."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        content = parse_toml(text)
    except UnicodeDecodeError as error:
        raise WatchListInvalid(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except ValueError as error:
        raise WatchListInvalid(f"{path}: not valid TOML: {error}") from error
    try:
        tables = read_table(
            content,
            {"settings": read_settings, "sources": _read_sources, "closed": _read_closings},
            unknown="unknown table; there are [settings], [sources.NAME] and [closed.ID]",
        )
    except InvalidKey as fault:
        raise _fault(path, text, fault.path, str(fault)) from fault
    sources = tables.get("sources", ())
    _refuse_duplicates(sources, text, path)
    return WatchList(
        tables.get("settings", WatchSettings()),
        sources,
        data.decode("utf-8"),
        digest_bytes(data),
        tables.get("closed", ()),
    )


def extend(path: Path, *tables: Source | Closing, permissions: Permissions = BY_UMASK) -> WatchList:
    """Append tables to a watch list, which is created where there is none, and return the list.

    A link to a list is followed. A dangling link is not: its author would choose which file is created.
    Raises ``WatchListInvalid`` where the list is invalid, before or after, or cannot be written; the file is
    unchanged then.
    """
    before = b""
    if path.is_symlink() and not path.exists():
        raise WatchListInvalid(f"{path}: a link that leads nowhere; remove it, or make {path.readlink()}")
    if not path.exists():
        _refuse_received(path)
    else:
        before = read_watch_list(path).text.encode()
    gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
    after = before + gap + "\n".join(map(write_table, tables)).encode()
    watch_list = parse_watch_list(after, path)
    _replace(path.resolve(), after, permissions)
    return watch_list


def accept_received(path: Path) -> None:
    """Make the received list the watch list at a path, where there is none."""
    received = path.with_name(RECEIVED_FILE)
    if os.path.lexists(path):
        raise WatchListInvalid(f"{path} is there already; move it away, or remove {received.name}")
    try:
        received.rename(path)
    except OSError as error:
        raise WatchListInvalid(f"{path}: cannot be written: {error.strerror}") from error


def _refuse_received(path: Path) -> None:
    received = path.with_name(RECEIVED_FILE)
    if received.exists():
        raise WatchListInvalid(
            f"{received} came with a mirror and is not obeyed yet; to see what it reaches inside the network,"
            " and accept it: tracker sources accept"
        )


def _replace(path: Path, data: bytes, permissions: Permissions) -> None:
    """Write a file completely or not at all, with its permissions."""
    try:
        write_file(path, data, keep_permissions(path) or permissions)
    except OSError as error:
        raise WatchListInvalid(f"{path}: cannot be written: {error.strerror}") from error


def describe_source(name: str, table: Mapping[str, object]) -> Source:
    """Return the source that a table of this name describes, with the keys of a watch list.

    Raises ``WatchListInvalid`` with the wrong key.
    """
    try:
        return read_source(name, table)
    except InvalidKey as fault:
        raise WatchListInvalid(f"{'.'.join(fault.path) or name}: {fault}") from fault


def write_table(table: Source | Closing) -> str:
    """Return a table as TOML; reading it gives the same source or closing."""
    if isinstance(table, Closing):
        keys = {key: value for key in _CLOSING if (value := getattr(table, key))}
        # The id of a link has a colon.
        head = f'[closed."{table.id}"]'
    else:
        keys, head = source_table(table), f"[sources.{table.id}]"
    return "\n".join([head, *(f"{key} = {_write(value)}" for key, value in keys.items())]) + "\n"


def is_watched(source: Source, day: str) -> bool:
    """Tell whether a source is to be checked on a day (ISO): from ``valid_from`` to ``valid_until``."""
    return (source.valid_from or "") <= day <= (source.valid_until or "9999")


def _read_sources(value: object) -> tuple[Source, ...]:
    if not isinstance(value, dict):
        raise InvalidKey("", "expected a table, [sources.NAME]")
    return tuple(read_inside(name, read_source, name, table) for name, table in value.items())


_CLOSING: Final[dict[str, ValueReader]] = {
    "by": read_text,
    "on": read_day,
    "reason": read_text,
    "superseded_by": read_text,
}


def _read_closings(value: object) -> tuple[Closing, ...]:
    if not isinstance(value, dict):
        raise InvalidKey("", "expected a table, [closed.ID]")
    return tuple(read_inside(id_, _read_closing, id_, table) for id_, table in value.items())


def _read_closing(id_: str, table: object) -> Closing:
    keys = read_table(table, _CLOSING, expected="expected a table, [closed.ID]")
    missing = next((key for key in ("by", "on", "reason") if key not in keys), None)
    if missing:
        raise InvalidKey("", f"expected {missing} too: who closed it, when and why")
    return Closing(id_, **keys)


def _refuse_duplicates(sources: Iterable[Source], text: str, path: Path) -> None:
    """Refuse two sources that fetch and read the same thing."""
    seen: dict[tuple[str, str | None], str] = {}
    for source in sources:
        key = (source.address.partition("#")[0], source.selector)
        first = seen.setdefault(key, source.id)
        if first != source.id:
            place = ("sources", source.id, "url" if is_web_address(source.address) else "path")
            raise _fault(
                path, text, place, f"sources.{first} has the same address; distinguish them by a selector"
            )


def _fault(path: Path, text: str, keys: tuple[str, ...], message: str) -> WatchListInvalid:
    written = ".".join(key if _BARE.fullmatch(key) else json.dumps(key) for key in keys)
    return WatchListInvalid(f"{path}:{find_line(text, *keys)}: {written}: {message}")


def _write(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_write, value)) + "]"
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    # Strings of TOML and of JSON have the same escapes.
    return json.dumps(value, ensure_ascii=False)
