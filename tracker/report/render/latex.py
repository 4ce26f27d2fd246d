"""A table for a paper, in LaTeX with booktabs: no text in it is a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"\char34{}",
    "\0": r"{\kern0pt}",
    "→": r"$\rightarrow$",
    "−": "$-$",
    **{char: f"\\{char}" for char in "{}$&#_%"},
    **{chr(0x2400 + code): rf"\textless{{}}U+{code:04X}\textgreater{{}}" for code in range(0x20)},
}
"""With the pictures of control characters, which no usual font has."""
_LIGATURES: Final = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)|(?<=[?!])(?=`)")
"""Where two characters would become another one."""


def escape_latex(text: str) -> str:
    """Return a text on one line that LaTeX prints as it is, wherever it stands in a table."""
    joined = _LIGATURES.sub("\0", one_line(text))
    return "".join(_SPECIAL.get(char, char) for char in joined)


def write_table(
    caption: str, shape: str, heads: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str]
) -> str:
    """Return a floating table of text, with notes below it.

    ``shape`` is, as LaTeX has it, that of the columns behind the first, which is for labels.
    """
    return "\n".join(
        (
            "% needs \\usepackage{booktabs}; letters other than Latin need LuaLaTeX and a font that has them",
            r"\begin{table}",
            r"\centering\footnotesize\setlength{\tabcolsep}{4pt}",
            rf"\caption{{{escape_latex(caption)}}}",
            rf"\begin{{tabular}}{{@{{}}p{{0.23\linewidth}}{shape}@{{}}}}",
            r"\toprule",
            _row(heads),
            r"\midrule",
            *map(_row, rows),
            r"\bottomrule",
            r"\end{tabular}",
            *(rf"\par\smallskip\raggedright {escape_latex(note)}" for note in notes),
            r"\end{table}",
            "",
        )
    )


def _row(cells: Sequence[str]) -> str:
    return r"\raggedright " + " & ".join(map(escape_latex, cells)) + r" \\"
