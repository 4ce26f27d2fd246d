"""Answers on disk before they are in the record: a line each, there as soon as it was given.

The file lies in the archive's folder and holds no word of a statement: references, rows and answers. A line
that a kill has cut was never acknowledged, and is passed over.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from tracker.errors import ArchiveUnusable
from tracker.files import draft_file, new_file
from tracker.inputs.formats import parse_report
from tracker.model.strict import read_typed
from tracker.publish.desk.answers import Given
from tracker.record.lock import claim_file, describe_write_error
from tracker.record.modes import private_permissions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

JOURNAL: Final = "deciding.jsonl"
"""In the archive's folder, while there are answers that the record does not have yet."""
CLAIM: Final = "deciding.lock"
_LARGEST: Final = 1 << 26
_OPEN: Final = os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Journal:
    """The answers that wait in an archive's folder; one process has it at a time.

    Raises ``ArchiveUnusable`` where another one has it, and for a file that is none of ours.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        claim = claim_file(folder / CLAIM)
        if claim is None:
            raise ArchiveUnusable(f"another tracker serve --judge has {folder}; open the address it printed")
        self._claim = claim
        try:
            self.waiting = self._read()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another process have it; what waits stays."""
        self._claim.release()

    def append(self, given: Iterable[Given]) -> None:
        """Add answers, all or none; when this returns, no kill and no power cut loses them.

        Raises ``ArchiveUnusable`` where there is no room.
        """
        with self._writing(), self._open() as file:
            size = file.seek(0, os.SEEK_END)
            try:
                file.write(_encode(given))
                _sync(file)
            except OSError:
                os.ftruncate(file.fileno(), size)
                raise

    def replace(self, given: Iterable[Given]) -> None:
        """Let just these answers wait: the others are in the record. Raises as ``append`` does."""
        with self._writing():
            if lines := _encode(given):
                with draft_file(self.path, private_permissions(self.path.parent)) as file:
                    file.write(lines)
                    _sync(file)
            else:
                self.path.unlink(missing_ok=True)

    def _open(self) -> BinaryIO:
        try:
            return os.fdopen(os.open(self.path, _OPEN), "r+b")
        except FileNotFoundError:
            file = new_file(self.path, private_permissions(self.path.parent))
            _sync_folder(self.path.parent)
            return file

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ArchiveUnusable(describe_write_error(error, self.path, "written")) from error

    def _read(self) -> tuple[Given, ...]:
        if not os.path.lexists(self.path):
            return ()
        try:
            with self._open() as file:
                data = file.read(_LARGEST + 1)
                if len(data) > _LARGEST:
                    raise ValueError("it is too large")  # noqa: TRY301 (told as the others are)
                whole = data[: data.rfind(b"\n") + 1]
                # What comes next must begin on a line of its own.
                os.ftruncate(file.fileno(), len(whole))
            return tuple(read_typed(Given, parse_report(line)) for line in whole.splitlines())
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ArchiveUnusable(
                f"{self.path} holds answers that wait to be kept, and cannot be read ({reason}); mend it, or"
                " move it away to give them up"
            ) from error


def _encode(given: Iterable[Given]) -> bytes:
    return "".join(f"{json.dumps(asdict(each), ensure_ascii=False)}\n" for each in given).encode()


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the name of a new file survive a power cut; Windows has no such call, and needs none."""
    if os.name != "nt":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
