"""Reads a question about Python: the names it mentions, what kind of answer it asks for. Pure text work.

Code in a question is never parsed or run here; the sandbox does that.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection

LONGEST_REQUEST = 8_000
"""Characters beyond which a text is not read as a request for one function."""

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

_ADJECTIVES = (
    r"(?:(?!(?:name|names|of|for|line|lines|code|call|with|that|to|which|using|test|docstring|script|program|class|"
    r"module|decorator|lambda|async\w*|coroutine|java|javascript|js|typescript|c|rust|go|golang|ruby|php|sql|bash|"
    r"shell|perl|r|and|or|in|on|about)\b)[\w-]+,? +){0,4}"
)
_MAKE = r"(?:write|implement|create|define|code|build|make|develop|complete|finish|give me|need|want)"
_BEFORE = (
    r"[\s#>*\d.)]*(?:(?:in python(?: ?3)?|hi|hello|hey|please|now|so|ok(?:ay)?)\b[\s,:!.]*)*"
    r"(?:(?:can|could|would|will) you (?:please )?)?"
)
_REQUEST = re.compile(
    rf"{_BEFORE}(?:(?:i )?{_MAKE} +(?:you to )?(?:{_MAKE} +)?(?:me |us |up )?(?:a|an|another|one|your own|my own)"
    rf"|(?:write|implement|complete|finish) +(?:the|this|that)) +{_ADJECTIVES}function\b"
    r"(?! *(?:of|call|name|signature|annotation|decorator|object|pointer|definition)\b)",
    re.IGNORECASE,
)
_NAMED_REQUEST = re.compile(
    rf"{_BEFORE}(?:write|implement|define|code|create|complete|finish) +(?:me )?(?:(?:the|a|python|function) +)*"
    r"`?([A-Za-z_]\w*)\(",
    re.IGNORECASE,
)
_LANGUAGES = r"java|javascript|js|typescript|(?-i:C)|c\+\+|c#|rust|go|golang|ruby|php|sql|bash|perl|haskell"
_ELSEWHERE = re.compile(rf"\b(?:in|using) (?:{_LANGUAGES})(?!\w)", re.IGNORECASE)
"""Another language than Python."""
_HEAD = re.compile(r"^def +([A-Za-z_]\w*) *\((?:[^()]|\([^()]*\))*\)[^:\n]*:", re.MULTILINE)
"""The head of a function, at the beginning of a line."""
_EMPTY = re.compile(r"\s*(?:(\"\"\"|''').*?\1\s*)?(?:#[^\n]*(?:\n\s*|\Z))*(?:pass|\.\.\.)?\s*(?:```\s*)?", re.DOTALL)
"""A body that is yet to be written: a docstring and comments at most."""
_CODE_BEGINS = re.compile(r"\s*(?:```\w*\s*)?(?:from [\w.]+ import |import \w|def \w|@\w)")
_GIVEN_NAMES = (
    re.compile(r"\bfunction,? (?:that is )?(?:called|named) +[`'\"]?([A-Za-z_]\w*)", re.IGNORECASE),
    re.compile(
        r"\b(?:call|name) (?:it|this|the function|this function|your function) +[`'\"]?([A-Za-z_]\w*)", re.IGNORECASE
    ),
    re.compile(r"\bfunction +`([A-Za-z_]\w*)", re.IGNORECASE),
    re.compile(r"\bfunction +([A-Za-z_]\w*)\(", re.IGNORECASE),
    re.compile(r"\bfunction +([A-Za-z]\w*_\w+)\b", re.IGNORECASE),
    re.compile(r", *(?:called|named) +[`'\"]?([A-Za-z_]\w*)", re.IGNORECASE),
    re.compile(r"\bassert +(?:not +)?\(?([A-Za-z_]\w*)\("),
    re.compile(r">>> *([A-Za-z_]\w*)\("),
)
"""Where a request names the function it asks for, surest first."""
_NO_NAMES = frozenset(
    {
        *keyword.kwlist,
        *"a an the by on only once twice when every each it like using many times that which to after".split(),
    }
)
"""Words that follow "called" and are no names."""
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


def asks_for_function(text: str) -> bool:
    """Whether a function is to be written: asked for in words, by its name and parameters, or by its head alone."""
    if len(text) > LONGEST_REQUEST or _ELSEWHERE.search(text):
        return False
    return any(found is not None for found in (_REQUEST.match(text), _named_request(text), _open_head(text)))


def demanded_name(text: str) -> str | None:
    """The name that the function asked for must have, or None if the request leaves it open."""
    given = _open_head(text) or _named_request(text)
    if given is not None:
        return given.group(1)
    found = (match.group(1) for pattern in _GIVEN_NAMES for match in pattern.finditer(text))
    return next((name for name in found if name not in _NO_NAMES and not hasattr(builtins, name)), None)


def imports_in(text: str) -> tuple[str, ...]:
    """The import lines of a request that is itself the beginning of a program."""
    lines = text.splitlines() if _CODE_BEGINS.match(text) else []
    return tuple(line.strip() for line in lines if re.match(r"(?:from [\w.]+ import|import) [\w.,* ]+$", line.strip()))


def _named_request(text: str) -> re.Match[str] | None:
    """A request that begins like "Implement is_prime(n)"; what is built in is no function to write."""
    found = _NAMED_REQUEST.match(text)
    return None if found is None or hasattr(builtins, found.group(1)) else found


def _open_head(text: str) -> re.Match[str] | None:
    """The last function head in `text` if nothing but a docstring follows it, in a request to write its body."""
    heads = list(_HEAD.finditer(text))
    if not heads or not (_CODE_BEGINS.match(text) or re.match(_BEFORE + _MAKE, text, re.IGNORECASE)):
        return None
    return heads[-1] if _EMPTY.fullmatch(text, heads[-1].end()) else None


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
