"""Graded questions: what an expert is asked when it is calibrated. Reading them, and the roles that they keep for good.

Two forms are read: an expert's own ``questions.jsonl``, and the normal form of evaluation data. A row with tests is
graded by running them, any other by its right answers. Nobody is asked here, and no test is run.
"""

from __future__ import annotations

import ast
import builtins
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import Any

from nescio.errors import DataError
from nescio.grading import Item, KnownRole, clusters, normalise, roles
from nescio.graph import MONOLITH
from nescio.types import Card

OWN = "questions.jsonl"
ROW_HINT = (
    'a row looks like {"question": "…", "answer": "…"}; answer null: nobody can answer it; a list: all are needed; '
    '"tests": ["assert …", …] in place of an answer: they are run'
)

_LEARNT = frozenset({"train", "dev", "validation", "prompt"})


@dataclass(frozen=True, slots=True)
class ProgramTests:
    """How a program that is an answer is graded: as `nescio.grading.grade_code` says.

    Attributes:
        statements: Statements that raise if the program is wrong, or one text that defines ``check``.
        setup: Statements before the program.
        entry_point: The function that ``check`` is called with; the question is then the beginning of the program.
        name: The name that the statements call the function by, where the question does not tell it.
    """

    statements: tuple[str, ...]
    setup: str = ""
    entry_point: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """A question with its right answers, or with the tests of a right one.

    Attributes:
        item: Its text, and what its cluster and role depend on.
        golds: Right answers; one suffices unless `every`. None if nobody can answer, () if `tests` grade it.
        every: Whether all golds are needed.
        cluster: The normal form that settles its role.
        role: ``fit`` rows fit, ``test`` rows only measure.
        file: Where it stands, as a name.
        tests: What grades its answers in place of `golds`, if anything.
    """

    item: Item
    golds: tuple[str, ...] | None
    every: bool
    cluster: str = ""
    role: KnownRole = "test"
    file: str = OWN
    tests: ProgramTests | None = None

    @property
    def question(self) -> str:
        """What the expert is asked: the text, and the function's name where only the tests tell it."""
        text = self.item.text
        if self.tests is None or self.tests.name is None:
            return text
        return f"{text.rstrip()}{'' if text.rstrip().endswith(('.', '?', '!')) else '.'} Call it {self.tests.name}."

    @property
    def wanted(self) -> tuple[bool, frozenset[str] | None, ProgramTests | None]:
        """Its right answers in their normal forms: equal for questions that are graded alike."""
        return self.every, None if self.golds is None else frozenset(map(normalise, self.golds)), self.tests


@dataclass(frozen=True, slots=True)
class Source:
    """A file of questions.

    Attributes:
        name: The file's.
        digest: BLAKE2b of its content, 16 hex digits.
        questions: Its rows in order; cluster and role are known only once all that is asked is joined.
        left_out: Rows that are not asked: multiple choice, with a context, or improper.
    """

    name: str
    digest: str
    questions: tuple[KnownQuestion, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that an expert is to be asked.

    Attributes:
        questions: Each once.
        further: The files beside the expert's own questions.
        duplicates: Rows left out because an equal one is there.
        contradictory: Rows left out because others of the same text want another answer.
        left_out: Rows left out because they are multiple choice, need a context, or are improper.
    """

    questions: tuple[KnownQuestion, ...]
    further: tuple[Source, ...] = ()
    duplicates: int = 0
    contradictory: int = 0
    left_out: int = 0


def read_known_questions(path: Path) -> tuple[KnownQuestion, ...]:
    """The rows of an expert's own `path`; none if there is no such file. A ``pair`` ties twins into one cluster.

    Raises:
        DataError: A line is not JSON or lacks a field; the message names file and line.
    """
    return joined(read_source(path).questions) if path.is_file() else ()


def read_further(path: Path) -> Source:
    """The rows of a file that somebody named, which must hold some.

    Raises:
        DataError: It cannot be read, a line of it is broken, or it holds no question that can be asked.
    """
    found = read_source(path)
    if not found.questions:
        told = f"none of its {found.left_out} rows can be asked as it stands" if found.left_out else "it is empty"
        raise DataError(f"{path} holds nothing to ask: {told}", hint=ROW_HINT)
    return found


def read_source(path: Path) -> Source:
    """The rows of `path`, gzipped where it ends on ``.gz``.

    Raises:
        DataError: It cannot be read, or a line is not JSON, lacks a field or has a wrong one; names file and line.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: {error}", hint="save it as UTF-8") from error
    except (OSError, EOFError) as error:
        raise DataError(f"{path} cannot be read: {error}", hint="name a file of questions, one a line") from error
    found: list[KnownQuestion] = []
    splits: list[tuple[str, str]] = []
    left_out = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            question = _question(row, path.name)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path}:{number}: {error!r}", hint=ROW_HINT) from error
        if question is None:
            left_out += 1
        else:
            found.append(question)
            splits.append((question.item.dataset, str(_meta(row).get("split") or row.get("split") or "")))
    settled = tuple(
        replace(one, item=replace(one.item, role=one.item.role or side))
        for one, side in zip(found, _sides(splits), strict=True)
    )
    return Source(path.name, blake2b(data, digest_size=8).hexdigest(), settled, left_out)


