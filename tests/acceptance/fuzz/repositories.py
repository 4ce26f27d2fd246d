"""Git repositories of strangers: what names programs, leads away, or is damaged."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from tests.acceptance.fuzz.archive import put_files
from tests.acceptance.fuzz.calling import call, outcome
from tests.acceptance.fuzz.damage import damage, read_seeds
from tests.acceptance.fuzz.folders import Entries, Entry, pack, unpack
from tests.acceptance.fuzz.guard import canary_of
from tests.acceptance.fuzz.target import Target
from tests.mirrors import make_record
from tests.repositories import Link, Made, make_repository, run_git
from tracker.keep.mirror import update_mirror

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_COMMAND: Final = "touch @CANARY@"
_NAMES_PROGRAM: Final = (
    "core.sshCommand", "core.fsmonitor", "core.gitProxy", "core.askPass", "core.pager", "core.editor",
    "core.hooksPath", "core.alternateRefsCommand", "credential.helper", "diff.external", "diff.evil.textconv",
    "diff.evil.command", "filter.evil.smudge", "filter.evil.clean", "filter.evil.process",
    "merge.evil.driver", "gpg.program", "gpg.ssh.program", "gpg.ssh.defaultKeyCommand",
    "uploadpack.packObjectsHook", "gc.recentObjectsHook", "receive.procReceiveRefs", "alias.cat-file",
    "alias.log", "pager.log", "pager.cat-file", "remote.origin.uploadpack", "remote.origin.receivepack",
    "trailer.session.command", "trailer.session.cmd", "interactive.diffFilter", "sequence.editor",
    "man.viewer", "browser.x.cmd", "difftool.x.cmd", "mergetool.x.cmd", "sendemail.smtpServer",
    "guitool.x.cmd", "web.browser", "imap.tunnel", "init.templateDir", "http.sslKey",
)  # fmt: skip
_LEADS_AWAY: Final = read_seeds("git-config.txt")[0].decode().split("\n%\n")
"""Settings that lead out of a repository, to programs by other ways, or to what git does not expect."""

_HOOKS: Final = (
    "reference-transaction", "post-update", "update", "pre-receive", "post-receive", "proc-receive",
    "pre-push", "post-checkout", "pre-auto-gc", "post-index-change", "fsmonitor-watchman", "push-to-checkout",
    "post-rewrite", "pre-commit", "commit-msg",
)  # fmt: skip
_HEADS: Final = (
    b"ref: refs/heads/../../config\n", b"ref: HEAD\n", b"ref: refs/heads/" + b"a" * 300 + b"\n", b"",
    b"0" * 40 + b"\n", b"x\n", b"ref: --help\n", b"ref: refs/heads/main\nmore\n", b"1" * 40 + b"\n",
    b"ref: refs/heads/\xff\n", b"ref:\n", b"ref: refs/heads/other\n",
)  # fmt: skip
_PLACES: Final[Mapping[str, tuple[Entry, ...]]] = {
    "objects/info/alternates": tuple(
        ("file", text) for text in (b"/tmp\n", b"../../../..\n", b"objects\n../objects\n", b'"\\n\n')
    ),
    "objects/info/http-alternates": (("file", b"http://127.0.0.1:9/\n"),),
    "objects/info/commit-graph": (("file", b"CGPH\x01\x01\x00\x00" + b"\0" * 40), ("link", b"/etc/passwd")),
    "objects/pack/multi-pack-index": (("file", b"MIDX\x01\x01\x00\x00" + b"\0" * 40),),
    "info/grafts": (("file", b"1" * 40 + b"\n"), ("file", b"x\n")),
    "info/attributes": (
        ("file", b"* filter=evil diff=evil merge=evil\n"),
        ("file", b"* working-tree-encoding=utf-7 ident export-subst\n"),
    ),
    "shallow": (("file", b"1" * 40 + b"\n"), ("file", b"x"), ("file", b"")),
    "commondir": (("file", b"../..\n"), ("file", b"/\n"), ("file", b"")), "gitdir": (("file", b"/tmp\n"),),
    "config.worktree": (("file", b"[core]\n\tfsmonitor = touch @CANARY@\n"),),
    "packed-refs": (
        ("file", b"1" * 40 + b" refs/heads/main\n"), ("file", b"# pack-refs with: peeled sorted\nx\n"),
        ("link", b"/etc/passwd"),
    ),
    "refs/heads/main": (
        ("file", b"ref: refs/heads/main\n"), ("file", b"x"), ("pipe", b""),
        ("link", b"../../../../../etc/passwd"),
    ),
    "refs/heads/other": (("file", b"ref: refs/heads/main\n"), ("link", b"main"), ("pipe", b"")),
    "refs/replace/" + "1" * 40: (("file", b"2" * 40 + b"\n"),), "refs/heads/main.lock": (("file", b""),),
    "refs/heads/-x": (("file", b"1" * 40 + b"\n"),),
    "index": (("file", b"DIRC\0\0\0\x02\0\0\0\x01"), ("pipe", b"")),
    "objects/pack/pack-x.pack": (("file", b"PACK\0\0\0\x02\xff\xff\xff\xff"),),
    "worktrees/a/gitdir": (("file", b"/etc\n"),),
    "modules/a/config": (("file", b"[core]\n\tfsmonitor = touch @CANARY@\n"),), "hooks": (("link", b"/tmp"),),
    "objects": (("link", b"/tmp"),), ".git": (("file", b"gitdir: /etc\n"), ("link", b"..")),
}  # fmt: skip


# Made ---------------------------------------------------------------------------------------------------


@cache
def _history() -> Mapping[str, Entry]:
    """Return the files of a bare repository with three commits, all objects loose but those of a pack."""
    speech = "Mr. President,\n\nMy country supports the {} of the Rivers Treaty. We thank you.\n"
    with tempfile.TemporaryDirectory() as name:
        path = make_repository(
            Path(name) / "repo",
            (
                Made(
                    "Session: 31",
                    {"uk/31.md": speech.format("first"), ".gitattributes": "* filter=evil diff=evil\n"},
                ),
                Made("CCPCJ 32", {"uk/32.md": speech.format("second"), "uk/link.md": Link("/etc/passwd")}),
                Made(
                    "Again",
                    {"uk/32.md": speech.format("third"), "uk/sub.md": Link("1" * 40, "160000")},
                    {"uk/31.md": "uk/33.md"},
                ),
            ),
        )
        return _read(_loosen(path))


@cache
def _mirror() -> Mapping[str, Entry]:
    """Return the files of the mirror of the small archive whose record is ``records.sound``."""
    with tempfile.TemporaryDirectory() as name:
        folder = make_record(Path(name) / "snapshots")
        update_mirror(folder)
        return _read(folder / "mirror.git")


def _loosen(repository: Path) -> Path:
    """Unpack a repository's objects, so that each can be missing by itself."""
    for whole in list((repository / "objects" / "pack").glob("*.pack")):
        data = whole.read_bytes()
        for file in whole.parent.glob(f"{whole.stem}.*"):
            file.unlink()
        run_git(repository, "unpack-objects", "-q", stdin=data)
    return repository


