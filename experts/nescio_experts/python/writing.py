"""Functions written on request: reading replies, which function to show, and what the examples say for it. Pure.

Every function is tried on the examples of all: asserts that the model wrote beneath each, and those of the request. The
choice is that of Chen et al. 2022, "CodeT: Code Generation with Generated Tests", section 3. Examples are written by
the same model as the functions: to meet them is evidence, never proof.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nescio.types import Completion
from nescio_experts.python.examples import CONDITIONS, Example, example_of, parsed
from nescio_experts.python.trying import Trial

_FENCED = re.compile(r"```(?:python3?|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_KEPT = (*_DEFINITIONS, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
LONGEST_REPLY = 8_000
"""Characters of the longest reply that is read."""


@dataclass(frozen=True, slots=True)
class Function:
    """One reply, read.

    Attributes:
        completion: The reply.
        name: The function's, None if the reply holds none that will do.
        code: The function and what it needs, without its examples; "" if there is none.
        examples: What it is to do, by its own asserts.
    """

    completion: Completion
    name: str | None = None
    code: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """A function and what trying it on the examples of all gave; `trial` is None where there is none to try."""

    function: Function
    trial: Trial | None = None

    @property
    def runs(self) -> bool:
        """Whether it was seen to give a value that an example could be held against."""
        return self.trial is not None and any(one is not None for one in self.trial.met)

    @property
    def printed(self) -> str:
        """What it printed when it was called."""
        return self.trial.printed if self.trial is not None else ""

    @property
    def passed(self) -> tuple[bool, ...]:
        """Of each example, whether it meets it."""
        return tuple(one is True for one in self.trial.met) if self.trial is not None else ()

    def meets(self, examples: Sequence[Example], of: Sequence[Example]) -> float:
        """The share of `examples`, all of them among those it was tried on (`of`), that it meets; 0 of none."""
        if not self.passed or not examples:
            return 0.0
        passed = dict(zip(of, self.passed, strict=True))
        return sum(passed[example] for example in examples) / len(examples)


@dataclass(frozen=True, slots=True)
class Attempt:
    """All functions that were written at once; the first is the one that the model holds most likely.

    Attributes:
        tried: Each with what trying it gave.
        examples: What they were tried on, those of the request first.
        demands: The examples of the request.
    """

    tried: tuple[Tried, ...]
    examples: tuple[Example, ...]
    demands: tuple[Example, ...] = ()

    def fits(self, one: Tried) -> bool:
        """Whether it may be shown: it runs and does what the request's own examples say."""
        return one.runs and (not self.demands or one.meets(self.demands, self.examples) == 1.0)

    def own(self, one: Tried) -> float:
        """The share of its own examples that it meets, in [0, 1]; 0 where it has none."""
        asked = [example for example in one.function.examples if example in self.examples]
        return one.meets(asked, self.examples)

    def alike(self, one: Tried) -> float:
        """Mean share of calls on which the others behave as `one` does, in [0, 1]; 0 where it stands alone."""
        others = [other for other in self.tried if other is not one]
        return math.fsum(_likeness(one, other) for other in others) / len(others) if others else 0.0

    def chosen(self) -> Tried | None:
        """The function to show, None if none may be.

        Of those that may be shown, the ones that meet the same examples agree; the score is how many agree times how
        many examples they meet (Chen et al. 2022, section 3). The first wins a tie, then the one most like the others.
        """
        shown = [one for one in self.tried if self.fits(one)]
        agreeing = Counter(one.passed for one in shown)

        def worth(one: Tried) -> tuple[int, bool, float, str]:
            return agreeing[one.passed] * sum(one.passed), one is self.tried[0], self.alike(one), one.function.code

        return max(shown, key=worth, default=None)

    def to_correct(self) -> Tried | None:
        """The function to write anew, None if there is no need or no use.

        It is the chosen one where that meets none of its own examples, and the first where none may be shown.
        """
        if any(one.trial is not None and one.trial.refused for one in self.tried):
            return None
        chosen = self.chosen()
        if chosen is None:
            return next((one for one in self.tried if one.trial is not None), None)
        return chosen if chosen.function.examples and self.own(chosen) == 0.0 else None

    def why_none(self) -> str:
        """Why none of the functions may be shown, in words."""
        first = next((one for one in self.tried if one.trial is not None), None)
        return "no reply holds the function that was asked for" if first is None else self.fault(first)

    def evidence(self, one: Tried) -> dict[str, float]:
        """What the trials say for `one`; each in [0, 1].

        Returns:
            ``met``: share of all examples that it meets; ``own``: share of its own; ``alike``: see there;
            ``demanded``: whether the request holds examples, which it then meets; ``refuted``: share of all functions
            that do not run.
        """
        return {
            "written": 1.0,
            "ran": 1.0,
            "met": one.meets(self.examples, self.examples),
            "own": self.own(one),
            "alike": self.alike(one),
            "demanded": float(bool(self.demands)),
            "refuted": sum(not other.runs for other in self.tried) / len(self.tried),
        }

    def fault(self, one: Tried) -> str:
        """What is wrong with `one`, in words that follow "it fails with"."""
        if one.trial is None:
            return "no function"
        if one.trial.error:
            return one.trial.error.strip().splitlines()[-1]
        seen = dict(zip(self.examples, zip(one.passed, one.trial.raised, strict=True), strict=True))
        wanted = [example for example in (*self.demands, *one.function.examples) if example in seen]
        failed = next((example for example in wanted if not seen[example][0]), None)
        if failed is None:
            return "no assert that shows what it does"
        return f"{seen[failed][1] or 'AssertionError'} in {failed.of(one.function.name or '')}"


