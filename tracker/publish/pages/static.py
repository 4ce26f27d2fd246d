"""Styles and scripts: files beside the templates, and those of the report."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tracker.publish.frame import read_template
from tracker.publish.routes import Answer, NotThere

if TYPE_CHECKING:
    from tracker.publish.routes import Parameters
    from tracker.publish.shelf import Shelf

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_OF_THE_REPORT: Final = {"report.css": "style.css", "report.js": "script.js"}


def show(_shelf: Shelf, parameters: Parameters) -> Answer:
    """Return a file by its name. Raises ``NotThere`` where there is none of ours."""
    name = parameters["name"]
    kind = _TYPES.get(name.rpartition(".")[2])
    try:
        if own := _OF_THE_REPORT.get(name):
            return Answer(files("tracker.report.render").joinpath("page", own).read_bytes(), str(kind))
        if kind and "/" not in name:
            return Answer(read_template(name), kind)
    except FileNotFoundError:
        pass
    raise NotThere("There is no such file.")


def rests_on(_shelf: Shelf, _parameters: Parameters) -> list[object]:
    """Return nothing: they are files of ours."""
    return []
