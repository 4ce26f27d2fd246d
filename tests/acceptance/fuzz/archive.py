"""An archive that inputs meet, made once a process by the commands themselves and copied for each input."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.calling import call
from tests.running import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Mapping

Files = dict[str, bytes]
"""Contents by path."""

SPOKEN: Final = {"32": OLD, "33": NEW}


@cache
def archive_files() -> Files:
    """Return the files of a folder with two statements and an archive of them, one of them judged."""
    return make_files(
        ("init",),
        *(
            ("add", f"{session}.txt", "--as", f"XAA/CCPCJ/{session}", "--kind", "prepared")
            for session in SPOKEN
        ),
        ("judge", "XAA/CCPCJ/33", "--topic", "corruption", "--level", "mentioned", "--by", "Ana"),
        given={f"{session}.txt": text.encode() for session, text in SPOKEN.items()},
    )


def make_files(*commands: tuple[str, ...], given: Mapping[str, bytes]) -> Files:
    """Return what commands, none of which may end in trouble, make of files in a folder of their own."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            put_files(given, Path(name))
            for command in commands:
                ran = call(*command)
                assert ran.code in {0, 1}, (command, ran)
            return read_files(Path(name))
        finally:
            os.chdir(before)


def read_files(folder: Path) -> Files:
    """Return the files of a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def put_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def put_archive(folder: Path) -> None:
    """Put the archive and its two statements into the folder of an input."""
    put_files(archive_files(), folder)
