"""Equations in one unknown and linear systems in two, in letters or in words ("three times a number plus 7 is 22")."""

from __future__ import annotations

import re
from dataclasses import replace

from nescio_experts.math.rules import expression
from nescio_experts.math.rules.preludes import LINEAR_PAIR, QUADRATIC
from nescio_experts.math.rules.template import Template, Written
from nescio_experts.math.rules.text import Reading

_ONLY = "# the solutions\n"
_POSITIVE = "found = [value for value in found if value > 0]\n"
_LETTERS = "xyzntabkmpqw"
_SIDE = r"[-+*/^(). 0-9" + _LETTERS + r"]+"
_EQUATION = rf"(?P<left>{_SIDE}?)=(?P<right>{_SIDE})"
_ASK = r"(?:what is|what's|what are|what value of|find|solve for|what does|determine|then|calculate|what)"
_FRAMES = tuple(
    Template(frame.replace("<eq>", _EQUATION))
    for frame in (
        r"<eq>",
        r"(?:solve|solving|solution (?:of|to)|solutions (?:of|to)|roots of|the (?:solutions?|roots?|zeros) (?:of|to))(?: the)?(?: (?:linear|quadratic|following))?(?: equation)?:? <eq>(?:,? for (?P<v>[a-z]))?",
        r"(?:solve )?(?:for )?(?P<v>[a-z])(?: in|:| given| given that| if| when| where| such that| that satisfies| so that| from|,)(?: the equation)?:? <eq>",
        r"(?:all )?(?:the )?(?:possible )?(?:real )?(?:values?|solutions?|roots?|number)(?: of| for)? ?(?P<v>[a-z])?(?: in|:| given| given that| if| when| where| such that| that satisf(?:y|ies)| so that| that makes?| which satisf(?:y|ies)| solves?| of| to| for)(?: the)?(?: quadratic| linear)?(?: equation)?:? <eq>(?: true)?",
        rf"(?:if |given |given that |suppose |suppose that |let |when )?<eq>[,.;:]? ?(?:then )?{_ASK}(?: is| are)?(?: the)?(?: value| values)?(?: of)? (?P<v>[a-z])(?: equal| be)?",
        r"(?:what|which) (?:is the )?(?:number|values?)(?: of)? (?P<v>[a-z]) (?:solves?|satisf(?:y|ies)|makes?) <eq>(?: true)?",
        r"what (?P<v>[a-z]) (?:solves|satisfies|makes) <eq>(?: true)?",
        r"(?:the )?(?:equation) <eq>(?:,? for (?P<v>[a-z]))?",
        r"(?P<v>[a-z]) (?:is what )?(?:if|when|given|where) <eq>",
        r"<eq> (?:solve|find) (?:for )?(?P<v>[a-z])",
        r"<eq>[,.;:]? ?(?P<v>[a-z]) ?=",
        r"solve <eq>,? for (?P<v>[a-z])(?: > 0)?",
        r"(?:for )?(?:what|which)(?: is the)?(?: real)? (?:values? of )?(?P<v>[a-z]) (?:is|are|gives|do we have|does|makes?|will|would|satisf(?:y|ies)) ?(?:it true that )?<eq>(?: hold| true)?",
        r"(?:what|which) (?:number|value|values?)(?: of| for)? (?P<v>[a-z]) (?:makes?|satisf(?:y|ies)|solves?)(?: the equation)? <eq>(?: true| hold)?",
    )
)  # fmt: skip
_ROOTS = re.compile(
    rf"(?:the )?(?:real )?(?:roots|zeros|zeroes) of (?:the )?(?:polynomial |quadratic |function |equation )?(?:f\(x\) = |y = )?(?P<left>{_SIDE})"
)
_SYSTEM = tuple(
    Template(frame.replace("<one>", rf"(?P<l1>{_SIDE}?)=(?P<r1>{_SIDE}?)").replace("<two>", rf"(?P<l2>{_SIDE}?)=(?P<r2>{_SIDE}?)"))
    for frame in (
        r"(?:solve|if|given|given that|suppose|find x and y if|solve for x and y|solve the system|solve simultaneously|solve the simultaneous equations|x and y if|solve the system of equations)?:? ?<one>(?:,| and|;|, and) <two>(?:[,.;]? ?(?:what is|find|what's|solve for|for|what are)(?: the values of| the value of)? (?P<v>[a-z](?: and [a-z])?))?",
    )
)  # fmt: skip
_SAYS = r"(?: is equal to | is the same as | equals | equal | gives | is | makes | results in | you get | the result is | becomes )"
_NUMBER = r"(?:a|an|the|some|that|this|my|one|an unknown|a certain|the unknown|unknown|certain) (?:certain |unknown |positive |whole |same )?number"
_WHAT_NUMBER = r"\b(?:what|which) (?:positive )?number\b"
_CHAIN = re.compile(
    r"(?:if |when )?(?:i(?:'m| am)? ?(?:think|thinking|thought)? ?(?:of)? ?|you |someone |we |take |start with |pick |choose )*"
    r"(?:(?:a|the|my|some|this) (?:certain |secret )?number[,.;]?(?: and| then| i| if i| you)* )?(?P<steps>[a-z].+?)[,.;]? (?:and )?"
    r"(?:i get|you get|we get|i have|the result is|the answer is|it is|the outcome is|i end up with|gives me|you end up with|to get|get|and get|the result will be|it becomes) "
    r"(?P<result>-?\d+(?:\.\d+)?(?:/\d+)?)[,.;:]? (?:what is|what's|what was|find|which is|determine|what number (?:did|do) i)(?: the| my| that| this)?(?: original| secret| starting)?(?: number| it| think of| start with| pick| begin with| choose)*"
)
_STEPS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"(?:i )?(?:multiply|multiplied) (?:it|that|this|the result|a number|the number|my number) by (?P<n>[\d./]+)", "(({0}) * {1})"),
        (r"(?:i )?(?:divide|divided) (?:it|that|this|the result|a number|the number|my number) by (?P<n>[\d./]+)", "(({0}) / {1})"),
        (r"(?:i )?(?:add|added) (?P<n>[\d./]+)(?: to (?:it|that|this|the result|a number|the number|my number))?", "(({0}) + {1})"),
        (r"(?:i )?(?:subtract|subtracted|take away|take|took away|took) (?P<n>[\d./]+)(?: away)?(?: from (?:it|that|this|the result|a number|the number|my number))?", "(({0}) - {1})"),
        (r"(?:i )?(?:double|doubled)(?: it| that| this| the result| a number| the number| my number)?", "(({0}) * 2)"),
        (r"(?:i )?(?:triple|tripled)(?: it| that| this| the result| a number| the number| my number)?", "(({0}) * 3)"),
        (r"(?:i )?(?:halve|halved)(?: it| that| this| the result| a number| the number| my number)?", "(({0}) / 2)"),
        (r"(?P<n>[\d./]+) is added to (?:it|a number|the number)", "(({0}) + {1})"),
        (r"(?P<n>[\d./]+) is subtracted from (?:it|a number|the number)", "(({0}) - {1})"),
        (r"(?:it|a number|the number) is (?:multiplied|times) by (?P<n>[\d./]+)", "(({0}) * {1})"),
        (r"(?:it|a number|the number) is divided by (?P<n>[\d./]+)", "(({0}) / {1})"),
        (r"(?:it|a number|the number) is doubled", "(({0}) * 2)"),
        (r"(?:it|a number|the number) is tripled", "(({0}) * 3)"),
    )
)  # fmt: skip
_QUESTION = re.compile(
    r"^(?:if |when |suppose )?(?P<said>.+?)(?:[.,;:?!] ?| )(?:then )?(?:what is|what's|find|what was|which is|what could be|determine|calculate)(?: the| my| that| this)? (?:original |unknown )?(?:number|value|it)$"
)
_WHICH = re.compile(r"^(?:which|what) number,? (?:is such that |satisfies )?(?P<said>.+)$")


