"""Reads a question about Python: the names it mentions, and an expression it asks to evaluate. Pure text work.

Code in a question is never parsed or run here; the sandbox does that.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_DOTTED = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_CALLED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\(")
_QUOTED = re.compile(r"`([^`\n]{1,200})`")
_ASKED = re.compile(
    r"^(?:in python,? *)?(?:what (?:does|would|will|do i get from|do you get from)|"
    r"what(?:'s| is) the (?:value|result|output) of|what is|what's|evaluate|result of|output of) *:? *(?P<code>.+?)"
    r"(?: *(?:evaluate to|return|give(?: you)?|produce|print|output|equal|raise|yield)s?)?"
    r"(?: (?:in|with) python(?: ?3(?:\.\d+)?)?)? *[?.]?$",
    re.IGNORECASE,
)
_CODE_SIGNS = re.compile(r"[\[\](){}'\"]|\*\*|//|<<|>>|==|!=|<=|>=|%|\bnot\b|\band\b|\bor\b|\blambda\b|\d *[-+*/] *\d")
_HOW = re.compile(
    r"^(?:(?:in python|hi|hello|please|so|ok(?:ay)?)\b[\s,:]*)*"
    r"(?:how (?:do|can|could|would|should) (?:i|you|we|one|people)\b|how to\b|"
    r"what(?:'s| is) the (?:best |easiest |pythonic |right )?way to\b|(?:can|could) you (?:please )?(?:write|show)\b|"
    r"(?:write|show me|give me) .*\b(?:code|function|program|script|snippet|one-liner|how)\b)",
    re.IGNORECASE,
)
_CLAIMED = re.compile(
    r"\bbuilt-?in (?:function |type |class )?`?([A-Za-z_]\w*)\(|\bkeyword [`'\"]([A-Za-z_]\w*)[`'\"]", re.IGNORECASE
)
"""Bare names that a question says are part of the language."""
_PROSE = re.compile(
    r"\b(the|a|an|does|function|method|module|class|keyword|of|argument|mean|called|difference)\b", re.I
)


def names_in(text: str) -> tuple[str, ...]:
    """Dotted and called names in `text`, in order, each once: ``collections.deque``, ``len``."""
    plain = re.sub(r"(['\"]).*?\1", " ", text)
    found = [match.group() for match in _DOTTED.finditer(plain)]
    found += [match.group(1) for match in _CALLED.finditer(plain)]
    found += [quoted for quoted in _QUOTED.findall(text) if re.fullmatch(r"[A-Za-z_][\w.]*", quoted)]
    return tuple(dict.fromkeys(name for name in found if len(name) > 1))


def expression_in(text: str) -> str | None:
    """The expression whose value is asked for, or None if the question is not of that kind."""
    match = _ASKED.match(text.strip())
    if match is None:
        return None
    code = match.group("code").strip().strip("`").strip()
    without_strings = re.sub(r"(['\"]).*?\1", "''", code)
    if not _CODE_SIGNS.search(code) or _PROSE.search(without_strings) or re.fullmatch(r"[\w.]+\(\)?", code):
        return None
    return code if len(code) <= 400 and "\n" not in code else None


def names_of(line: str) -> tuple[str, ...]:
    """The names that a line of at most three words consists of; () for a sentence, whose words may look like names."""
    words = re.findall(r"[A-Za-z_][\w.]*\w|[A-Za-z_]", line)
    return tuple(dict.fromkeys(words)) if len(line.split()) <= 3 else ()


def asks_how(text: str) -> bool:
    """Whether the question asks how something is done, which a program shows best."""
    return _HOW.match(text.strip()) is not None


def missing_names(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Names that the question claims to be part of Python or its standard library, and that are not."""
    claimed = [name for pair in _CLAIMED.findall(text) for name in pair if name]
    return (*unknown_names(names_in(text), known), *(name for name in claimed if name not in known))


def unknown_names(mentioned: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Those of `mentioned` that claim to be in the standard library and are not in `known`.

    A dotted name claims it if its first part is a known module or type; a bare name claims nothing.
    """
    return tuple(
        name for name in mentioned if "." in name and name.partition(".")[0] in known and not is_known(name, known)
    )


def is_known(name: str, known: Collection[str]) -> bool:
    """Whether `name`, or a longer dotted name that ends in it, is in `known`."""
    if name in known or any(entry.endswith(f".{name}") for entry in known):
        return True
    head, _, tail = name.rpartition(".")
    return head in known and tail.startswith("__")


def first_line(text: str) -> str:
    """The line that states the answer: the first that holds words and is not code."""
    for line in re.sub(r"```.*?(?:```|\Z)", "\n", text, flags=re.DOTALL).splitlines():
        stripped = re.sub(r"^(?:answer|a)\s*:\s*", "", line.strip(), flags=re.IGNORECASE)
        if any(char.isalnum() for char in stripped):
            return stripped
    return text.strip()


def code_block(text: str) -> str | None:
    """The first fenced block of Python in `text`, or None."""
    match = re.search(r"```(?:python|py)?\s*\n(.*?)(?:```|\Z)", text, flags=re.DOTALL)
    code = match.group(1).strip() if match else ""
    return code or None
