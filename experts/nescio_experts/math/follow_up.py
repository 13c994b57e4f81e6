"""Reads a message that goes on from the turn before: "and multiply it by 3?", "plus 4?", "and 18%?". Pure.

What was answered last is the last assistant message. Where that was an abstention, or no single value, there is nothing
to go on from: an older value is never taken in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from nescio.conversation import stands_alone
from nescio.types import Message
from nescio_experts.math import rules
from nescio_experts.math.rules.text import plain
from nescio_experts.math.values import Value, parse

_THING = r"(?:result|answer|sum|total|product|number|value|difference|quotient|amount|outcome|figure|date|day|time)"
_IT = rf"(?:it|that(?: {_THING})?|this {_THING}|this|(?:the|your)(?: last| previous| earlier)? {_THING})(?! of\b)"
_POINTS = re.compile(rf"(?<![\w']){_IT}(?![\w'])")
_USES_IT = re.compile(
    r"(?:^|\b(?:of|to|from|by|than|after|before|past|plus|minus|times|over|add|double|halve|half|twice|triple|square|cube|"
    r"multiply|divide|take|round|convert|express|write|increase|decrease|reduce|raise|subtract) )"
    rf"{_IT}(?=$| (?:by|to|and|then|in|as|into|plus|minus|times|divided|multiplied|squared|cubed|rounded|from)\b)|"
    r"\bits (?:square|cube|half|double|reciprocal|square root|cube root|absolute value|digit sum)\b|"
    rf"^(?:is|was) {_IT} (?:an? )?(?:prime|even|odd|divisible|perfect|square|multiple|negative|positive|whole)\b|"
    rf"\bday(?: of the week)? (?:is|was) {_IT}$"
)
"""A place where "it" can only be the number, date or time that was answered last."""
_GOES_ON = re.compile(
    r"(?:plus|minus|times|divided by|multiplied by|over|squared|cubed|to the power|raised to|mod|modulo|"
    r"[*/^+]|- ?(?=\d)|(?:in|into|to|as) (?:an? )?[a-z°/ ]{1,25}$)"
)
_COMMAND = re.compile(
    r"(?:add|subtract|take|deduct|multiply|divide|double|triple|halve|square|cube|increase|decrease|reduce|raise|round)\b"
)
_LACKS = (
    (re.compile(r"(?P<a>multiply|divide|increase|decrease|reduce|raise) (?P<b>by .+)"), r"\g<a> {} \g<b>"),
    (re.compile(r"(?P<a>add|adding) (?P<b>[^a-z]+)"), r"\g<a> \g<b> to {}"),
    (re.compile(r"(?P<a>subtract|take away|take|deduct) (?P<b>[^a-z]+)"), r"subtract \g<b> from {}"),
    (re.compile(r"(?P<a>double|triple|halve|square|cube|half|twice)"), r"\g<a> {}"),
    (re.compile(r"(?P<a>doubled)"), "double {}"),
    (re.compile(r"(?P<a>tripled)"), "triple {}"),
    (re.compile(r"(?P<a>halved)"), "halve {}"),
    (re.compile(r"(?P<a>[-\d.]+%) of"), r"\g<a> of {}"),
    (re.compile(r"(?:the )?(?P<a>square root|cube root|reciprocal)"), r"the \g<a> of {}"),
    (re.compile(r"(?:without|ignoring) (?:the |its )?(?:minus )?sign"), "the absolute value of {}"),
)
_LEAD = re.compile(
    r"^(?:(?:and|or|but|so|ok|okay|also|now|then|next|please|what about|how about|what if (?:i|you|we)|can you|"
    r"could you|what is|what's|how much is|if (?:i|you|we)|same for|for|with)[, ]+)+"
)
_ELLIPSIS = re.compile(r"(?:of |for |with |if it (?:is|was|were) )?(?P<new>[$€£]?-?\d+(?:\.\d+)?%?)")
_AMOUNT = re.compile(r"(?<![\w.,/^])[$€£]?-?\d+(?:[.,]\d+)*%?(?![\w/^]|[.,]\d)")
_CURRENCIES = ("$", "€", "£")
_CONVERTS = re.compile(r"\b(?:in|into|as|to) [a-z°]+$")
_KEEPS_UNIT = re.compile(
    r"(?:add|subtract|take|deduct|multiply|divide|double|triple|halve|half|twice|doubled|tripled|halved|increase|decrease|"
    r"reduce|raise|plus|minus|times|divided by|multiplied by|[-+*/]|[\d.]+% of)"
)
_SAID = re.compile(r"The answer is (?P<shown>.+?)\.?\s*", re.DOTALL)
_EXACTLY = re.compile(r" \(exactly (-?\d+/\d+)\)$")
_NOTE = re.compile(r" \([^()]*\)$")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a follow-up asks.

    Attributes:
        whole: The question in full, in plain form, or None where it cannot be put so.
        told: The person's words, with the turn before beside them.
        value: The last answer as a program would write it; "" where the follow-up does not go on from it.
        unit: Its unit, where the answer to the follow-up has it too.
        lost: Whether it goes on from something that was not answered.
    """

    whole: str | None
    told: str
    value: str = ""
    unit: str = ""
    lost: bool = False


