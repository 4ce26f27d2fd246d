"""An archive to be published, and the kinds of pages that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.conftest import run_tracker

if TYPE_CHECKING:
    from pathlib import Path

EDITED: Final = "nine hundred judges"


def speak(*sentences: str) -> str:
    """Return a short speech that nobody takes for a page of errors."""
    return "\n\n".join(("Mr. President,", *sentences, "I thank you, Mr. President, for your attention."))


def run(folder: Path, *arguments: str | Path) -> None:
    ran = run_tracker(folder, *arguments)
    assert ran.code in {0, 1}, (arguments, ran)


def make_published(folder: Path) -> Path:
    """Make an archive of the demo's statements, and one of another body that was edited since."""
    run(folder, "demo", "--keep", "snapshots")
    said = speak(
        "Corruption is our first priority. We will train two hundred judges against corruption.",
        "We condemn corruption in all its forms, and will publish every contract of the state.",
    )
    for text in (said, said.replace("two hundred judges", EDITED)):
        (folder / "fji.txt").write_text(text, encoding="utf-8")
        run(folder, "add", "fji.txt", "--as", "FJI/UNGA/74~prepared.en", "--date", "2019-09-27")
    return folder


PAGES: Final = (
    "index.html",
    "topics.html",
    "topics/corruption.html",
    "topics/situation-yemen.html",
    "bodies/CCPCJ.html",
    "bodies/UNGA.html",
    "countries/XAA.html",
    "countries/FJI.html",
    "sessions/CCPCJ/33.html",
    "sessions/UNGA/74.html",
    "groups/SIDS/UNGA/74.html",
    "series/XAA/CCPCJ.html",
    "series/FJI/UNGA.html",
    "statements/XAA/CCPCJ/33.html",
    "statements/XAA/CCPCJ/33~delivered.en.html",
    "statements/FJI/UNGA/74.html",
    "statements/FJI/UNGA/74~prepared.en@1.html",
    "compare/XAA/CCPCJ/32..33.html",
    "compare/FJI/UNGA/74~prepared.en@1..74~prepared.en@2.html",
    "compare/FJI/UNGA/74..XAA/CCPCJ/33.html",
    "method.html",
)
