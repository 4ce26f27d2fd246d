"""One lock on an archive, for a whole run: held by the operating system, and named for people to read.

The kernel releases the lock when its holder ends, in whatever way. The file ``lock`` in the archive's
folder names the holder and is there only while the lock is held, or after a crash.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tracker.errors import ArchiveLocked, ArchiveUnusable
from tracker.files import permit
from tracker.inputs.formats import parse_report
from tracker.inputs.passwords import strip_user
from tracker.record.modes import archive_permissions

LOCK_NAME = "lock"

FOREIGN_LOCK_EXPIRY = 3600.0
"""How long a holder on another computer is believed without a sign of life.

A network file system may keep locks to each computer. A live holder touches the file with every record,
so that one silent for an hour is dead.
"""

_POLL = 0.05
_NAMING = 3.0
"""How many seconds a holder may take from its lock to its name: eight runs at once keep a computer busy."""

_BEYOND = 1 << 30
"""Where Windows locks its one byte: it forbids reading what is locked, and the name must be readable."""

_NOT_YET, _WROTE = b"false", b"true "
"""In the file, as long as each other, so that one takes the place of the other in one write."""

_PROCESSES = Path("/proc")
_BOOT = _PROCESSES / "sys/kernel/random/boot_id"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an archive; ``boot`` identifies the kernel, since containers rename their host."""

    pid: int
    host: str
    boot: str
    started: str
    command: str
    wrote: bool = False
    """Whether it has committed anything, which may be in the log beside the record alone."""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.started} ({self.command})"


class Lock:
    """A lock that is held; ``touch`` shows others that the holder lives."""

    def __init__(self, path: Path, file: int, unwritten: int | None) -> None:
        self._path = path
        self._file = file
        self._unwritten = unwritten

    def touch(self, *, wrote: bool = True) -> None:
        """Note a sign of life, and that something was committed."""
        with suppress(OSError):
            os.utime(self._file)
            if wrote and self._unwritten is not None:
                os.lseek(self._file, self._unwritten, os.SEEK_SET)
                os.write(self._file, _WROTE)
                self._unwritten = None

    def release(self) -> None:
        """Release the lock, and remove the file while nobody else can have it."""
        with suppress(OSError):
            self._path.unlink()
        os.close(self._file)


def take_lock(folder: Path, timeout: float = 0.0) -> Lock:
    """Take the lock of an archive, waiting for so many seconds where another process has it.

    Raises ``ArchiveLocked``, which names the holder, and ``ArchiveUnusable`` where the folder cannot be
    written.
    """
    path = folder / LOCK_NAME
    deadline = time.monotonic() + timeout
    while (file := _try_lock(path)) is None:
        if time.monotonic() >= deadline:
            raise _locked(folder, path)
        time.sleep(_POLL)
    return Lock(path, file, _name_holder(file))


def claim_file(path: Path) -> Lock | None:
    """Take a lock of one's own, which keeps nobody from the archive; None where another process has it.

    Raises ``ArchiveUnusable`` as ``take_lock`` does.
    """
    file = _try_lock(path)
    return None if file is None else Lock(path, file, None)


def read_holder(folder: Path) -> Holder | None:
    """Return who holds an archive, as the file says; None where there is none, or it says nothing."""
    from tracker.model.strict import read_typed  # noqa: PLC0415 (where there is a file to read)

    try:
        return read_typed(Holder, parse_report((folder / LOCK_NAME).read_bytes()))
    except (OSError, ValueError):
        return None


def is_held(folder: Path) -> bool:
    """Return whether the process that the file names may still hold the archive; it may have been killed."""
    return _may_live(read_holder(folder))