def read(messages: Sequence[Message]) -> FollowUp | None:
    """What the last message asks, or None where it stands alone, or says nothing that is read here."""
    last = messages[-1].content.strip() if messages else ""
    earlier = _before(messages)
    if not earlier:
        return None
    text = _bare(last)
    if _goes_on(text):
        return _from_answer(last, text, messages)
    if stands_alone(last):
        return None
    if not _ELLIPSIS.fullmatch(text) and not _POINTS.search(text) and rules.read(text, date.min) is not None:
        return FollowUp(text, last)
    if _COMMAND.match(text) or (not _ELLIPSIS.fullmatch(text) and _is_going_on(earlier)):
        return replace(_from_answer(last, text, messages), whole=None)
    return _asked_again(text, _in_full(earlier))


def _before(messages: Sequence[Message]) -> Sequence[Message]:
    """The conversation up to the user's message before the last; empty where there is none."""
    places = [place for place, message in enumerate(messages[:-1]) if message.role == "user"]
    return messages[: places[-1] + 1] if places else ()


def _bare(message: str) -> str:
    return _LEAD.sub("", plain(message).strip(" ?.!,;:")).strip()


def _goes_on(text: str) -> bool:
    return bool(_USES_IT.search(text) or _GOES_ON.match(text) or any(form.fullmatch(text) for form, _ in _LACKS))


def _is_going_on(messages: Sequence[Message]) -> bool:
    return bool(_before(messages)) and _goes_on(_bare(messages[-1].content))


def _in_full(messages: Sequence[Message]) -> str:
    """The last message with what it takes from the turns before."""
    follow_up = read(messages)
    return messages[-1].content.strip() if follow_up is None or follow_up.whole is None else follow_up.whole


def _from_answer(last: str, text: str, messages: Sequence[Message]) -> FollowUp:
    asked = _before(messages)[-1].content.strip()
    answer = next((m.content for m in reversed(messages[:-1]) if m.role == "assistant"), "")
    shown = _shown(answer)
    if shown is None:
        return FollowUp(None, text, lost=True)
    written, value = shown
    told = f"{last}\n(The question before was: {asked} Its answer is {written}{_spaced(value.unit)}.)"
    converts = _CONVERTS.search(text) is not None
    if value.unit in _CURRENCIES:
        return FollowUp(_with_value(text, f"{value.unit}{written}"), told, written)
    keeps = _KEEPS_UNIT.match(text) is not None
    if value.unit and not converts and not keeps:
        return FollowUp(None, told, written)
    whole = _with_value(text, f"{written}{_spaced(value.unit)}" if converts else _bracketed(written))
    return FollowUp(whole, told, written, "" if converts else value.unit)


def _bracketed(written: str) -> str:
    return f"({written})" if written.startswith("-") else written


def _with_value(text: str, value: str) -> str | None:
    """`text` with the last answer's value where it points back; None where it does so more than once."""
    for form, whole in _LACKS:
        if form.fullmatch(text):
            return form.sub(whole.replace("{}", value), text)
    if _GOES_ON.match(text) and not _POINTS.search(text):
        return f"{value} {text}"
    text = re.sub(r"\bits ([a-z ]+)$", r"the \1 of it", text)
    return _POINTS.sub(lambda _: value, text) if len(_POINTS.findall(text)) == 1 else None


def _shown(answer: str) -> tuple[str, Value] | None:
    """The value that an answer of this expert shows, and how a question would write it."""
    match = _SAID.fullmatch(answer.strip())
    if match is None:
        return None
    shown = match["shown"]
    exact = _EXACTLY.search(shown)
    value = parse(_NOTE.sub("", shown))
    if value is None or value.number is None or value.kind not in {"number", "date", "time"}:
        return None
    if value.kind != "number":
        return value.text, value
    if exact is not None:
        return f"({exact[1]})", value
    digits = re.search(r"-?\d[\d,]*(?:\.\d+)?", _NOTE.sub("", shown))
    assert digits is not None
    return digits[0].replace(",", ""), value


def _asked_again(text: str, asked: str) -> FollowUp | None:
    """The question before with its one number of the same sort replaced; None where that is not plain."""
    new = _ELLIPSIS.fullmatch(text)
    if new is None:
        return None
    same = [m for m in _AMOUNT.finditer(asked) if _sort(m[0]) == _sort(new["new"])]
    if len(same) != 1:
        return None
    start, end = same[0].span()
    whole = f"{asked[:start]}{new['new']}{asked[end:]}"
    return FollowUp(whole, whole)


def _sort(amount: str) -> str:
    return re.sub(r"[-\d.,]", "", amount)


def _spaced(unit: str) -> str:
    return f" {unit}" if unit and unit[0].isalnum() else unit
