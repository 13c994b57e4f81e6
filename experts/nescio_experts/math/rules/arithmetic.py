"""Sums in signs or words: ``12*7-5``, "what's 15 squared", "subtract 8 from half of 50"."""

from __future__ import annotations

import re
from dataclasses import replace

from nescio_experts.math.rules import expression
from nescio_experts.math.rules.preludes import ROOTS
from nescio_experts.math.rules.template import (
    NUMBER,
    Templates,
    Written,
    compile_templates,
    fraction,
    literal,
    match_any,
    rational,
)
from nescio_experts.math.rules.text import Reading

_COMMANDS: tuple[tuple[Templates, str], ...] = (
    (
        compile_templates(
            "(add|adding) {a:any} to {b:any}",
            "(add|adding) {a:any} (and|with) {b:any}( together)?",
            "{a} and {b} (make|makes|add up to|sum to|come to|give)?( together| in total| altogether| combined)",
            "{a} and {b} (added |summed )together",
            "{b} more than {a}",
            "{b} greater than {a}",
            "(put|sum) {a} and {b}( together)?",
        ),
        "({a}) + ({b})",
    ),
    (
        compile_templates(
            "(subtract|subtracting|take|taking|deduct)( away)? {b:any}( away)? from {a:any}",
            "(subtract|subtracting) {b:any} off {a:any}",
            "(by )?how much (does|do|is) {a} (exceed|greater than|more than|larger than|bigger than) {b}",
            "{a} exceeds {b} by (what|how much)",
            "(what is )?left (when|if|after) {b} is (taken|subtracted|removed)( away)? from {a}",
            "{b} (less|fewer) than {a}",
            "{b} smaller than {a}",
            "{a} take( away)? {b}",
            "{b} (subtracted|taken|deducted)( away)? from {a}",
            "{a} with {b} (taken away|removed|subtracted)",
            "how much (more|bigger|larger|greater) is {a} than {b}",
            "(more|bigger|larger|greater) is {a} than {b}",
            "how much (less|smaller) is {b} than {a}",
            "(less|smaller) is {b} than {a}",
            "(what|which number|how much)( number)? (must|should|do you|do i|do we|needs to|has to|can) (be add|add)(ed)? to {b} (to|so you) (make|get|reach|give) {a}",
            "(what|which number)( must be| is)? added to {b} (makes|gives|is) {a}",
        ),
        "({a}) - ({b})",
    ),
    (
        compile_templates(
            "(multiply|multiplying) {a:any} by {b:any}",
            "(multiply|multiplying) {a:any} (and|with) {b:any}( together)?",
            "{a} lots of {b}",
            "{a} and {b} multiplied( together)?",
        ),
        "({a}) * ({b})",
    ),
    (
        compile_templates(
            "(divide|dividing) {a:any} by {b:any}",
            "(divide|split) {a} into {b} (equal |even )?(parts|pieces|groups|shares|portions)",
            "how many times does {b} (go|fit) into {a}",
            "how many times (can you|can i|does it) (fit|subtract|take)( away)? {b} (into|from) {a}",
            "how many {b}[']?s (are|are there|go|fit|make)? ?(in|into|up)? ?{a}",
            "{b} goes into {a} how many times",
            "{b} into {a} goes how many times",
            "(the )?quotient (of|when) {a} (and|is divided by) {b}",
            "(the )?ratio of {a} to {b}",
        ),
        "({a}) / ({b})",
    ),
    (compile_templates("(halve|halving|half) {a}"), "({a}) / 2"),
    (compile_templates("(double|doubling|twice) {a}"), "({a}) * 2"),
    (compile_templates("(triple|tripling|treble) {a}"), "({a}) * 3"),
    (compile_templates("(square|squaring) {a}", "{a} to the 2nd power"), "({a}) ** 2"),
    (compile_templates("(cube|cubing) {a}", "{a} to the 3rd power"), "({a}) ** 3"),
    (compile_templates("{a} to the {b:int}(th|st|nd|rd)? power"), "({a}) ^ ({b})"),
    (compile_templates("(the )?(reciprocal|inverse) of {a}"), "1 / ({a})"),
    (compile_templates("{a} with {b} (added|added on)"), "({a}) + ({b})"),
    (
        compile_templates(
            "(the )?number (halfway|midway|exactly between|half way)( between| from)? {a} (and|to) {b}",
            "(what |which )?number (is|lies) (exactly )?(halfway|half way|midway|in the middle)( between| from)? {a} (and|to) {b}",
            "(halfway|half way|midway) between {a} and {b}",
        ),
        "(({a}) + ({b})) / 2",
    ),
)
_ABSOLUTE = compile_templates("(the )?(absolute value|modulus|magnitude) of \\(?{a}\\)?")
_NEAREST = compile_templates(
    "(round(ed)? ?(off )?)?{a} ?(rounded )?(to|to the) (the )?nearest (?P<step>ten|hundred|thousand|million)s?"
)
_ROOT = compile_templates("(the )?({k:int}(st|nd|rd|th)) root of {a:int}", "{k:int}(st|nd|rd|th) root of {a:int}")
_LOG = compile_templates(
    "(the )?log(arithm)?(?: |_)(base |to base )?{b:int} of {a:int}",
    "(the )?log(arithm)? of {a:int} (to|in|with) (the )?base {b:int}",
    r"log_?{b:int} ?\({a:int}\)",
)
_LOG10 = compile_templates(r"(the )?log10 ?\(?(of )?{a:int}\)?", "(the )?common log(arithm)? of {a:int}")
_TRIG = compile_templates(
    r"(the )?(?P<f>sin|cos|tan|sine|cosine|tangent) ?(of )?\(?(an angle of )?{a} ?(°|degrees?|deg)\)?",
)
_SHARE = compile_templates(
    "(convert|write|express|turn|change|give)? ?{a} (as|to|into|in) (a |an )?(?P<form>%|fraction|decimal)",
)