def read(reading: Reading) -> Written | None:
    """A program that solves, or None."""
    text = re.sub(r" *\^ *", "^", reading.text).replace("**", "^")
    text = re.sub(r"^(?:both|all)(?: the)?(?: possible)?(?: real)? (?=solutions|roots|values)", "", text)
    positive = re.search(r"\bpositive (?!and\b|or\b)", text)
    if positive is not None and "negative" not in text:
        written = read(replace(reading, text=text.replace(positive.group(), "", 1)))
        return None if written is None else replace(written, source=written.source.replace(_ONLY, _ONLY + _POSITIVE, 1))
    if "=" in text:
        return _single(text) or _system(text)
    roots = _ROOTS.fullmatch(text)
    if roots is not None:
        return _solve(roots["left"], "0", None)
    return _in_words(text)


def _single(text: str) -> Written | None:
    if text.count("=") != 1:
        return None
    for frame in _FRAMES:
        match = frame.match(text)
        if match is None:
            continue
        written = _solve(match["left"], match["right"], match.groupdict().get("v"))
        if written is not None:
            return written
    return None


def _parse(side: str, letters: frozenset[str]) -> expression.Expression | None:
    # "ab" is no unknown, and "3 x 4" beside an unknown x could be either.
    if re.search(r"[a-z]{2}", side) or re.search(r"\d x \d", side):
        return None
    try:
        return expression.parse(side, letters)
    except expression.Unreadable:
        return None