def joined(questions: Iterable[KnownQuestion]) -> tuple[KnownQuestion, ...]:
    """`questions` with the clusters that they form together, and the roles that follow from these."""
    found = list(questions)
    items = [one.item for one in found]
    return tuple(
        replace(one, cluster=key, role=role)
        for one, key, role in zip(found, clusters(items), roles(items), strict=True)
    )


def gather(expert: str, cards: Mapping[str, Card], further: Sequence[Source] = ()) -> Gathered:
    """The expert's own questions and `further` ones, each text once.

    The monolith, where it has none of its own, is asked those of every expert, one of each in turn.

    Raises:
        DataError: A file of questions is broken.
    """
    asked = joined([*_own(expert, cards), *(question for source in further for question in source.questions)])
    wanted: dict[str, set[Any]] = {}
    for one in asked:
        wanted.setdefault(normalise(one.question), set()).add(one.wanted)
    kept: dict[str, KnownQuestion] = {}
    contradictory = 0
    for one in asked:
        key = normalise(one.question)
        if len(wanted[key]) > 1:
            contradictory += 1
        else:
            kept.setdefault(key, one)
    return Gathered(
        questions=tuple(kept.values()),
        further=tuple(further),
        duplicates=len(asked) - contradictory - len(kept),
        contradictory=contradictory,
        left_out=sum(source.left_out for source in further),
    )


def told_of(questions: Sequence[KnownQuestion], gathered: Gathered) -> str:
    """What was asked, in words: how many questions of which file; never a text of them."""
    counts = Counter(one.file for one in questions)
    digests = {source.name: source.digest for source in gathered.further}
    own = [name for name in counts if name not in digests]
    total = sum(counts[name] for name in own)
    told = [f"{total} questions of {own[0] if len(own) == 1 else 'all experts'}"] if own else []
    return ", ".join([*told, *(f"{counts[name]} of {name} (blake2b {digest})" for name, digest in digests.items())])


def _own(expert: str, cards: Mapping[str, Card]) -> Iterator[KnownQuestion]:
    own = _of_card(cards[expert])
    if own or expert != MONOLITH:
        yield from own
        return
    # Shuffled by what never changes, so that the first so many are as mixed as all, and the same on every machine.
    shuffled = [
        sorted(_of_card(cards[name]), key=lambda q: blake2b(q.cluster.encode()).digest()) for name in sorted(cards)
    ]
    yield from (one for turn in zip_longest(*shuffled) for one in turn if one is not None)


def _of_card(card: Card) -> list[KnownQuestion]:
    return [replace(one, file=f"{card.folder.name}/{OWN}") for one in read_known_questions(card.folder / OWN)]


