"""What the command line takes of Typer's own copy of Click, which is private: only this module names it."""

from typer._click import Command, Context, HelpFormatter, Parameter
from typer._click.core import ParameterSource
from typer._click.exceptions import ClickException, MissingParameter, NoArgsIsHelpError, NoSuchOption
from typer._click.globals import get_current_context
from typer._types import TyperChoice

__all__ = [
    "ClickException",
    "Command",
    "Context",
    "HelpFormatter",
    "MissingParameter",
    "NoArgsIsHelpError",
    "NoSuchOption",
    "Parameter",
    "ParameterSource",
    "TyperChoice",
    "get_current_context",
]
