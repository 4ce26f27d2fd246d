"""A table in LaTeX holds text and no command; ``tests/acceptance/test_latex.py`` has it typeset."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparisons import VOCABULARY, comparison, reading, side, topic
from tracker.report.comparison.findings import render_latex
from tracker.report.render.latex import escape_latex, write_table

CASES = {
    "plain": "plain",
    "AT&T": r"AT\&T",
    "100% of $5 #1 a_b {c}": r"100\% of \$5 \#1 a\_b \{c\}",
    "~ ^ \\": r"\textasciitilde{} \textasciicircum{} \textbackslash{}",
    "a < b > c | d": r"a \textless{} b \textgreater{} c \textbar{} d",
    "^^41": r"\textasciicircum{}\textasciicircum{}41",
    r"\input{/etc/passwd}": r"\textbackslash{}input\{/etc/passwd\}",
    "say \"it's\" ''": r"say \char34{}it's\char34{} '{\kern0pt}'",
    "a -- b --- c": r"a -{\kern0pt}- b -{\kern0pt}-{\kern0pt}- c",
    "?` ``": r"?{\kern0pt}\textasciigrave{} \textasciigrave{}\textasciigrave{}",
    "32 → 33, −2": r"32 $\rightarrow$ 33, $-$2",
    "a\nb\n\tc": "a b c",
    "\x1b[31m\u202e": r"\textless{}U+001B\textgreater{}[31m\textless{}U+202E\textgreater{}",
    "«État», Ärger, 中文, عربي": "«État», Ärger, 中文, عربي",
}


@pytest.mark.parametrize(("text", "escaped"), CASES.items())
def test_each_special_character_is_escaped(text: str, escaped: str) -> None:
    assert escape_latex(text) == escaped


@given(st.text("\\{}$&#_^~%<>|'\"`-,?![]* \n→−ab", max_size=12))
def test_no_text_acts(text: str) -> None:
    rest = re.sub(
        r"\\(?:textbackslash|text\w+|char34)\{\}|\$(?:\\rightarrow|-)\$|\\[{}$&#_%]|\{\\kern0pt\}",
        "",
        escape_latex(text),
    )
    assert not set(rest) & set('\\{}$&#_^~%<>|"`\n→−')


def test_the_table_has_a_row_for_each_topic_and_says_what_it_rests_on() -> None:
    rows = (
        topic("100% & more", "new", None, reading("declared", (0,), 0.125)),
        topic("Debt_", "not repeated", reading("substantive", (0,), 0.4), None),
    )
    made = comparison(side("A_1", ("We met.",)), side("B#2", ("We act.",)), topics=rows)
    written = render_latex(made, VOCABULARY).splitlines()
    assert written[0].startswith(r"% needs \usepackage{booktabs}")
    assert r"\caption{Priorities of A\_1 $\rightarrow$ B\#2}" in written
    assert r"\raggedright Topic & old & new & old, \% & new, \% & Change \\" in written
    assert r"\raggedright 100\% \& more & absent & declared & 0 & 12 & new \\" in written
    assert r"\raggedright Debt\_ & substantive & absent & 40 & 0 & not repeated \\" in written
    assert sum(line.count(r"\\") for line in written) == 3
    assert any("Cite: " in line for line in written)


def test_a_table_without_rows_is_one_all_the_same() -> None:
    lines = write_table("None", "l", ("a", "b"), (), ()).splitlines()
    assert lines[-4:] == [r"\midrule", r"\bottomrule", r"\end{tabular}", r"\end{table}"]
