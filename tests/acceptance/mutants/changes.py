"""One small mistake at a time in a module of the program, of the kinds that people make.

What a user never meets is left alone: docstrings, annotations, messages of errors and help, what is imported
for types alone, and guards of what cannot be (``zip(strict=True)``, the slots of a dataclass).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from random import Random

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, ...]]] = {
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
_ARITHMETIC: Final[dict[type[ast.operator], str]] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.FloorDiv: "*", ast.Mod: "*",
    ast.BitAnd: "|", ast.BitOr: "&", ast.LShift: ">>", ast.RShift: "<<",
}  # fmt: skip
_NAMES: Final = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "startswith": "endswith",
    "endswith": "startswith", "lstrip": "rstrip", "rstrip": "lstrip", "strip": "lstrip",
    "intersection": "union", "union": "intersection", "issubset": "issuperset",
    "removeprefix": "removesuffix", "removesuffix": "removeprefix", "find": "rfind", "split": "rsplit",
    "partition": "rpartition", "rpartition": "partition", "append": "extend",
}  # fmt: skip
_EMPTY: Final = {
    "str": '""', "int": "0", "float": "0.0", "tuple": "()", "list": "[]", "dict": "{}", "bytes": 'b""',
}  # fmt: skip
_UNSEEN: Final = frozenset({"help", "strict", "slots", "frozen", "metavar", "rich_help_panel", "epilog"})
"""Arguments that say something to people, or guard what cannot be."""
_TELLING: Final = frozenset({"debug", "info", "warning", "warn", "NewType", "TypeVar", "cast", "suppress"})
_LONGEST_NAME: Final = 24


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake: in which module, which bytes of it are to be others, of what kind it is, and its lines."""

    module: str
    start: int
    end: int
    replacement: str
    kind: str
    line: int
    last: int

    def apply(self, text: str) -> str:
        """Return the module with the mistake."""
        data = text.encode()
        return (data[: self.start] + self.replacement.encode() + data[self.end :]).decode()

    def show(self, text: str) -> str:
        """Return the mistake in a line."""
        before = " ".join(text.encode()[self.start : self.end].decode().split())
        after = " ".join(self.replacement.split())
        return f"{self.module}:{self.line} {self.kind}: {before[:90]} -> {after[:90]}"


def draw(root: Path, number: int, random: Random, room: str = "") -> list[Mutant]:
    """Draw mutants over the program, or a room of it: a module by its lines of code, then one in it."""
    paths = sorted((root / "tracker" / room).rglob("*.py"))
    names = [path.relative_to(root).as_posix() for path in paths]
    weights = [count_code(path.read_text("utf-8")) for path in paths]
    drawn: dict[Mutant, None] = {}
    for _ in range(number * 20):
        if len(drawn) == number:
            break
        name = random.choices(names, weights)[0]
        text = (root / name).read_text("utf-8")
        found = list_mutants(name, text)
        if found and _is_python((mutant := random.choice(found)).apply(text)):
            drawn[mutant] = None
    return list(drawn)


