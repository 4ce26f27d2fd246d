"""Which files of a folder are ours, and what each was made from: a line for each in a file beside them.

A line is added before its file is written, so that what a killed program has left is known as ours too. Where
a file has several lines, it may be as any of them says. Where no page is another, the file is none either, so
that nothing is pushed after a night without news.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, Self

from tracker.errors import TrackerError
from tracker.files import write_file
from tracker.report.layout import counted
from tracker.report.safe import one_line
from tracker.text.identity import digest_bytes, digest_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from io import TextIOWrapper

MANIFEST_NAME: Final = "tracker-site.jsonl"
_HEAD: Final = {"made by": "tracker site", "format": 1}
_NAMED: Final = 3
"""Files that an error names."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written."""

    path: str
    rests_on: str
    """The digest of all that it was made from."""
    sha256: str


class Manifest:
    """The files of a folder; use it in a ``with`` statement, at the end of which it is written again."""

    def __init__(self, folder: Path, lines: Iterable[Made]) -> None:
        self.folder = folder
        self._made: dict[str, Made] = {}
        self._digests: dict[str, set[str]] = defaultdict(set)
        for line in lines:
            self._note(line)
        self._log: TextIOWrapper | None = None
        self._is_done = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._log:
            self._log.close()
            self._rewrite()

    @property
    def digest(self) -> str:
        """What tells all files together, and what each was made from, from all others."""
        return digest_text(repr(sorted(self._made.items())))

    def find(self, path: str) -> Made | None:
        """Return what a file was made from; None where it is not ours, or not there any more."""
        made = self._made.get(path)
        return made if made and (self.folder / path).is_file() else None

    def list_resting(self, rests_on: str) -> list[str]:
        """Return the files that were made from something; none where one of them is not there any more."""
        paths = [made.path for made in self._made.values() if made.rests_on == rests_on]
        return paths if all(map(self.find, paths)) else []

    def list_paths(self) -> frozenset[str]:
        """Return all files that are ours."""
        return frozenset(self._made)

    def is_whole(self) -> bool:
        """Return whether all of them are there."""
        return all(map(self.find, self._made))

    def read(self, path: str) -> bytes:
        """Return the bytes of a file of ours."""
        return (self.folder / path).read_bytes()

    def check(self) -> None:
        """Raise ``TrackerError`` where somebody has changed a file of ours since it was written.

        One that a killed program was about to write is to be made again.
        """
        found = {path: self._digest(path) for path in self._made}
        changed = [path for path, sha256 in found.items() if sha256 and sha256 not in self._digests[path]]
        if changed:
            raise self._refuse(changed, "not as tracker left it")
        for path, sha256 in found.items():
            if sha256 and sha256 != self._made[path].sha256:
                self._made[path] = Made(path, "", sha256)

    def write(self, path: str, data: bytes, rests_on: str) -> bool:
        """Write a file, and return whether its bytes are others than before.

        Raises ``TrackerError`` where a file is there that is not ours, or it cannot be written.
        """
        target, made = self.folder / path, Made(path, rests_on, digest_bytes(data))
        before = self._made.get(path)
        is_same = before is not None and before.sha256 == made.sha256 and target.is_file()
        if before == made and is_same:
            return False
        if target.is_symlink() or self._digest(path) not in {"", made.sha256, *self._digests[path]}:
            raise self._refuse([path], "not made by tracker")
        self._append(made)
        if not is_same:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                self._check_inside(target)
                write_file(target, data)
            except OSError as error:
                raise TrackerError(f"{target} cannot be written: {error.strerror}") from error
        return not is_same

    def remove_others(self, paths: Iterable[str]) -> int:
        """Remove files of ours that are none of these, and folders that are empty then; return how many."""
        gone = self._made.keys() - set(paths)
        for path in gone:
            target = self.folder / path
            self._check_inside(target)
            target.unlink(missing_ok=True)
            for parent in list(PurePosixPath(path).parents)[:-1]:
                place = self.folder / parent
                if not place.is_dir() or any(place.iterdir()):
                    break
                place.rmdir()
            del self._made[path]
        if gone:
            self._begin()
        return len(gone)

    def finish(self) -> None:
        """Note that each file is as its last line says."""
        self._is_done = True

    def _digest(self, path: str) -> str:
        """Return the digest of a file; "" where it is not there."""
        target = self.folder / path
        self._check_inside(target)
        return digest_bytes(target.read_bytes()) if target.exists() else ""

    def _check_inside(self, target: Path) -> None:
        """Raise ``TrackerError`` where a link leads out of the folder."""
        if target.is_symlink() or not target.parent.resolve().is_relative_to(self.folder.resolve()):
            raise TrackerError(f"{target} is a link, or leads out of {self.folder}; remove it")

    def _refuse(self, paths: list[str], what: str) -> TrackerError:
        named = ", ".join(map(one_line, sorted(paths)[:_NAMED]))
        more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
        return TrackerError(
            f"{self.folder}: {counted(len(paths), 'file')} {what}: {named}{more}; move what you keep there"
        )

    def _note(self, made: Made) -> None:
        self._made[made.path] = made
        self._digests[made.path].add(made.sha256)

    def _append(self, made: Made) -> None:
        log = self._begin()
        log.write(f"{json.dumps(asdict(made))}\n")
        log.flush()
        self._note(made)

    def _begin(self) -> TextIOWrapper:
        """Return the file to which lines are added."""
        if self._log is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            # What was added to a draft, a line may be cut in; so first all that is known.
            self._rewrite()
            self._log = (self.folder / MANIFEST_NAME).open("a", encoding="utf-8")
        return self._log

    def _rewrite(self) -> None:
        lines = [_HEAD]
        for path, made in sorted(self._made.items()):
            others = sorted(self._digests[path] - {made.sha256}) if not self._is_done else []
            lines += [*({**asdict(made), "sha256": each} for each in others), asdict(made)]
        write_file(self.folder / MANIFEST_NAME, "".join(f"{json.dumps(each)}\n" for each in lines).encode())


def open_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder; an empty one where the folder is empty, or is not there.

    Raises ``TrackerError`` where the folder is somebody else's.
    """
    path = folder / MANIFEST_NAME
    if folder.exists() and not folder.is_dir():
        raise TrackerError(f"{folder} is no folder; name a new one")
    if not path.is_file():
        if folder.is_dir() and any(folder.iterdir()):
            raise TrackerError(f"{folder} is not empty and was not made by tracker site; name a new folder")
        return Manifest(folder, ())
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    try:
        head = json.loads(first)
        lines = [_read_line(line) for line in rest[:-1]]
        # The last one may be cut, of a program that was killed; then its file was not written yet.
        lines += [_read_line(line) for line in rest[-1:] if line.endswith("}")]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TrackerError(f"{path} is damaged ({error}); remove {folder}, and make it again") from error
    if {name: head.get(name) for name in _HEAD} != _HEAD:
        raise TrackerError(f"{path} is of another release of tracker; remove {folder}, and make it again")
    return Manifest(folder, lines)


def _read_line(line: str) -> Made:
    made = Made(**json.loads(line))
    path = PurePosixPath(made.path)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in made.path or "\0" in made.path:
        raise ValueError(f"{made.path!r} is no place in it")
    return made
