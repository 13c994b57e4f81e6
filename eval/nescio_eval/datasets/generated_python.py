"""Questions about Python and its standard library with short answers that the interpreter itself confirms.

Two parts: facts (each with an expression that evaluates to the gold; see `generated_python_facts`) and snippets with
fresh numbers, whose golds are what Python printed when the question was made. Written apart from the python expert.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from nescio_eval.datasets.generated_python_facts import FACTS, Fact
from nescio_eval.datasets.question import Question
from nescio_eval.datasets.template import Family, Fill, generate, role_of_seed

NAME = "generated_python"
_WORDS = ("router", "expert", "banana", "network", "calendar", "mountain", "keyboard", "lantern", "python", "velvet")


def questions(seed: int, count: int) -> list[Question]:
    """Up to half facts, the rest snippets; even seeds give the ``fit`` side of both, odd ones the ``test`` side."""
    role = role_of_seed(seed)
    rng = random.Random(f"{NAME} facts {seed}")
    facts = [(i, fact) for i, fact in enumerate(FACTS) if (i % 2 == 0) == (role == "fit")]
    chosen = rng.sample(facts, min(len(facts), (count + 1) // 2))
    stated = [_stated(i, fact, role, seed) for i, fact in chosen]
    snippets = generate(NAME, "code", FAMILIES, seed, count - len(stated))
    mixed = stated + [replace(q, id=q.id.replace(NAME, f"{NAME}-snippet", 1)) for q in snippets]
    rng.shuffle(mixed)
    return mixed


def _stated(number: int, fact: Fact, role: str, seed: int) -> Question:
    return Question(
        id=f"{NAME}-fact-{seed}-{number:04d}",
        dataset=NAME,
        domain="code",
        category="library",
        question=fact.question,
        golds=(fact.gold,),
        aliases=fact.aliases,
        kind=fact.kind,
        cluster=f"{NAME}/fact/{number}",
        role="test" if role == "test" else "fit",
    )


def _shown(value: object, source: str, **more: str) -> Fill:
    kind = "number" if isinstance(value, int) and not isinstance(value, bool) else "compact"
    return Fill({"x": source, **more}, (repr(value),), kind, aliases=(str(value),), cased=True)  # type: ignore[arg-type]


def _slice(rng: random.Random) -> Fill:
    word, a, b = rng.choice(_WORDS), rng.randint(0, 3), rng.randint(4, 6)
    step = rng.choice((1, 1, 2))
    source = f"{word!r}[{a}:{b}]" if step == 1 else f"{word!r}[{a}:{b}:{step}]"
    return _shown(word[a:b:step], source)


def _reverse(rng: random.Random) -> Fill:
    word = rng.choice(_WORDS)
    return _shown(word[::-1], f"{word!r}[::-1]")


def _range_length(rng: random.Random) -> Fill:
    a, b, step = rng.randint(0, 30), rng.randint(40, 200), rng.randint(2, 9)
    return _shown(len(range(a, b, step)), f"len(range({a}, {b}, {step}))")


def _range_sum(rng: random.Random) -> Fill:
    a, b = rng.randint(1, 30), rng.randint(31, 80)
    return _shown(sum(range(a, b)), f"sum(range({a}, {b}))")


def _floor(rng: random.Random) -> Fill:
    a, b = rng.choice((-1, 1)) * rng.randint(15, 99), rng.randint(3, 9)
    source, value = rng.choice(((f"{a} // {b}", a // b), (f"{a} % {b}", a % b)))
    return _shown(value, source)


def _comprehension(rng: random.Random) -> Fill:
    n, k = rng.randint(5, 9), rng.randint(2, 3)
    return _shown([i * i for i in range(n) if i % k == 0], f"[i * i for i in range({n}) if i % {k} == 0]")


def _sorted(rng: random.Random) -> Fill:
    values = rng.sample(range(1, 60), 5)
    return _shown(sorted(values, reverse=True), f"sorted({values}, reverse=True)")


def _split(rng: random.Random) -> Fill:
    words = rng.sample(_WORDS, 3)
    text = ",".join(words)
    index = rng.choice((-1, 0, 1))
    return _shown(text.split(",")[index], f"{text!r}.split(',')[{index}]")


def _count(rng: random.Random) -> Fill:
    word = "".join(rng.choice("abcd") for _ in range(rng.randint(9, 14)))
    letter = rng.choice(word)
    return _shown(word.count(letter), f"{word!r}.count({letter!r})")


def _set_size(rng: random.Random) -> Fill:
    values = [rng.randint(1, 6) for _ in range(8)]
    return _shown(len(set(values)), f"len(set({values}))")


def _zip(rng: random.Random) -> Fill:
    a, b = rng.sample(range(10, 60), 3), rng.sample(range(10, 60), 3)
    return _shown(sum(x * y for x, y in zip(a, b, strict=True)), f"sum(x * y for x, y in zip({a}, {b}))")


def _dictionary(rng: random.Random) -> Fill:
    a, b, c = rng.randint(1, 50), rng.randint(1, 50), rng.randint(1, 50)
    key = rng.choice(("a", "z"))
    return _shown({"a": a, "b": b}.get(key, c), f"{{'a': {a}, 'b': {b}}}.get({key!r}, {c})")


def _bits(rng: random.Random) -> Fill:
    a, b = rng.randint(5, 60), rng.randint(1, 4)
    source, value = rng.choice(((f"{a} << {b}", a << b), (f"{a} & {a + b}", a & (a + b)), (f"int('{a:b}', 2)", a)))
    return _shown(value, source)


def _loop(rng: random.Random) -> Fill:
    start, stop, step = rng.randint(1, 5), rng.randint(12, 30), rng.randint(2, 4)
    total = 0
    for i in range(start, stop, step):
        total += i
    return _shown(total, f"total = 0; then for i in range({start}, {stop}, {step}): total += i; and print(total)")


_PRINTS = (
    "What does Python print for print({x})?",
    "What is the value of {x} in Python?",
    "In Python, what does {x} evaluate to?",
    "What do I get if I type {x} into the Python prompt?",
    "Result of the Python expression {x}?",
    "Evaluate this Python expression: {x}",
    "Python: {x} gives what?",
    "Tell me the outcome of {x} in Python 3.",
)
_RUNS = (
    "What is the output of this Python program: {x}?",
    "I run these Python statements: {x}. What is printed?",
)
_MAKERS: Sequence[tuple[str, Callable[[random.Random], Fill]]] = (
    ("slice", _slice),
    ("reverse", _reverse),
    ("range_length", _range_length),
    ("range_sum", _range_sum),
    ("floor", _floor),
    ("comprehension", _comprehension),
    ("sorted", _sorted),
    ("split", _split),
    ("count", _count),
    ("set_size", _set_size),
    ("zip", _zip),
    ("dictionary", _dictionary),
    ("bits", _bits),
)
FAMILIES = (*(Family(name, make, _PRINTS) for name, make in _MAKERS), Family("loop", _loop, _RUNS))
