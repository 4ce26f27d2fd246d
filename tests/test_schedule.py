from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest
import yaml
from cronsim import CronSim

from tests.repositories import run_git
from tests.test_documents import ROOT_COMMAND
from tests.thorough import long
from tracker.errors import TrackerError
from tracker.publish.manifest import MANIFEST_NAME
from tracker.watch.schedule import Nightly, read_time, write_schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran

AWKWARD = Path('/srv/Ana\'s archive/100% $HOME "x"')
PLAIN = Path("/srv/snapshots")


def nightly(archive: Path = PLAIN, hour: int = 2, minute: int = 30) -> Nightly:
    return Nightly(("/opt/tracker/bin/tracker",), archive, hour, minute)


@pytest.mark.parametrize("archive", [PLAIN, AWKWARD])
@pytest.mark.parametrize(("hour", "minute"), [(2, 30), (0, 0), (23, 59)])
def test_cron_reads_the_line_and_the_shell_the_command(archive: Path, hour: int, minute: int) -> None:
    text = write_schedule("cron", nightly(archive, hour, minute), Path.cwd())
    (line,) = [line for line in text.splitlines() if not line.startswith("#")]
    *fields, command = line.split(" ", 5)
    following = next(CronSim(" ".join(fields), datetime(2026, 3, 1, 1, 0, tzinfo=UTC)))
    assert (following.hour, following.minute) == (hour, minute)
    # Cron takes a bare % for a line break and gives "\%" to the shell as "%" (crontab(5)).
    assert "%" not in command.replace(r"\%", "")
    assert shlex.split(command.replace(r"\%", "%")) == [
        "/opt/tracker/bin/tracker", "--archive", str(archive), "snapshot", "--quiet",
    ]  # fmt: skip


def test_the_hour_that_is_proposed_is_in_every_night_of_every_country(tracker: Callable[..., Ran]) -> None:
    days = [datetime(2027, 1, 1, tzinfo=UTC).date() + timedelta(days=day) for day in range(365)]
    zones = [ZoneInfo(name) for name in available_timezones()]
    assert len(zones) > 300

    def is_skipped(hour: int) -> bool:
        locals_ = (datetime.combine(day, time(hour, 30), zone) for zone in zones for day in days)
        return any(each.astimezone(UTC).astimezone(each.tzinfo).hour != hour for each in locals_)

    assert is_skipped(2)
    assert not is_skipped(4)
    for scheduler, line in (("cron", "30 4 * * * "), ("systemd", "OnCalendar=*-*-* 04:30:00\n")):
        ran = tracker("schedule", scheduler)
        assert (ran.code, ran.err, line in ran.out) == (0, "", True)
        early = tracker("schedule", scheduler, "--at", "02:30")
        assert early.code == 0
        assert "02:30 is among the hours that a machine may skip when clocks go forward" in early.err
    assert "clocks go forward" not in tracker("schedule", "github", "--at", "02:30").err


def write_units(folder: Path, archive: Path, program: str) -> list[Path]:
    made = Nightly((program,), archive, 2, 30)
    units: dict[Path, str] = {}
    for part in write_schedule("systemd", made, Path.cwd()).split("# /etc/systemd/system/")[1:]:
        name, _, text = part.partition("\n")
        units[folder / name] = text
    for path, text in units.items():
        path.write_text(text, encoding="utf-8")
    return list(units)


@pytest.mark.parametrize("archive", [PLAIN, AWKWARD])
def test_systemd_takes_the_units(tmp_path: Path, archive: Path) -> None:
    units = write_units(tmp_path, archive, "/bin/true")
    names = [
        *("tracker-snapshot.service", "tracker-snapshot.timer"),
        *("tracker-publish.service", "tracker-failure@.service"),
    ]
    assert [path.name for path in units] == names
    service = units[0].read_text(encoding="utf-8")
    quoted = str(archive).replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    written = quoted if archive == PLAIN else f'"{quoted}"'
    assert f"--archive {written} snapshot --quiet --fail-on never\n" in service
    if shutil.which("systemd-analyze"):
        done = subprocess.run(
            ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True, check=False
        )
        assert "tracker-" not in done.stderr, done.stderr


