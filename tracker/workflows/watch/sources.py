"""``tracker sources``: the watch list of an archive is shown and extended."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.archive.file.modes import archive_permissions
from tracker.capture.watch.watch_list import (
    RECEIVED_FILE,
    WATCH_FILE,
    accept_received,
    add_source,
    describe_source,
    read_watch_list,
)
from tracker.capture.web.addresses import is_allowed
from tracker.capture.web.fetch import is_web_address
from tracker.errors import ArchiveUnusable, WatchListInvalid
from tracker.model.watching import Received

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.model.watching import Source

_NAMELESS = "source"
_HOST = re.compile(r"www\.|[\w.-]+\.(?:com|edu|gov|int|net|org)(?:/|$)", re.IGNORECASE)
"""How an address begins that lacks its ``https://``."""
# Characters of a name that is made up; the watch list allows 80, and a number may follow.
_LONGEST = 60


def list_sources(archive: Path) -> tuple[Source, ...]:
    """Return the sources of an archive's watch list, in its order. Raises ``WatchListInvalid``."""
    return read_watch_list(archive / WATCH_FILE).sources


def read_received(archive: Path) -> Received:
    """Return what a watch list that came with a mirror would reach. Raises ``WatchListInvalid``."""
    path = archive / RECEIVED_FILE
    if not path.exists():
        raise WatchListInvalid(f"{path} does not exist; tracker rebuild makes it from a mirror's watch list")
    watched = read_watch_list(path)
    private = watched.settings.allow_private
    return Received(
        str(path),
        len(watched.sources),
        private,
        tuple(source for source in watched.sources if _is_inside(source, private)),
        tuple(source for source in watched.sources if not is_web_address(source.address)),
    )


def accept(archive: Path) -> None:
    """Use the watch list that came with a mirror from now on. Raises ``WatchListInvalid``."""
    accept_received(archive / WATCH_FILE)


def _is_inside(source: Source, private: Sequence[str]) -> bool:
    """Return whether an address has a host that the list allows to be private, on any of its ports."""
    host = urlsplit(source.address).hostname
    return host is not None and any(is_allowed(host, port, private) for port in _ports(private))


def _ports(private: Sequence[str]) -> set[int]:
    return {0, *(int(port) for name in private if (port := name.rpartition(":")[2]).isdigit())}


def watch(archive: Path, address: str, table: Mapping[str, object], name: str | None = None) -> Source:
    """Add a source to the watch list of an archive, and return it as it is watched from then on.

    ``table`` has the keys of a watch list's table, except the address. Without a name the source is named
    after what it feeds. Raises ``WatchListInvalid`` where the list would be invalid, ``ArchiveUnusable``
    where there is no archive.
    """
    if not archive.is_dir():
        raise ArchiveUnusable(f"there is no archive in {archive}; make one: tracker init --archive {archive}")
    if _HOST.match(address) and not (archive / address).exists():
        raise WatchListInvalid(f"{address}: no such file in {archive}; did you mean https://{address}?")
    path = archive / WATCH_FILE
    taken = {source.id for source in read_watch_list(path).sources} if path.exists() else set()
    place = {"url" if is_web_address(address) else "path": address}
    source = describe_source(name or _NAMELESS, {**table, **place})
    if name is None:
        source = replace(source, id=_free_name(source, taken))
    add_source(path, source, archive_permissions(archive))
    return source


def _free_name(source: Source, taken: set[str]) -> str:
    feeds = source.rule or str(source.reference or "") or source.address.partition("://")[2]
    words = re.findall(r"[a-z0-9]+", re.sub(r"\{.*?\}", " ", feeds.partition("~")[0].lower()))
    name = "-".join([*words, *(["index"] if source.is_index else [])])[:_LONGEST].strip("-") or _NAMELESS
    return next(
        one for number in count(1) if (one := name if number == 1 else f"{name}-{number}") not in taken
    )
