"""Repositories that would run a command of their maker's: each way by itself, on any repository."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

HOOKS: Final = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit",
    "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge",
    "pre-push", "pre-receive", "update", "proc-receive", "post-receive", "post-update",
    "reference-transaction",
    "push-to-checkout", "pre-auto-gc", "post-rewrite", "sendemail-validate", "fsmonitor-watchman",
    "post-index-change",
)  # fmt: skip
"""Every hook of githooks(5) that git itself runs."""

ATTRIBUTES: Final = "* filter=evil diff=evil merge=evil textconv=evil\n"


@dataclass(frozen=True, slots=True)
class Attack:
    """How a repository is made to run a command; ``told`` is what refuses it, where it is not ignored."""

    arm: Callable[[Path, Path], None]
    told: str = ""
    fires: tuple[str, ...] = ()
    """A git command that runs it, where one is short: the attack is a real one."""


def _configure(text: str) -> Callable[[Path, Path], None]:
    """Return what appends to a configuration; ``CANARY`` stands for the program that must not run."""

    def arm(repository: Path, canary: Path) -> None:
        with (repository / "config").open("a", encoding="utf-8") as config:
            config.write("\n" + text.replace("CANARY", str(canary)))

    return arm


def _write_hooks(folder: str) -> Callable[[Path, Path], None]:
    def arm(repository: Path, canary: Path) -> None:
        (repository / folder).mkdir(exist_ok=True)
        for name in HOOKS:
            (repository / folder / name).write_text(f"#!/bin/sh\n{canary}\n", encoding="utf-8")
            (repository / folder / name).chmod(0o755)

    return arm


def _all(*arms: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    def arm(repository: Path, canary: Path) -> None:
        for each in arms:
            each(repository, canary)

    return arm


def _promise(text: str) -> Callable[[Path, Path], None]:
    """Return what makes a partial clone that lacks an object, where one lies by itself."""

    def arm(repository: Path, canary: Path) -> None:
        for loose in sorted(repository.glob("objects/??/*"))[:1]:
            loose.unlink()
        _configure(text)(repository, canary)

    return arm


def _include(repository: Path, canary: Path) -> None:
    (repository / "more").write_text(f"[core]\n\tsshCommand = {canary}\n\tfsmonitor = {canary}\n", "utf-8")
    _configure('[include]\n\tpath = more\n[includeIf "gitdir:/"]\n\tpath = more\n')(repository, canary)


def _attributes(repository: Path, _canary: Path) -> None:
    (repository / "info").mkdir(exist_ok=True)
    (repository / "info" / "attributes").write_text(ATTRIBUTES, encoding="utf-8")


def _replace_by_link(name: str) -> Callable[[Path, Path], None]:
    """Return what moves a part of a repository out of it, and leaves a link."""

    def arm(repository: Path, canary: Path) -> None:
        elsewhere = canary.with_name(f"{repository.name}-{name.replace('/', '-')}")
        if not (repository / name).exists():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            (repository / name).write_text("", encoding="utf-8")
        (repository / name).rename(elsewhere)
        (repository / name).symlink_to(elsewhere)

    return arm


def _make_pipe(name: str) -> Callable[[Path, Path], None]:
    def arm(repository: Path, _canary: Path) -> None:
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).unlink(missing_ok=True)
        os.mkfifo(repository / name)

    return arm


def _borrow(repository: Path, canary: Path) -> None:
    (repository / "objects" / "info").mkdir(exist_ok=True)
    (repository / "objects" / "info" / "alternates").write_text(f"{canary.parent}\n", encoding="utf-8")


def _lead_away(repository: Path, canary: Path) -> None:
    (repository / "commondir").write_text(f"{canary.parent / 'private.git'}\n", encoding="utf-8")


_PROMISOR = (
    '[remote "origin"]\n\turl = {}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'
    "\tuploadpack = CANARY\n\treceivepack = CANARY\n\tvcs = ext\n"
)
_PARTIAL = "is a partial clone"
_NEW = "[core]\n\trepositoryformatversion = 1\n"

ATTACKS: Final[Mapping[str, Attack]] = {
    "missing objects, uploadpack": Attack(
        _promise(_PROMISOR.replace("\tvcs = ext\n", "").format("/nowhere")),
        _PARTIAL, ("cat-file", "-e", "0123456789012345678901234567890123456789"),
    ),
    "missing objects, ssh": Attack(
        _promise("[core]\n\tsshCommand = CANARY\n" + _PROMISOR.format("ssh://a.example/b")), _PARTIAL
    ),
    "missing objects, any program": Attack(
        _promise('[protocol "ext"]\n\tallow = always\n' + _PROMISOR.format("ext::CANARY")), _PARTIAL
    ),
    "missing objects, by the extension": Attack(
        _promise(_NEW + "[extensions]\n\tpartialClone = origin\n" + _PROMISOR.format("ext::CANARY")), _PARTIAL
    ),
    "ssh": Attack(
        _configure('[core]\n\tsshCommand = CANARY\n[remote "origin"]\n\turl = ssh://a.example/b\n'),
        fires=("fetch", "origin"),
    ),
    "git's own proxy": Attack(
        _configure("[core]\n\tgitProxy = CANARY\n"), fires=("fetch", "git://a.example/b")
    ),
    "an address rewritten": Attack(
        _configure('[protocol "ext"]\n\tallow = always\n[url "ext::CANARY "]\n\tinsteadOf = /\n'),
        fires=("fetch", "/nowhere"),
    ),
    "credentials": Attack(
        _configure("[credential]\n\thelper = CANARY\n[core]\n\taskPass = CANARY\n"),
        fires=("credential", "fill"),
    ),
    "a watcher of files": Attack(
        _configure("[core]\n\tfsmonitor = CANARY\n\tbare = false\n\tworktree = .\n"), fires=("status",)
    ),
    "hooks": Attack(_write_hooks("hooks"), fires=("update-ref", "refs/heads/other", "HEAD")),
    "hooks elsewhere": Attack(
        _all(_write_hooks("other"), _configure("[core]\n\thooksPath = other\n")),
        fires=("update-ref", "refs/heads/other", "HEAD"),
    ),
    "filters": Attack(
        _all(
            _attributes,
            _configure(
                '[filter "evil"]\n\tsmudge = CANARY\n\tclean = CANARY\n\tprocess = CANARY\n'
                "\trequired = true\n"
            ),
        ),
        fires=("hash-object", "--path=a", "config"),
    ),
    "differences": Attack(
        _all(
            _attributes,
            _configure(
                '[diff]\n\texternal = CANARY\n[diff "evil"]\n\ttextconv = CANARY\n\tcommand = CANARY\n'
                '[merge "evil"]\n\tdriver = CANARY\n'
            ),
        ),
        fires=("show", "--ext-diff", "HEAD"),
    ),
    "pager, editor, signatures": Attack(
        _configure(
            "[core]\n\tpager = CANARY\n\teditor = CANARY\n[gpg]\n\tprogram = CANARY\n"
            '[gpg "ssh"]\n\tprogram = CANARY\n\tdefaultKeyCommand = CANARY\n[log]\n\tshowSignature = true\n'
            "[push]\n\tgpgSign = true\n[pager]\n\tcat-file = CANARY\n\tdiff-tree = CANARY\n\tpush = CANARY\n"
        ),
        fires=("config", "--local", "--edit"),
    ),
    "aliases": Attack(_configure("[alias]\n\tevil = !CANARY\n\tcat-file = !CANARY\n"), fires=("evil",)),
    "another file of settings": Attack(_include, fires=("fetch", "ssh://a.example/b")),
    "alternates asked for their branches": Attack(
        _configure("[core]\n\talternateRefsCommand = CANARY\n\talternateRefsPrefixes = refs\n")
    ),
    "packing": Attack(
        _configure(
            "[uploadpack]\n\tpackObjectsHook = CANARY\n[gc]\n\trecentObjectsHook = CANARY\n\tauto = 1\n"
            "[maintenance]\n\tauto = true\n[repack]\n\tcruftWindow = 1\n"
        ),
    ),
    "objects borrowed": Attack(_borrow, "borrows objects from"),
    "objects elsewhere": Attack(_replace_by_link("objects"), "is a symbolic link"),
    "a pack elsewhere": Attack(_replace_by_link("objects/pack/pack-1.pack"), "is a symbolic link"),
    "branches elsewhere": Attack(_replace_by_link("refs"), "is a symbolic link"),
    "a branch elsewhere": Attack(_replace_by_link("refs/heads/other"), "is a symbolic link"),
    "settings elsewhere": Attack(_replace_by_link("config"), "is a symbolic link"),
    "HEAD elsewhere": Attack(_replace_by_link("HEAD"), "is a symbolic link"),
    "packed branches elsewhere": Attack(_replace_by_link("packed-refs"), "is a symbolic link"),
    "a pipe for a branch": Attack(_make_pipe("refs/heads/other"), "is no file"),
    "a pipe for a pack": Attack(_make_pipe("objects/pack/pack-1.idx"), "is no file"),
    "a pipe for HEAD": Attack(_make_pipe("HEAD"), "is no file"),
    "another repository's folder": Attack(_lead_away, "leads out of the repository"),
    "an unknown form": Attack(
        _configure(_NEW + "[extensions]\n\tevil = CANARY\n"), "a form that tracker does not know"
    ),
    "a value that is none": Attack(
        _configure(_NEW + '[extensions]\n\tobjectFormat = "sha1\\n[core]\\nsshCommand = CANARY"\n'),
        "which is no value",
    ),
}  # fmt: skip
