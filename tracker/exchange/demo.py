"""``tracker demo``: the whole line on the statements that come with the package."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.archive import ArchiveSession, create_archive
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.diff import diff
from tracker.errors import ArchiveUnusable
from tracker.exchange.add import add, declare
from tracker.exchange.folder_import import FolderSaid, import_folder
from tracker.files import temporary_folder
from tracker.model.facts import Facts
from tracker.report.comparison.build import build_report
from tracker.report.render.terminal import render_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.record import Recorded

OBSERVED = "2026-01-01T00:00:00Z"
"""A fixed instant, so that the demonstration says the same each time."""

PATTERN = "{country}_{session}_{year}.md"

_SEED_TITLE = "UK National Statement at the Commission on Crime Prevention and Criminal Justice"

PAIRS = (["XAA/CCPCJ", "32", "33"], ["XAA/CCPCJ", "30", "31"])
"""Two different speeches, compared by topic; and two of which one is a revision of the other."""


_NEXT = (
    "tracker timeline XAA/CCPCJ",
    "tracker trace XAA/CCPCJ cybercrime",
    "tracker diff XAA/CCPCJ 32 33 --all",
)
"""What to try next on an archive that was kept."""


def run_demo(keep: Path | None, *, width: int, color: bool) -> Iterator[str]:
    """Yield the parts of the demonstration as they are ready: what was imported, then two diffs.

    Raises ``ArchiveUnusable`` where there is anything in ``keep``.
    """
    vocabulary = load_vocabulary()
    with seeds() as folder, _archive(keep) as archive:
        create_archive(archive)
        yield from _import_seeds(folder, archive)
        for arguments in PAIRS:
            yield f"\n$ tracker diff {shlex.join(arguments)}\n"
            with ArchiveSession(archive) as session:
                comparison = diff(arguments, session, vocabulary)
            yield render_terminal(build_report(comparison, vocabulary), width=width, color=color)
    yield _go_on(keep)


def _go_on(keep: Path | None) -> str:
    """Name three commands to try on the archive that is left, or say how to leave it."""
    if keep is None:
        return "\nTo keep this archive and try more on it: tracker demo --keep FOLDER\n"
    commands = "".join(f"  {command} --archive {shlex.quote(str(keep))}\n" for command in _NEXT)
    return f"\nTo try on {keep}:\n{commands}"


@contextmanager
def seeds() -> Iterator[Path]:
    """Give the folder of the statements that come with the package.

    Installed, they are inside the package; in a clone they stand at the top level.
    """
    inside = files("tracker") / "seeds"
    if inside.is_dir():
        with as_file(inside) as folder:
            yield folder
    else:
        yield Path(__file__).parents[2] / "seeds"


@contextmanager
def _archive(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        _refuse_filled(keep)
        yield keep
        return
    with temporary_folder("demo") as folder:
        yield folder / "snapshots"


def _refuse_filled(folder: Path) -> None:
    try:
        is_filled = folder.is_dir() and any(folder.iterdir())
    except OSError as error:
        raise ArchiveUnusable(f"{folder} cannot be read: {error.strerror}") from error
    if is_filled:
        raise ArchiveUnusable(f"{folder} is not empty; name a new folder: tracker demo --keep FOLDER")


def _import_seeds(folder: Path, archive: Path) -> Iterator[str]:
    seed = declare("GBR/CCPCJ/31", Facts(delivered="2022-05", title=_SEED_TITLE), "en", "prepared")
    yield from map(_line, add([folder / "gbr-ccpcj-31.md"], seed, archive, OBSERVED))
    said = FolderSaid("CCPCJ", PATTERN, metadata=folder / "speakers.csv")
    series = import_folder(folder / "xaa", said, archive, OBSERVED)
    yield f"XAA/CCPCJ, a made-up country at five sessions: {series.counts['new']} new"
    delivered = declare("XAA/CCPCJ/33", Facts(), "en", "delivered")
    yield from map(_line, add([folder / "xaa" / "XAA_33_2024_delivered.md"], delivered, archive, OBSERVED))


def _line(recorded: Recorded) -> str:
    return f"{recorded.reference}@{recorded.snapshot} {recorded.outcome}"