@pytest.mark.parametrize("archive", [PLAIN, AWKWARD])
def test_systemd_lets_the_units_do_little(tmp_path: Path, archive: Path) -> None:
    units = write_units(tmp_path, archive, "/bin/true")
    service = units[0].read_text(encoding="utf-8")
    for line in ("User=tracker", "EnvironmentFile=-/etc/tracker-snapshot.env", "SuccessExitStatus=75"):
        assert line in service.splitlines()
    assert "OnFailure=tracker-failure@%n.service" in service
    (writable,) = re.findall("^ReadWritePaths=(.*)$", service, re.MULTILINE)
    assert shlex.split(writable.replace("%%", "%")) == [str(archive)]
    if shutil.which("systemd-analyze"):
        for unit in (units[0], *units[2:]):
            done = subprocess.run(
                ["systemd-analyze", "security", "--offline=yes", "--threshold=30", "--no-pager", str(unit)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout[-200:]


@long
def test_what_systemd_publishes_is_pushed_once_and_without_what_was_before(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    """The commands of the unit, as systemd reads them, with a bare repository for each remote."""
    program = str(Path(sys.executable).parent / "tracker")
    unit = next(
        path
        for path in write_units(tmp_path, tmp_path / "snapshots", program)
        if path.name == "tracker-publish.service"
    )
    pages = tmp_path / "pages.git"
    run_git(tmp_path, "init", "--quiet", "--bare", str(pages))
    values = {
        "MIRROR": str(tmp_path / "mirror.git"),
        "PAGES": str(pages),
        "BASE": "https://example.org/",
        "PLACE": str(tmp_path / "state" / "pages"),
    }
    (tmp_path / "state").mkdir()
    commands = [
        read_command(line, values) for line in re.findall("^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    ]
    assert [command[-1] for command in commands[::2]] == [values["BASE"], values["MIRROR"]]

    def publish() -> dict[str, str]:
        """Publish, and return what the branch then holds, but for the list of what each file rests on."""
        for command in commands:
            done = subprocess.run(
                command, env={**os.environ, **values}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        assert run_git(pages, "rev-list", "--count", "pages").strip() == "1"
        listed = (line.split("\t") for line in run_git(pages, "ls-tree", "-r", "pages").splitlines())
        return {path: blob for blob, path in listed if path != MANIFEST_NAME}

    first = publish()
    assert {"index.html", "statements/XAA/CCPCJ/33.html", "sitemap.xml", "feeds/all.atom"} <= first.keys()
    assert "XAA" in run_git(tmp_path / "mirror.git", "ls-tree", "-r", "--name-only", "main")
    assert publish() == first
    assert (
        archive("withdraw", "XAA/CCPCJ/33", "--by", "Ana", "--authority", "A court", "--reason", "Names").code
        == 0
    )
    assert archive("mirror", "push", values["MIRROR"], "--force").code == 0
    assert publish() != first
    assert "A court" in run_git(pages, "show", "pages:statements/XAA/CCPCJ/33.html")


def read_command(line: str, values: dict[str, str]) -> list[str]:
    """Return the words of a line of ``ExecStart`` (systemd.service(5), "Command lines"), for plain paths."""
    words = [word.replace("\\n", "\n") for word in shlex.split(line)]
    known = (re.sub(r"^\$\{(\w+)\}$", lambda name: values[name[1]], word) for word in words)
    return [word.replace("$$", "$").replace("%%", "%") for word in known]


@pytest.mark.parametrize(
    ("program", "homes"), [("/opt/bin/tracker", "yes"), ("/home/a/tracker", "read-only")]
)
def test_a_home_is_seen_only_where_the_program_is_in_one(tmp_path: Path, program: str, homes: str) -> None:
    service = write_units(tmp_path, PLAIN, program)[0].read_text(encoding="utf-8")
    assert f"ProtectHome={homes}\n" in service


@pytest.mark.parametrize("name", ["snapshots", "an archive: #1"])
def test_github_reads_the_workflow(tmp_path: Path, name: str) -> None:
    workflow = yaml.safe_load(write_schedule("github", nightly(tmp_path / name), tmp_path))
    assert workflow[True]["schedule"] == [{"cron": "30 2 * * *"}]  # YAML 1.1 takes "on" for yes
    job = workflow["jobs"]["snapshot"]
    assert job["env"]["ARCHIVE"] == name
    assert job["env"]["REMOTE"] == "${{ github.server_url }}/${{ github.repository }}"
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert 'tracker --archive "$ARCHIVE" snapshot --quiet' in commands
    for command in commands:
        subprocess.run(["sh", "-n", "-c", command], check=True)
    assert json.dumps(workflow["concurrency"]) == '{"group": "snapshot", "cancel-in-progress": false}'


def test_what_is_not_open_is_named_since_the_workflow_pushes_nothing_then(
    tmp_path: Path, tracker: Callable[..., Ran]
) -> None:
    table = '[sources.own]\nreference = "XAA/UNGA/79"\nurl = "https://example.org/79"\n'
    assert tracker("init").code == 0
    for access, told in (("open", ""), ("restricted", "will push nothing while these are not open: own\n")):
        (tmp_path / "snapshots" / "watch.toml").write_text(f'{table}access = "{access}"\n', encoding="utf-8")
        ran = tracker("schedule", "github")
        assert (ran.code, ran.err) == (0, f"tracker: the workflow {told}" if told else "")


def test_an_archive_outside_the_repository_cannot_be_on_github(tmp_path: Path) -> None:
    with pytest.raises(TrackerError, match="for GitHub, run this in the repository"):
        write_schedule("github", nightly(tmp_path / "a"), tmp_path / "b")


@pytest.mark.parametrize("archive", ["/srv/a\nb", "/srv/a\x1b[2J"])
def test_what_would_break_a_line_is_refused(archive: str) -> None:
    with pytest.raises(TrackerError, match="move the archive"):
        write_schedule("cron", nightly(Path(archive)), Path.cwd())


@pytest.mark.parametrize(("text", "time"), [("02:30", (2, 30)), ("2:05", (2, 5)), ("23:59", (23, 59))])
def test_times_are_read(text: str, time: tuple[int, int]) -> None:
    assert read_time(text) == time


@pytest.mark.parametrize("text", ["24:00", "2", "02:60", "02:30:00", "", "noon", "02:30 * * * rm"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(TrackerError, match="write 04:30"):
        read_time(text)


def test_the_command_names_the_archive_and_itself_by_absolute_paths(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    printed = archive("schedule", "cron", "--at", "4:05").out.splitlines()[-1]
    words = shlex.split(printed)
    assert words[:5] == ["5", "4", "*", "*", "*"]
    assert Path(words[5]).is_absolute()
    assert words[-4:] == ["--archive", str(tmp_path / "snapshots"), "snapshot", "--quiet"]
    assert subprocess.run([*words[5:-2], "list"], capture_output=True, check=False).returncode == 0


def test_the_comments_of_units_name_commands_that_are_there() -> None:
    units = write_schedule("systemd", nightly(), Path("/")).replace("\n# ", " ")
    named = re.findall(r"\bby tracker (\w+)", units)
    assert named
    assert set(named) <= set(ROOT_COMMAND.commands)
