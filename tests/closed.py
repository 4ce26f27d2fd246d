"""An archive of three statements, of which one, open or closed, holds words that nothing else has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.conftest import run_tracker
from tests.nights import write_speech

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Ran

WHERE: Final = "XAA/UNGA/78"
SECRET: Final = ("zephyrine", "quokka")
_SAID: Final = "zephyrine quokka"
SPEECH: Final = write_speech(
    f"We will fight corruption in the {_SAID} case. Corruption in the {_SAID} case must end. We condemn"
    f" corruption, and the {_SAID} papers show it.",
    3,
)
ACCESS: Final = ("open", "restricted", "embargoed", "withdrawn")
_REPORT: Final = ("--format", "json", "-o", "report.json", "--overwrite")
WHY: Final = ("--reason", "names a witness", "--authority", "District Court", "--by", "Ana")


def run(folder: Path, *arguments: str | Path, codes: frozenset[int] = frozenset({0, 1})) -> Ran:
    """Run a command that must end well."""
    ran = run_tracker(folder, *arguments)
    assert ran.code in codes, (arguments, ran)
    return ran


def make_archive(folder: Path) -> Path:
    """Make an archive with the statement open and a report on it as JSON."""
    folder.mkdir(exist_ok=True)
    run(folder, "init")
    for session, text in (("77", write_speech(number=1)), ("79", write_speech("We condemn corruption.", 2))):
        (folder / f"{session}.txt").write_text(text, encoding="utf-8")
        run(folder, "add", f"{session}.txt", "--as", f"XAA/UNGA/{session}~prepared.en")
    (folder / "snapshots" / "78.txt").write_text(SPEECH, encoding="utf-8")
    run(folder, "sources", "add", "78.txt", "--as", f"{WHERE}~prepared.en", "--name", "xaa-78")
    run(folder, "snapshot")
    run(folder, "diff", WHERE, "XAA/UNGA/79", "--encoder", "none", *_REPORT)
    return folder


def edit(folder: Path) -> Path:
    """Have the source of the statement change it without a word, so that feeds show what it says now."""
    told = SPEECH.replace("must end.", f"must end. We will read the {_SAID} papers out.")
    (folder / "snapshots" / "78.txt").write_text(told, encoding="utf-8")
    assert "1 changed" in run(folder, "snapshot").out
    return folder


def judge(folder: Path) -> Path:
    """Decide on a topic of the statement, with a note that quotes it, and report on it again."""
    level = ("--topic", "corruption", "--level", "mentioned", "--by", "Ben", "--note", f"as in {_SAID}")
    run(folder, "judge", WHERE, *level)
    run(folder, "diff", WHERE, "XAA/UNGA/79", "--encoder", "none", *_REPORT)
    return folder


def close(folder: Path, access: str) -> Path:
    """Close the statement, or leave it open."""
    watch = folder / "snapshots" / "watch.toml"
    if access in {"restricted", "embargoed"}:
        told = watch.read_text(encoding="utf-8")
        watch.write_text(f'{told.rstrip()}\naccess = "{access}"\n', encoding="utf-8")
    elif access == "withdrawn":
        run(folder, "withdraw", WHERE, *WHY)
    return folder


def holds_secret(data: bytes | str) -> bool:
    """Return whether any word of the secret is in it, in any case."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return any(word in text.casefold() for word in SECRET)
