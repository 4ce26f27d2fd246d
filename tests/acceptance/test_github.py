"""The GitHub workflow as printed: each of its steps run by hand, every night from a fresh checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from tests.archives import query
from tests.mirrors import list_commits, list_files, read_everything
from tests.nights import Page, Site, running_site, source
from tests.repositories import run_git
from tracker.watch.schedule import Nightly, write_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOGIN = "<html><title>Sign in</title><body><h1>Sign in</h1><form><label>User name</label><input name=u>\
<label>Password</label><input type=password></form><p>Please sign in with your account to go on.</p>"


class Night(NamedTuple):
    """What a night of the workflow left: its checkout, and the exit code of each step that ran."""

    archive: Path
    codes: list[int]
    said: str


class Hosted:
    """A repository as GitHub would host it, with the steps of its workflow."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder, self.site, self.remote = folder, site, folder / "origin.git"
        run_git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        workflow = yaml.safe_load(
            write_schedule("github", Nightly(("tracker",), folder / "a", 2, 30), folder)
        )
        self.job: Mapping[str, Any] = workflow["jobs"]["snapshot"]
        tools = folder / "bin"
        tools.mkdir()
        for name, does in (("tracker", f'exec "{sys.executable}" -m tracker "$@"'), ("gh", "exit 0")):
            (tools / name).write_text(f"#!/bin/sh\n{does}\n")
            (tools / name).chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "ARCHIVE": self.job["env"]["ARCHIVE"],
            "BRANCH": self.job["env"]["BRANCH"],
            "REMOTE": str(self.remote),
            "PAGES": str(self.remote),
            "BASE": "https://example.org/statements/",
        }

    def commit_watch_list(self, *sources: str) -> None:
        """Commit a watch list to the default branch, as its owner would."""
        checkout = self._check_out("owner")
        (checkout / "a").mkdir(exist_ok=True)
        settings = f'[settings]\npace = 0.0\nallow_private = ["127.0.0.1:{self.site.port}"]\n'
        (checkout / "a" / "watch.toml").write_text(settings + "".join(sources))
        run_git(checkout, "add", "--all")
        run_git(checkout, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "Watch")
        run_git(checkout, "push", "--quiet", "origin", "HEAD:main")

    def run_night(self) -> Night:
        """Run the steps that are commands, as the runner does: with ``bash -e``, until one fails."""
        checkout, temporary = self._check_out("runner"), self.folder / "temporary"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        codes: list[int] = []
        said = ""
        for step in self.job["steps"]:
            is_needless = "run" not in step or "pip install" in step["run"]
            if is_needless or (any(codes) and "always()" not in step.get("if", "")):
                continue
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=checkout, env={**self.environment, "RUNNER_TEMP": str(temporary)},
                capture_output=True, text=True, check=False, timeout=600,
            )  # fmt: skip
            codes.append(done.returncode)
            said += done.stdout + done.stderr
        return Night(checkout / "a", codes, said)

    def _check_out(self, name: str) -> Path:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        run_git(self.folder, "clone", "--quiet", str(self.remote), name)
        return self.folder / name


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with running_site() as site:
        site.say("/79")
        site.pages["/80"] = Page(LOGIN, headers={"Content-Type": "text/html"})
        hosted = Hosted(tmp_path, site)
        hosted.commit_watch_list(
            source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79")),
            source("xaa-80", "XAA/UNGA/80~prepared.en", site.url("/80")),
        )
        yield hosted


def test_two_nights_from_fresh_checkouts_are_two_nights_of_one_archive(hosted: Hosted) -> None:
    first = hosted.run_night()
    assert first.codes == [0, 0, 1, 0, 0], first.said
    assert "quarantined" in first.said
    assert len(list_commits(hosted.remote, "statements")) == 1
    second = hosted.run_night()
    # What was told the night before is no finding again.
    assert second.codes == [0, 0, 0, 0, 0], second.said
    assert len(list_commits(hosted.remote, "statements")) == 2
    found = "SELECT source, outcome FROM outcomes ORDER BY run, source"
    assert query(second.archive, found) == [
        ("xaa-79", "new"), ("xaa-80", "quarantined"), ("xaa-79", "unchanged"), ("xaa-80", "quarantined"),
    ]  # fmt: skip
    # The pages, without those of the night before.
    assert len(list_commits(hosted.remote, "pages")) == 1
    assert {"index.html", "statements/XAA/UNGA/79.html"} <= set(list_files(hosted.remote, "pages"))
    # What waits was fetched again, and is one review.
    assert query(second.archive, "SELECT count(*), min(bytes IS NOT NULL) FROM documents") == [(2, 1)]
    assert query(second.archive, "SELECT source, verdict FROM reviews") == [("xaa-80", None)]
    verified = subprocess.run(
        [*("tracker", "--archive", str(second.archive), "verify")],
        env=hosted.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout


def test_the_record_and_what_waits_for_a_review_never_leave_the_runner(hosted: Hosted) -> None:
    for _ in range(2):
        hosted.run_night()
    files = list_files(hosted.remote, "statements")
    assert not [name for name in files if name.endswith((".db", ".git"))]
    assert list_files(hosted.remote, "main") == ["a/watch.toml"]
    held = read_everything(hosted.remote, "--all")
    assert "Mr. President" in held
    assert "Sign in" not in held


def test_nothing_is_pushed_where_something_is_restricted(hosted: Hosted) -> None:
    hosted.run_night()
    before = list_commits(hosted.remote, "statements")
    hosted.site.say("/81", "The dykes are weakest at Port Regis.", 81)
    closed = source("xaa-81", "XAA/UNGA/81", hosted.site.url("/81"), 'access = "embargoed"')
    hosted.commit_watch_list(source("xaa-79", "XAA/UNGA/79~prepared.en", hosted.site.url("/79")), closed)
    night = hosted.run_night()
    assert night.codes == [0, 0, 0, 2, 0], night.said
    assert "restricted or embargoed: xaa-81; nothing was pushed" in night.said
    assert list_commits(hosted.remote, "statements") == before
    assert "Port Regis" not in read_everything(hosted.remote, "--all")