def _read(folder: Path) -> Mapping[str, Entry]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".sample"))
    return {path.relative_to(folder).as_posix(): ("file", path.read_bytes()) for path in files}


def make(random: Random) -> bytes:
    """Return a tar of a repository of texts, changed in one to four places."""
    return _change(random, dict(_history()))


def make_received(random: Random) -> bytes:
    """Return a tar of a mirror, changed in one to four places."""
    return _change(random, dict(_mirror()))


def _change(random: Random, entries: Entries) -> bytes:
    for _ in range(random.randint(1, 4)):
        match random.randrange(8):
            case 0 | 1:
                text = "".join(_setting(random) for _ in range(random.randint(1, 4)))
                entries["config"] = ("file", _content(entries, "config") + b"\n" + text.encode())
            case 2:
                entries["config"] = (
                    "file",
                    _content(entries, "config") + random.choice(_LEADS_AWAY).encode(),
                )
            case 3:
                folder = random.choice(("hooks", "hooks", "other", ".git/hooks"))
                script = f"#!/bin/sh\n{_COMMAND}\n".encode()
                entries |= {
                    f"{folder}/{name}": ("program", script)
                    for name in random.sample(_HOOKS, random.randint(1, len(_HOOKS)))
                }
            case 4:
                place = random.choice(sorted(_PLACES))
                entries[place] = random.choice(_PLACES[place])
            case 5:
                entries["HEAD"] = ("file", random.choice(_HEADS))
            case 6:
                del entries[random.choice(sorted(entries))]
            case _:
                place = random.choice(sorted(entries))
                entries[place] = ("file", damage(random, _content(entries, place), most=1))
    return pack(entries)


def _setting(random: Random) -> str:
    section, _, key = random.choice(_NAMES_PROGRAM).rpartition(".")
    first, dot, rest = section.partition(".")
    head = f'[{first} "{rest}"]' if dot else f"[{first}]"
    value = random.choice((_COMMAND, f"!{_COMMAND}", "other", f'sh -c "{_COMMAND}"'))
    return f"{head}\n\t{key} = {value}\n"


def _content(entries: Entries, place: str) -> bytes:
    return entries[place][1] if place in entries else b""


# Run ----------------------------------------------------------------------------------------------------


def use(data: bytes, folder: Path) -> str:
    """Import a repository's texts, once to see and once to keep."""
    unpack(data, folder / "repo", canary_of(folder))
    call("init")
    rule = ("--path", "uk/*.md", "--as", "XAA/CCPCJ", "--session-from", "path")
    call("import", "repo", *rule, "--dry-run")
    ran = call("import", "repo", *rule)
    if crc32(data) % 2:
        call(
            "import",
            "repo",
            "--path",
            "uk",
            "--as",
            "XAA/CCPCJ",
            "--session-from",
            "subject",
            "--branch",
            "other",
        )
    else:
        call("rebuild", "repo", "--archive", "again")
    call("verify")
    return outcome(ran)


def use_received(data: bytes, folder: Path) -> str:
    """Rebuild an archive from a mirror, or go on with an archive that came with it."""
    from tests.acceptance.fuzz.records import sound  # noqa: PLC0415 (its module uses mirrors)

    if crc32(data) % 2:
        unpack(data, folder / "mirror.git", canary_of(folder))
        return outcome(call("rebuild", "mirror.git", "--archive", "again"))
    put_files({"snapshots/tracker.db": sound(), "given.txt": b"We agree.\n" * 20}, folder)
    unpack(data, folder / "snapshots" / "mirror.git", canary_of(folder))
    verified = call("verify")
    for command in (
        ("add", "given.txt", "--as", "XAA/UNGA/81"),
        ("judge", "XAA/UNGA/79", "--topic", "corruption", "--level", "mentioned", "--by", "Ana"),
        ("mirror", "update"), ("mirror", "push", "copy.git"), ("verify", "--repair"), ("mirror", "update"),
        ("withdraw", "XAA/UNGA/78", "--reason", "a", "--authority", "b", "--destroy", "--yes"), ("verify",),
    ):  # fmt: skip
        call(*command)
    return outcome(verified)


TARGETS: Final = (
    Target("repositories", make, use, seconds=30.0),
    Target("received-mirrors", make_received, use_received, seconds=30.0),
)