def find_lost_log(folder: Path, record: Path) -> Holder | None:
    """Return whose log is gone: a run that was killed had committed something since the record was written.

    The log, ``-wal``, stays beside the record when a run is killed, until SQLite has moved it into there.
    """
    holder = read_holder(folder)
    if holder is None or not holder.wrote:
        return None
    with suppress(OSError):
        log, committed = record.with_name(f"{record.name}-wal"), (folder / LOCK_NAME).stat()
        is_over = holder.boot != _read_boot() and time.time() - committed.st_mtime >= FOREIGN_LOCK_EXPIRY
        is_empty = not log.exists() or not log.stat().st_size
        is_later = committed.st_mtime_ns > record.stat().st_mtime_ns
        return holder if is_empty and is_later and (is_over or not _may_live(holder)) else None
    return None


def describe_lost_log(holder: Holder) -> str:
    """Return what is gone with the log of a run that was killed."""
    return f"it is gone, and held what {holder} had recorded last before it was killed"


def read_command() -> str:
    """Return the command that is running, without the addresses in it, which may hold passwords."""
    program = Path(sys.argv[0]).name if sys.argv else ""
    words = [program.replace("__main__.py", "tracker"), *map(strip_user, sys.argv[1:])]
    return shlex.join(word.partition("://")[0] + "://..." if "://" in word else word for word in words)


def read_clock() -> str:
    """Return the instant, in UTC to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def describe_write_error(error: OSError, path: Path, what: str = "made") -> str:
    """Return why a file cannot be made in an archive, and what to do."""
    record = path.with_name("tracker.db")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return f"{record} is on read-only media, or not yours to write"
    if error.errno == errno.ENOSPC:
        return f"disk full: there is no room for {path}; make room and run it again"
    return f"{path} cannot be {what}: {error.strerror}"


def _try_lock(path: Path) -> int | None:
    """Open and lock the file; None where another process holds or has just removed it."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise ArchiveUnusable(describe_write_error(error, path, "locked")) from error
    permit(file, archive_permissions(path.parent))
    if _lock_file(file) and _is_still_there(file, path) and not _is_held_elsewhere(file, path.parent):
        return file
    os.close(file)
    return None


def _is_still_there(file: int, path: Path) -> bool:
    """Return whether the file that was locked is the one of that name: a holder unlinks it when it ends."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False


def _is_held_elsewhere(file: int, folder: Path) -> bool:
    holder = read_holder(folder)
    if holder is None or holder.boot == _read_boot():
        return False
    return time.time() - os.fstat(file).st_mtime < FOREIGN_LOCK_EXPIRY


def _name_holder(file: int) -> int | None:
    """Write who holds the lock, and return where the file says that it has written nothing yet."""
    holder = Holder(os.getpid(), socket.gethostname(), _read_boot(), read_clock(), read_command())
    text = json.dumps(asdict(holder)).encode()
    # A full disk still lets the lock be taken; the record itself then reports what cannot be written.
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, text)
        return text.rindex(_NOT_YET)
    return None


def _locked(folder: Path, path: Path) -> ArchiveLocked:
    deadline = time.monotonic() + _NAMING
    while not _may_live(holder := read_holder(folder)) and time.monotonic() < deadline:
        time.sleep(_POLL)
    if holder is None:
        return ArchiveLocked(f"another run holds {folder}; try again when it has ended")
    hint = "try again when it has ended"
    if holder.boot != _read_boot():
        hint += f"; where that computer is down, wait an hour or delete {path}"
    return ArchiveLocked(f"{folder} is held by {holder}; {hint}")


def _may_live(holder: Holder | None) -> bool:
    """Return whether a file names who holds the lock, and not who held it before, or nobody yet."""
    if holder is None:
        return False
    is_here = holder.boot == _read_boot() and _PROCESSES.is_dir()
    return not is_here or (_PROCESSES / str(holder.pid)).exists()


def _read_boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return socket.gethostname()


if sys.platform == "win32":
    import msvcrt

    def _lock_file(file: int) -> bool:
        os.lseek(file, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock_file(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise ArchiveUnusable(f"this file system has no locks: {error.strerror}") from error
        return True
