"""What all pages have: one base template, in which text of others stays text and what is hidden is shown."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context

from tracker import __version__
from tracker.publish import pairs, words
from tracker.publish.policy import frozen_policy
from tracker.publish.routes import Answer, address, link
from tracker.report.comparison.provenance import cite
from tracker.report.comparison.words import percent
from tracker.report.render.html import find_direction, mark_hidden, quote_marked
from tracker.report.safe import visible

if TYPE_CHECKING:
    from jinja2.runtime import Context

    from tracker.publish.shelf import Shelf

TEMPLATES: Final = "templates"


def render(template: str, here: str, **values: Any) -> Answer:  # noqa: ANN401 (what a template shows)
    """Return a page made by a template that extends ``base.html.jinja``; ``here`` is its own path."""
    page = _environment().get_template(f"{template}.html.jinja").render(here=here, **values)
    return Answer(page.encode())


def cite_page(shelf: Shelf, texts: str) -> str:
    """Return the line by which a page is cited that says something of these texts."""
    return cite(texts, __version__, shelf.vocabulary)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tracker.publish", TEMPLATES),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(
        to=_link,
        forms=("csv", "json", *(("parquet",) if find_spec("pyarrow") else ())),
        policy=frozen_policy,
        name_pair=pairs.name_pair,
        name_statement=pairs.name_statement,
        year_of=words.session_year,
    )
    environment.filters.update(
        body=lambda code: words.body_words(code).name,
        country=lambda code: words.country_words(code).name,
        date=words.date_words,
        day=words.day_words,
        direction=find_direction,
        instant=words.instant_words,
        language=words.language_words,
        quoted=quote_marked,
        said=mark_hidden,
        share=percent,
    )
    return environment


@pass_context
def _link(context: Context, name: str, /, **parameters: str) -> str:
    """Return the link to a page, as the page has it on which it stands."""
    return link(context["here"], address(name, **parameters))


@cache
def read_template(name: str) -> bytes:
    """Return a file beside the templates as it is, such as the style."""
    return files("tracker.publish").joinpath(TEMPLATES, name).read_bytes()
