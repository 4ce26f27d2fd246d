"""Whether a text is the speaker's own or the verbatim record, by its wording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.text.detection import infer_kind
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from tracker.model.texts import TextKind

BODY = " ".join(
    f"Avaria has trained {number} judges and will train more of them in the coming year."
    for number in range(40)
)
RECORD = (
    "At its seventy-eighth session the Assembly adopted the text (see A/78/PV.3), and 40 per cent have acted."
)

TEXTS: tuple[tuple[TextKind | None, str], ...] = (
    ("prepared", f"Mr. President,\nExcellencies,\n{BODY}\nThank you."),
    ("prepared", f"Madam President, I bring greetings.\n{BODY}\nI thank you for your attention."),
    ("prepared", "Monsieur le Président,\n\nL'Avarie soutient la paix.\n\nJe vous remercie."),
    ("prepared", "主席先生：\n我们支持多边主义。\n谢谢大家。"),
    ("verbatim", f"{RECORD} {BODY}"),
    ("verbatim", f"{BODY} The States Members of the United Nations agreed at the sixtieth session."),
    ("verbatim", f"Mr. President, I bring greetings. {RECORD} {BODY}"),
    (
        "verbatim",
        "\n".join(f"{at}. Mr. President, I speak of co-operation. {BODY[:600]}" for at in range(31, 38)),
    ),
    (None, "\n".join(f"{at}. We speak of cooperation. {BODY[:600]}" for at in range(1, 8))),
    ("verbatim", f"A/66/PV.11\n{BODY}\nAvaria stands by that.\n\fA/66/PV.11\n{BODY}"),
    (None, BODY),
    (None, RECORD),
    (None, ""),
    (None, "We will double our funding. The UN needs it."),
)


@pytest.mark.parametrize(("expected", "text"), TEXTS)
def test_kind_of_a_text(expected: TextKind | None, text: str) -> None:
    assert infer_kind(read_text(text), text) == expected