_THEN = r"(?:,|;|\.)? (?:and|then|and then|but|but then)(?: now)? "
_IT = r"(?: it| this| that| (?:the|that|this) (?:result|answer|sum|difference|product|quotient|number|total|outcome))"
_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?P<inner>.+?)(?:{before}){step}"), form)
    for before, step, form in (
        (_THEN, rf"(?:add|plus) (?P<n>{NUMBER})(?: to{_IT})?", "({}) + ({n})"),
        (_THEN, rf"(?:subtract|take away|take|minus|deduct) (?P<n>{NUMBER})(?: (?:away )?from{_IT})?", "({}) - ({n})"),
        (_THEN, rf"(?:multiply{_IT}? by|times{_IT}? by) (?P<n>{NUMBER})", "({}) * ({n})"),
        (_THEN, rf"divide{_IT}? by (?P<n>{NUMBER})", "({}) / ({n})"),
        (_THEN, rf"double(?:{_IT})?", "({}) * 2"),
        (_THEN, rf"triple(?:{_IT})?", "({}) * 3"),
        (_THEN, rf"halve(?:{_IT})?", "({}) / 2"),
        (_THEN, rf"square(?:{_IT})?", "({}) ** 2"),
        (r", ?", "(?:all |then )?doubled", "({}) * 2"),
        (r", ?", "(?:all |then )?halved", "({}) / 2"),
        (r", ?", "(?:all |then )?squared", "({}) ** 2"),
        (
            rf"(?:{_THEN}|,? )",
            r"(?:ignor(?:e|ing)|disregard(?:ing)?|drop(?:ping)?|forget(?:ting)?|leav(?:e|ing) (?:off|out|away)|without|omit"
            r"(?:ting)?|remov(?:e|ing)|regardless of)(?: the| its| any)?(?: minus| negative| plus)? signs?",
            "abs({})",
        ),
        (_THEN, rf"(?:take|give)(?: me)? (?:the|its) absolute value(?: of{_IT})?", "abs({})"),
    )
)  # fmt: skip
"""What is done to the result of the words before it, in the order in which it is said."""
_MAX_STEPS = 6
_DANGLES = re.compile(
    r"(?:add|subtract|take|multiply|divide|convert|increase|decrease|raise|reduce) [^.?!]*\b(?:by|to|from|into|and|with)|"
    r"(?:what is |the |an? )*(?:(?:square |cube )?root|sum|product|difference|quotient|average|mean|factorial) (?:of|between)"
)
"""A command or a function without what it is to be done to."""