def _solve(left: str, right: str, wanted: str | None) -> Written | None:
    letters = frozenset(re.findall(rf"[{_LETTERS}]", left + right))
    if len(letters) != 1 or (wanted is not None and wanted not in letters):
        return None
    one, two = _parse(left.strip(" .,"), letters), _parse(right.strip(" .,"), letters)
    if one is None or two is None:
        return None
    (letter,) = letters
    if not letter.isalpha() or (one.source == letter and not two.variables and two.operations == 0):
        return None
    return Written(_solver(one.source, two.source, letter), "equation")


def _solver(left: str, right: str, letter: str) -> str:
    return (
        f"def difference({letter}):\n    return {left} - ({right})\n\n\n{QUADRATIC}"
        f"{_ONLY}if found is None:\n    print('every number')\nelif not found:\n    print('no real solution')\nelse:\n"
        f"    print(', '.join('{letter} = ' + show(value) for value in found))\n"
    )


def _system(text: str) -> Written | None:
    if text.count("=") != 2:
        return None
    for frame in _SYSTEM:
        match = frame.match(text)
        if match is None:
            continue
        sides = [match["l1"], match["r1"], match["l2"], match["r2"]]
        letters = frozenset(re.findall(rf"[{_LETTERS}]", " ".join(sides)))
        if len(letters) != 2:
            continue
        parsed = [_parse(side, letters) for side in sides]
        if any(side is None for side in parsed):
            continue
        asked = match["v"].split(" and ") if match["v"] else sorted(letters)
        if not set(asked) <= letters:
            continue
        return _linear([side.source for side in parsed if side is not None], sorted(letters), asked)
    return None


def _linear(sides: list[str], letters: list[str], asked: list[str]) -> Written:
    names = ", ".join(letters)
    shown = " + ', ' + ".join(f"'{letter} = ' + show({letter})" for letter in asked)
    code = (
        f"def first({names}):\n    return {sides[0]} - ({sides[1]})\n\n\n"
        f"def second({names}):\n    return {sides[2]} - ({sides[3]})\n\n\n"
        f"{LINEAR_PAIR}{names} = by_elimination()\nprint({shown})\n"
    )
    return Written(code, "equation")


def _in_words(text: str) -> Written | None:
    return _open_number(text) or _steps(text) or _stated(text)


def _open_number(text: str) -> Written | None:
    """Such as "4 times what number is 52", "what number plus 19 equals 47"."""
    if len(re.findall(_WHAT_NUMBER, text)) != 1:
        return None
    return _balance(re.sub(_WHAT_NUMBER, "n", text))


