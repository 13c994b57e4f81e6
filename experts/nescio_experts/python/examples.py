"""Examples of what a function does: read from asserts, doctests and prose, and varied into further calls. Pure.

Texts are parsed here, never run; only the sandbox runs what they hold.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

CALLED = "called"
"""What stands in a condition in place of the function's name."""

CALLS = 24
"""Most calls that functions are compared on."""

CONDITIONS = 24
"""Most examples that functions are tried on."""

LONGEST = 400
"""Characters of the longest example, and of the longest arguments."""

_VALUE_FOLLOWS = re.compile(
    r"\s*(?:==>?|=>|->|→|➞|=|returns?|should (?:return|be|give|equal)|must (?:return|be)|gives?|is)\s*"
)
_BOUNDARY = re.compile(r"[\s,;`)]|\.(?=\s|$)|$")
_MALFORMED = (SyntaxError, ValueError, TypeError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class Example:
    """What an assert says.

    Attributes:
        condition: Source of an expression that is to be true; it calls the function as `CALLED`.
        arguments: Source of the tuple of literals that the function is called with first; None if it is called with
            anything else.
    """

    condition: str
    arguments: str | None = None

    def of(self, name: str) -> str:
        """The assert for a function called `name`."""
        named = re.sub(rf"\b{CALLED}\b(?= *\()", name, self.condition)
        return f"assert {named}"


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of `source`; None if it is no program, or one nested too deeply."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except _MALFORMED:
            return None


def example_of(test: ast.expr, name: str) -> Example | None:
    """The example that the expression `test` is, None if it does not call the function `name`."""
    renamed = _Renaming(name)
    try:
        condition = ast.unparse(renamed.visit(test))
    except _MALFORMED:
        return None
    if renamed.first is None or len(condition) > LONGEST:
        return None
    return Example(condition, _arguments(renamed.first))


def demands_in(text: str, name: str) -> tuple[Example, ...]:
    """The examples by which a request says what the function `name` must do, each once.

    Asserts, doctests, and calls with a value beside them (``f(2) == 4``, ``f(2) -> 4``, "f(2) returns 4").
    """
    found: dict[str, Example] = {}
    for source in (*_asserted(text), *_doctested(text), *_told(text, name)):
        tree = parsed(source)
        if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Assert):
            continue
        example = example_of(tree.body[0].test, name)
        if example is not None:
            found.setdefault(example.condition, example)
    return tuple(found.values())[:CONDITIONS]


def calls(examples: Sequence[Example]) -> tuple[str, ...]:
    """Sources of argument tuples: those of `examples`, and variations of each in turn; at most `CALLS`, each once."""
    given = list(dict.fromkeys(one.arguments for one in examples if one.arguments is not None))[: CALLS // 2]
    found = dict.fromkeys(given)
    varied = [variations(source) for source in given]
    while varied and len(found) < CALLS:
        for left in list(varied):
            source = next(left, None)
            if source is None:
                varied.remove(left)
            elif len(found) < CALLS:
                found.setdefault(source)
    return tuple(found)


def variations(arguments: str) -> Iterator[str]:
    """Sources of argument tuples near `arguments`: one of them changed, or two of one type swapped; each once."""
    seen = {arguments}
    for changed in _changed(ast.literal_eval(arguments)):
        source = _source(changed)
        if source is not None and source not in seen:
            seen.add(source)
            yield source


def _changed(values: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    varied = [list(_near(value)) for value in values]
    for turn in range(max(map(len, varied), default=0)):
        for place, near in enumerate(varied):
            if turn < len(near):
                yield (*values[:place], near[turn], *values[place + 1 :])
    for place, (one, other) in enumerate(pairwise(values)):
        if type(one) is type(other):
            yield (*values[:place], other, one, *values[place + 2 :])


def _near(value: object) -> Iterator[object]:
    """Values of the same type: the empty one, and others that are small steps away."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (type(value)(0), -value, 2 * value, value + 1)
    elif isinstance(value, str):
        yield from (value[::-1], "", value + value, value.swapcase(), value[:1])
    elif isinstance(value, list | tuple):
        items = list(value)
        yield from map(type(value), (items[::-1], [], items + items[:1], items[1:], items + items))
    elif isinstance(value, dict):
        yield from (dict(list(value.items())[1:]), {})
    elif isinstance(value, set):
        yield from (set(sorted(value, key=repr)[1:]), set())


class _Renaming(ast.NodeTransformer):
    """Calls of one function under the name `CALLED`; the first of them, as met from outside in, is kept."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.first: ast.Call | None = None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == self._name:
            self.first = self.first or node
            node.func = ast.copy_location(ast.Name(CALLED, ast.Load()), node.func)
        return self.generic_visit(node)


def _arguments(call: ast.Call) -> str | None:
    if call.keywords or not call.args:
        return None
    values = _literal(ast.unparse(ast.Tuple(call.args, ast.Load())))
    return _source(values)


def _source(values: object) -> str | None:
    """`values` as a literal; None where that is long, or does not give the same again, as an infinity does not."""
    source = repr(values)
    return source if len(source) <= LONGEST and isinstance(_literal(source), tuple) else None


def _literal(source: str) -> object:
    """The value of a literal; an ellipsis, which is none here, where it is no literal."""
    tree = parsed(source.strip())
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return ...
    try:
        return ast.literal_eval(tree.body[0].value)
    except _MALFORMED:
        return ...


def _asserted(text: str) -> Iterator[str]:
    """Each assert in `text`: to the end of its line, or of the line where its brackets close."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        at = re.search(r"\bassert\b(?= *[\w(])", line)
        if at is None:
            continue
        source = line[at.start() :].partition("`")[0].rstrip(" .;,")
        for further in (*lines[number + 1 : number + 10], None):
            if parsed(source) is not None:
                yield source
                break
            if further is not None:
                source += f"\n{further}"


def _doctested(text: str) -> Iterator[str]:
    for asked, said in re.findall(r">>> *(.+)\n[ \t]*(?!>>>)(\S.*)", text):
        if _literal(said.strip()) is not ...:
            yield f"assert ({asked}) == ({said.strip()})"


def _told(text: str, name: str) -> Iterator[str]:
    for match in islice(re.finditer(rf"(?<![\w.]){re.escape(name)} *\(", text), 2 * CONDITIONS):
        call = _call_at(text, match.start(), match.end())
        follows = _VALUE_FOLLOWS.match(text, match.start() + len(call)) if call else None
        if follows is None:
            continue
        rest = text[follows.end() : follows.end() + LONGEST].partition("\n")[0]
        ends = (boundary.start() for boundary in _BOUNDARY.finditer(rest))
        value = next((rest[:end] for end in ends if _literal(rest[:end]) is not ...), None)
        if value is not None and _is_concrete(call):
            yield f"assert ({call}) == ({value})"


def _is_concrete(call: str) -> bool:
    """Whether the function's is the only name in `call`: what else stands for a value (``f(x)``) is no example."""
    tree = parsed(call)
    return tree is not None and sum(isinstance(node, ast.Name) for node in ast.walk(tree)) == 1


def _call_at(text: str, start: int, opened: int) -> str:
    """The call that begins at `start` and whose bracket opens before `opened`; "" where it does not end soon."""
    for end in range(opened, min(len(text), opened + LONGEST)):
        if text[end] == ")" and parsed(text[start : end + 1]) is not None:
            return text[start : end + 1]
    return ""