def read(reading: Reading) -> Written | None:
    """A program for a sum, or None where the text is not one from end to end."""
    text = reading.text
    found = _sum(text, rounded=reading.decimals is not None)
    if found is not None:
        return Written(expression.program(found), "arithmetic", money=True)
    return _special(text)


def is_incomplete(text: str) -> bool:
    """Whether the plain `text` is a sum as far as it goes, but stops or leaves a place empty: "7 / 2 * 3 -"."""
    if _DANGLES.fullmatch(text):
        return True
    if not re.search(r"\d", text) or "=" in text:
        return False
    try:
        expression.parse(re.sub(r"(?<=\d) x$", " *", text))
    except expression.Incomplete:
        return True
    except expression.Unreadable:
        return False
    return False


def _sum(text: str, *, rounded: bool = False, steps: int = 0) -> expression.Expression | None:
    return _absolute(text) or _command(text) or _plain(text, rounded=rounded) or _chain(text, steps)


def _plain(text: str, *, rounded: bool) -> expression.Expression | None:
    if "=" in text:
        return None
    try:
        found = expression.parse(text)
    except expression.Unreadable:
        return None
    return found if found.operations or rounded else None


def _absolute(text: str) -> expression.Expression | None:
    for match in match_any(_ABSOLUTE, text):
        return expression.Expression(f"abs({literal(match['a'])})", False, 1, frozenset())
    return None


def _command(text: str) -> expression.Expression | None:
    for patterns, form in _COMMANDS:
        for match in match_any(patterns, text):
            parts = {name: value for name, value in match.groupdict().items() if value is not None}
            try:
                return expression.parse(form.format(**parts))
            except expression.Unreadable:
                continue
    return None


def _chain(text: str, steps: int) -> expression.Expression | None:
    """A sum and what is then done to its result; "2 + 3, times 4" is left alone, since it may mean 14."""
    if steps == _MAX_STEPS:
        return None
    for pattern, form in _STEPS:
        match = pattern.fullmatch(text)
        inner = _sum(match["inner"], steps=steps + 1) if match is not None else None
        if match is None or inner is None:
            continue
        number = literal(match["n"]) if "n" in match.groupdict() else ""
        return replace(inner, source=f"({form.replace('{n}', number).format(inner.source)})")
    return None


def _special(text: str) -> Written | None:
    for match in match_any(_NEAREST, text):
        step = {"ten": 10, "hundred": 100, "thousand": 1000, "million": 10**6}[match["step"]]
        code = f"from math import floor\nfrom fractions import Fraction as F\nvalue = {literal(match['a'])}\n"
        return Written(code + f"print(floor(value / {step} + F(1, 2)) * {step})\n", "arithmetic")
    for match in match_any(_ROOT, text):
        return Written(f"{ROOTS}print(show(root(F({match['a']}), {match['k']})))\n", "arithmetic")
    for match in (*match_any(_LOG, text), *match_any(_LOG10, text)):
        base = match.groupdict().get("b") or "10"
        return Written(f"{ROOTS}print(show(log(F({match['a']})) / log(F({base}))))\n", "arithmetic")
    for match in match_any(_TRIG, text):
        angle, name = fraction(match["a"]), match["f"][:3]
        # The tangent of a right angle has no value.
        if name != "tan" or angle % 180 != 90:
            code = f"from math import {name}, pi\nprint(f'{{{name}(pi * {angle.numerator} / {180 * angle.denominator}):.12f}}')\n"
            return Written(code, "arithmetic")
    return _share(text)


def _share(text: str) -> Written | None:
    for match in match_any(_SHARE, text):
        value = literal(match["a"])
        if match["form"] == "%":
            return Written(rational(f"{value} * 100"), "percent", unit="%")
        return Written(rational(value), "arithmetic", fraction=match["form"] == "fraction")
    return None
