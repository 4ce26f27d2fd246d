"""A BagIt folder (RFC 8493), written file by file with its manifests.

The library of that name makes a bag in place of a folder that exists, and reads everything once more to
digest it; here each file is digested as it is written, and nothing exists before all is there.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable
from tracker.files import BY_UMASK, draft_folder, new_file, new_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from tracker.files import Permissions

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_DATA = "data"


@contextmanager
def make_bag(target: Path, info: Mapping[str, str], permissions: Permissions = BY_UMASK) -> Iterator[Bag]:
    """Yield a bag to be filled, which stands at its place once the block has ended, or not at all.

    ``info`` is what ``bag-info.txt`` says beside the size. Raises ``ArchiveUnusable`` where something is at
    that place already, or the disk is full.
    """
    if os.path.lexists(target):
        raise ArchiveUnusable(f"{target} exists already and was left alone; name another folder")
    try:
        with draft_folder(target, permissions) as part:
            bag = Bag(part, permissions)
            yield bag
            bag.finish(info)
    except OSError as error:
        raise ArchiveUnusable(f"{target} cannot be written: {error.strerror}") from error


class Bag:
    """A bag that is being filled."""

    def __init__(self, folder: Path, permissions: Permissions) -> None:
        self.files = 0
        self.size = 0
        self._folder = folder
        self._permissions = permissions
        self._folders = {folder}
        self._digests: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file of the payload, once; its name has letters, digits, slashes, dots and hyphens only."""
        path = f"{_DATA}/{name}"
        if path in self._digests:
            return
        digest = sha256()
        place = self._folder / path
        self._make(place.parent)
        with new_file(place, self._permissions) as file:
            for piece in pieces:
                digest.update(piece)
                self.size += file.write(piece)
        self.files += 1
        self._digests[path] = digest.hexdigest()

    def finish(self, info: Mapping[str, str]) -> None:
        """Write the tag files: what the bag is, what is in it, and the digests of both."""
        self._make(self._folder / _DATA)
        told = {**info, "Payload-Oxum": f"{self.size}.{self.files}"}
        tags = {
            "bagit.txt": DECLARATION,
            "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in told.items()).encode(),
            MANIFEST: _list_digests(self._digests),
        }
        tags[TAG_MANIFEST] = _list_digests({name: sha256(data).hexdigest() for name, data in tags.items()})
        for name, data in tags.items():
            with new_file(self._folder / name, self._permissions) as file:
                file.write(data)

    def _make(self, folder: Path) -> None:
        if folder not in self._folders:
            self._make(folder.parent)
            new_folder(folder, self._permissions)
            self._folders.add(folder)


def _list_digests(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()