def _steps(text: str) -> Written | None:
    """A chain of steps: "I think of a number, double it and add 9. The result is 31. What is my number?"."""
    match = _CHAIN.fullmatch(text)
    if match is None:
        return None
    side = "n"
    for step in re.split(r",? and then |,? and |, then |, ?|;? then ", match["steps"].strip(" ,.")):
        written = next(
            (form.format(side, found["n"] if "n" in found.re.groupindex else "") for pattern, form in _STEPS
             if (found := pattern.fullmatch(step.strip())) is not None),
            None,
        )  # fmt: skip
        if written is None:
            return None
        side = written
    try:
        parsed = expression.parse(side, frozenset("n"))
        right = expression.parse(match["result"], frozenset())
    except expression.Unreadable:
        return None
    return Written(_solver(parsed.source, right.source, "n"), "equation in words")


def _stated(text: str) -> Written | None:
    match = _QUESTION.match(text) or _WHICH.match(text)
    if match is None:
        return None
    said = match["said"].strip(" ,.;")
    if _WHICH.match(text) and not re.search(_NUMBER, said):
        said = f"a number {said}"
    said = re.sub(_NUMBER, "n", said)
    said = re.sub(r"\bi (?:am thinking|think|thought) of n[.,;]?(?: and)? ?", "", said)
    return _balance(said)


def _balance(said: str) -> Written | None:
    said = re.sub(
        r" (?:is|are) (?=(?:increased|decreased|multiplied|divided|reduced|subtracted|added|taken|diminished)\b)",
        " ",
        said,
    )
    parts = re.split(_SAYS, said, maxsplit=1)
    if len(parts) != 2 or re.search(_SAYS, f" {parts[1]} "):
        return None
    left, right = _worded(parts[0]), _worded(parts[1])
    if left is None or right is None or len(left.variables | right.variables) != 1:
        return None
    return Written(_solver(left.source, right.source, "n"), "equation in words")


_ORDERED = (
    (re.compile(r"^(?P<a>[\d./]+) (?:more|greater) than (?P<b>.+)$"), "({b}) + {a}"),
    (re.compile(r"^(?P<a>[\d./]+) (?:less|fewer|smaller) than (?P<b>.+)$"), "({b}) - {a}"),
    (re.compile(r"^(?P<a>[\d./n]+) (?:subtracted|taken)(?: away)? from (?P<b>.+)$"), "({b}) - {a}"),
    (re.compile(r"^(?P<a>.+) (?:increased by|and|added to|plus) (?P<b>[\d./n]+)(?: together)?$"), "({a}) + {b}"),
    (re.compile(r"^(?P<a>.+) (?:decreased by|reduced by|less) (?P<b>[\d./n]+)$"), "({a}) - {b}"),
    (re.compile(r"^(?:the )?sum of (?P<a>.+) and (?P<b>[^ ]+)$"), "({a}) + {b}"),
    (re.compile(r"^(?:the )?product of (?P<a>.+) and (?P<b>[^ ]+)$"), "({a}) * {b}"),
    (re.compile(r"^(?:the )?difference between (?P<a>.+) and (?P<b>[\d./]+)$"), "({a}) - {b}"),
    (re.compile(r"^(?P<b>[\d./]+) (?:is |are )?added to (?P<a>.+)$"), "({a}) + {b}"),
)


def _worded(side: str) -> expression.Expression | None:
    side = side.strip(" ,")
    for pattern, form in _ORDERED:
        match = pattern.match(side)
        if match is not None and not _mixes(match["a"] + " " + match["b"]):
            side = form.format(**match.groupdict())
            break
    # Not the letter x: "3 x 4" is a product here.
    try:
        return expression.parse(side, frozenset("n"))
    except expression.Unreadable:
        return None


def _mixes(text: str) -> bool:
    """Words whose reach could be read in two ways once something is put around them."""
    return re.search(r"\b(?:sum|difference|product|more than|less than)\b", text) is not None