def _question(found: Mapping[str, Any], file: str) -> KnownQuestion | None:
    """The question of one row, None of one that is not asked."""
    text, meta = found["question"], _meta(found)
    if not isinstance(text, str) or not text.strip():
        raise ValueError("question is not a text")
    tests = _tests(found, text)
    golds, every = _golds(found) if tests is None else ((), False)
    if found.get("choices") or meta.get("improper") or meta.get("context"):
        return None
    dataset = str(found.get("dataset") or "")
    pair = found.get("pair", meta.get("pair"))
    role = found.get("role")
    if role not in (None, "fit", "test"):
        raise ValueError(f"role is {role!r}, neither fit nor test")
    item = Item(text, () if pair is None else (f"{dataset or file}: {pair}",), dataset, role)
    return KnownQuestion(item, golds, every, file=file, tests=tests)


def _tests(found: Mapping[str, Any], text: str) -> ProgramTests | None:
    """The tests of a row: ``tests`` (and ``setup``) of its own or in ``meta``, or ``meta.test`` as HumanEval has it."""
    meta = _meta(found)
    whole = meta.get("test")
    if whole:
        if not isinstance(whole, str) or not isinstance(meta.get("entry_point"), str):
            raise ValueError("test and entry_point are not both texts")
        return ProgramTests((whole,), entry_point=meta["entry_point"])
    statements = found.get("tests") or meta.get("tests")
    if not statements:
        return None
    setup = found.get("setup") or meta.get("setup") or ""
    if (
        not isinstance(setup, str)
        or not isinstance(statements, list)
        or not all(isinstance(s, str) for s in statements)
    ):
        raise ValueError("tests is not a list of texts, or setup is not a text")
    name = _tested(statements)
    told = name is None or _tells(text, name)
    return ProgramTests(tuple(statements), setup, name=None if told else name)


def _tells(text: str, name: str) -> bool:
    """Whether `text` says that a function is called `name`; that its words include it ("convert") is not enough."""
    said = rf"\b(?:called|named|call it|name it|def|function) +[`'\"]?{name}\b|`{name}`|(?<![\w.]){name} *\("
    return re.search(said, text, re.IGNORECASE) is not None


def _tested(statements: Sequence[str]) -> str | None:
    """The first function that the first of `statements` calls and that is not built in."""
    try:
        tree = ast.parse(statements[0])
    except SyntaxError as error:
        raise ValueError(f"a test is no Python: {error.msg}") from error
    called = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return next((name for name in called if not hasattr(builtins, name)), None)


def _golds(found: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, bool]:
    answer, aliases, answerable = found["answer"], found.get("aliases") or [], found.get("answerable")
    if not isinstance(aliases, list):
        raise ValueError("aliases is not a list")
    if answerable not in (None, True, False):
        raise ValueError("answerable is neither true nor false")
    if answerable is False:
        return None, False
    if answer is None:
        if answerable:
            raise ValueError("answerable, but without an answer")
        return None, False
    every = isinstance(answer, list)
    golds = tuple(str(one) for one in answer) if every else (str(answer), *map(str, aliases))
    if not any(gold.strip() for gold in golds):
        raise ValueError("the answer is empty")
    return golds, every


def _meta(found: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = found.get("meta") or {}
    if not isinstance(meta, dict):
        raise ValueError("meta is no object")
    return meta


def _sides(splits: Sequence[tuple[str, str]]) -> Iterator[KnownRole | None]:
    """The role that an official split settles, by data set and split.

    A test row is never fitted on, a training row is. What else is not tested on there is fitted on only where the test
    side is at hand: of a set whose test side was never published, people test on the other one.
    """
    tested = {dataset for dataset, split in splits if split == "test"}
    for dataset, split in splits:
        if split == "test":
            yield "test"
        else:
            yield "fit" if split == "train" or (split in _LEARNT and dataset in tested) else None