def count_code(text: str) -> int:
    """Return how many lines are neither empty nor a comment alone."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in text.splitlines())


def list_mutants(module: str, text: str) -> list[Mutant]:
    """Return all mutants of a module."""
    finder = _Finder(module, text)
    finder.visit(ast.parse(text))
    return list(dict.fromkeys(finder.found))


def _is_python(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    def __init__(self, module: str, text: str) -> None:
        self.found: list[Mutant] = []
        self._module, self._text = module, text
        self._lines = [0]
        for line in text.encode().splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._returns = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Look into a function, and at what stands in for arguments; not at annotations."""
        before, self._returns = self._returns, ast.unparse(node.returns) if node.returns else ""
        for each in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(each)
        self._returns = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Look into a class; not at its decorators."""
        for each in node.body:
            self.visit(each)

    def visit_If(self, node: ast.If) -> None:
        """Negate a condition; what is imported for types alone is left."""
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self._negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        """Negate a condition."""
        if not isinstance(node.test, ast.Constant):
            self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Negate a condition."""
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Negate conditions, or leave them out."""
        for test in node.ifs:
            self._negate(test)
            self._replace(test, "True", "condition left out")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Look at the value, and not at the annotation."""
        if node.value:
            self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Flip a comparison, or have it off by one."""
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            start, end = self._end(left), self._start(right)
            between = self._text.encode()[start:end].decode()
            for other in _COMPARISONS[type(operator)]:
                changed = re.sub(r"(not\s+in|is\s+not|[<>=!]=|<|>|in|is)", other, between, count=1)
                self._add(start, end, changed, "comparison", left.end_lineno or 0, right.lineno)
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Have "and" for "or", or leave a part out."""
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            start, end = self._end(left), self._start(right)
            between = self._text.encode()[start:end].decode()
            if len(node.values) == len(words):
                changed = re.sub(rf"\b{words[0]}\b", words[1], between, count=1)
                self._add(start, end, changed, "boolean", left.end_lineno or 0, right.lineno)
            else:
                self._replace(right, str(words[0] == "and"), "condition left out")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Leave out a "not"."""
        if isinstance(node.op, ast.Not):
            self._replace(node, f"bool({ast.unparse(node.operand)})", "not left out")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Have another operator."""
        is_text = any(
            isinstance(each, ast.Constant) and isinstance(each.value, str) for each in ast.walk(node)
        )
        if (other := _ARITHMETIC.get(type(node.op))) and not is_text:
            left, right = ast.unparse(node.left), ast.unparse(node.right)
            self._replace(node, f"(({left}) {other} ({right}))", "operator")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Change a number, a truth, or a name; longer texts say something to people."""
        value = node.value
        if isinstance(value, bool):
            self._replace(node, str(not value), "constant")
        elif isinstance(value, int):
            self._replace(node, str(value + 1), "constant")
            if value > 1:
                self._replace(node, str(value - 1), "constant")
        elif isinstance(value, float):
            self._replace(node, repr(value * 2 or 1.0), "constant")
        elif isinstance(value, str) and re.fullmatch(rf"[\w.-]{{1,{_LONGEST_NAME}}}", value):
            self._replace(node, repr(f"{value}x"), "constant")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Look into it, save where it is the name of a type."""
        if ast.unparse(node.value) not in {"Literal", "Callable"}:
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts alone."""

    def visit_Expr(self, node: ast.Expr) -> None:
        """Leave out a call; a docstring stays."""
        if not isinstance(node.value, ast.Constant):
            self._replace(node, "pass", "statement left out")
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Leave it out."""
        self._replace(node, "pass", "statement left out")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Leave out what sets a part of something."""
        if all(isinstance(each, ast.Attribute | ast.Subscript) for each in node.targets):
            self._replace(node, "pass", "statement left out")
        if ast.unparse(node.targets[0]) not in {"__all__", "__slots__"}:
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Leave it out; its message stays."""
        self._replace(node, "pass", "statement left out")

    def visit_Continue(self, node: ast.Continue) -> None:
        """Leave it out."""
        self._replace(node, "pass", "statement left out")

    def visit_Break(self, node: ast.Break) -> None:
        """Leave it out."""
        self._replace(node, "pass", "statement left out")

    def visit_Return(self, node: ast.Return) -> None:
        """Return something else, of the same type where that is known."""
        if node.value is None:
            self._replace(node, "pass", "statement left out")
            return
        value = ast.unparse(node.value)
        if self._returns == "bool":
            self._replace(node.value, f"not ({value})", "return value")
        else:
            other = _EMPTY.get(self._returns.partition("[")[0], "None")
            if other != value:
                self._replace(node.value, other, "return value")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Call another function of the kind, or leave out a named argument."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name in _TELLING:
            return
        if other := _NAMES.get(name):
            end = self._end(node.func)
            self._add(end - len(name), end, other, "name", node.lineno, node.func.end_lineno or 0)
        for keyword in node.keywords:
            if keyword.arg and keyword.arg not in _UNSEEN:
                rest = [each for each in node.keywords if each is not keyword]
                fewer = ast.Call(func=node.func, args=node.args, keywords=rest)
                self._replace(node, ast.unparse(fewer), "argument left out")
        for each in (node.func, *node.args, *(word for word in node.keywords if word.arg not in _UNSEEN)):
            self.visit(each)

    def _negate(self, test: ast.expr) -> None:
        self._replace(test, f"(not ({ast.unparse(test)}))", "condition negated")

    def _replace(self, node: ast.expr | ast.stmt, other: str, kind: str) -> None:
        self._add(self._start(node), self._end(node), other, kind, node.lineno, node.end_lineno or 0)

    def _add(self, start: int, end: int, other: str, kind: str, line: int, last: int) -> None:
        if self._text.encode()[start:end].decode() != other:
            self.found.append(Mutant(self._module, start, end, other, kind, line, max(line, last)))

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        return self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)


def find_lines(mutant: Mutant, texts: dict[str, str]) -> Sequence[tuple[str, int]]:
    """Return the lines that tell whether a test may meet a mutant: modules and numbers of lines.

    Its own; where that is run when the module is loaded, the bodies of the function whose argument it is, the
    lines that name what it is part of, or else all bodies in its module.
    """
    tree = ast.parse(texts[mutant.module])
    inside = [each for each in _list_functions(tree) if each.lineno <= mutant.line <= (each.end_lineno or 0)]
    if inside:
        innermost = inside[-1]
        if mutant.line >= innermost.body[0].lineno:
            return [(mutant.module, line) for line in range(mutant.line, mutant.last + 1)]
        return [(mutant.module, line) for line in _body(innermost)]
    named = list(_list_uses(_name_assigned(tree, mutant), texts))
    return named or list_bodies(mutant.module, texts)


def find_function(mutant: Mutant, text: str) -> int:
    """Return the first line, with decorators, of the outermost function with a mutant in its body, or 0."""
    functions = _list_functions(ast.parse(text))
    inside = [each for each in functions if {mutant.line, mutant.last} <= {*_body(each)}]
    outermost = min(inside, key=lambda each: each.lineno, default=None)
    if outermost is None:
        return 0
    return min([outermost.lineno, *(each.lineno for each in outermost.decorator_list)])


def list_bodies(module: str, texts: dict[str, str]) -> list[tuple[str, int]]:
    """Return the lines of all functions of a module."""
    functions = _list_functions(ast.parse(texts[module]))
    return [(module, line) for function in functions for line in _body(function)]


def _list_functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _body(function: ast.FunctionDef) -> range:
    return range(function.body[0].lineno, (function.end_lineno or 0) + 1)


def _name_assigned(tree: ast.Module, mutant: Mutant) -> str:
    """Return the name that a statement of a module or class gives to what a mutant is part of."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        if node.lineno <= mutant.line <= (node.end_lineno or 0):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            return target.id if isinstance(target, ast.Name) else ""
    return ""


def _list_uses(name: str, texts: dict[str, str]) -> Iterator[tuple[str, int]]:
    word = re.compile(rf"\b{name}\b")
    for module, text in texts.items() if name else ():
        if not word.search(text):
            continue
        bodies = {line for _, line in list_bodies(module, texts)}
        for number, line in enumerate(text.splitlines(), 1):
            if number in bodies and word.search(line):
                yield module, number