def read(completion: Completion, name: str | None, imports: Sequence[str] = ()) -> Function:
    """The function in a reply and the examples beneath it.

    Args:
        completion: The reply, its code in fenced blocks.
        name: What the function must be called; None to take the one that the examples call, else the last.
        imports: Lines of the request that come first where the reply leaves them out.
    """
    blocks = _FENCED.findall(completion.text[:LONGEST_REPLY])
    source, tree = _whole("\n".join(blocks))
    if tree is None:
        return Function(completion)
    asserted = [node.test for node in _asserts(tree, name)]
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not _is_test(node, name)]
    chosen = _chosen(defined, asserted, name)
    if chosen is None:
        return Function(completion)
    lines = source.splitlines()
    # What is assigned below the last definition is an example of its use.
    last = max(number for number, node in enumerate(tree.body) if isinstance(node, _DEFINITIONS))
    needed = [node for node in tree.body[: last + 1] if isinstance(node, _KEPT) and not _is_test(node, name)]
    kept = [_text(lines, node) for node in needed]
    given = [line for line in imports if line not in source]
    found = dict.fromkeys(filter(None, (example_of(test, chosen) for test in asserted)))
    return Function(completion, chosen, _joined([*given, *kept]), tuple(found))


def examples_of(functions: Sequence[Function], demands: Sequence[Example]) -> tuple[Example, ...]:
    """What all are tried on: `demands`, then the functions' own examples in turn, each once; at most `CONDITIONS`."""
    found = {example.condition: example for example in demands}
    for number in range(max((len(one.examples) for one in functions), default=0)):
        for one in functions:
            if number < len(one.examples):
                found.setdefault(one.examples[number].condition, one.examples[number])
    return tuple(found.values())[:CONDITIONS]


def shown(one: Tried, attempt: Attempt) -> str:
    """The answer: a line on what the function was seen to do, and its code."""
    told = (
        f"`{one.function.name}` meets {sum(one.passed)} of the {len(attempt.examples)} examples that it was tried on."
    )
    return f"{told}\n\n{fenced(one)}"


def fenced(one: Tried) -> str:
    """The code of a function as a block."""
    return f"```python\n{one.function.code}\n```"


def span(one: Tried) -> tuple[int, int] | None:
    """Where the function stands in its reply: before the examples; None where it has none."""
    end = one.function.completion.text.find("\nassert")
    return (0, end) if end >= 0 else None


def _likeness(one: Tried, other: Tried) -> float:
    if one.trial is None or other.trial is None or not other.runs:
        return 0.0
    # Functions that are called with what is no literal are compared by the examples alone.
    mine, theirs = one.trial.behaviour or one.trial.met, other.trial.behaviour or other.trial.met
    pairs = list(zip(mine, theirs, strict=False))
    return sum(said == heard for said, heard in pairs) / len(pairs) if pairs else 0.0


def _whole(source: str) -> tuple[str, ast.Module | None]:
    """`source` and its tree; without its last assert where that was cut off in the middle."""
    tree = parsed(source)
    if tree is None and (cut := source.rfind("\nassert")) >= 0:
        source = source[:cut]
        tree = parsed(source)
    return source, tree


def _asserts(tree: ast.Module, name: str | None) -> list[ast.Assert]:
    """Asserts at the top of a reply, and those of test functions."""
    tests = [node for node in tree.body if _is_test(node, name)]
    places = [*tree.body, *(inner for test in tests for inner in ast.walk(test))]
    return [node for node in places if isinstance(node, ast.Assert)]


def _is_test(node: ast.AST, name: str | None) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test") and node.name != name


def _chosen(defined: Sequence[str], asserted: Sequence[ast.expr], name: str | None) -> str | None:
    if name is not None or not defined:
        return name if name in defined else None
    called = (
        call.func.id
        for test in asserted
        for call in ast.walk(test)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    )
    return next((one for one in called if one in defined), defined[-1])


def _text(lines: Sequence[str], node: ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(one.lineno for one in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _joined(parts: Sequence[str]) -> str:
    """Parts of a program: definitions two lines apart, all else one beneath the other."""
    text = ""
    for part in parts:
        apart = text and re.match(r"(?:async def|def|class|@)", part)
        text += ("\n\n\n" if apart else "\n" if text else "") + part
    return text
