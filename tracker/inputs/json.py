"""JSON of others, read without a traceback whatever it holds."""

from __future__ import annotations

import json


def parse_json(text: str | bytes) -> object:
    """Return what a text in JSON says.

    Raises ``ValueError`` with the reason: no JSON, nested too deeply for the reader, or a number of more
    than 4,300 digits, which Python refuses since reading it takes time with the square of its length.
    """
    try:
        value: object = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value
