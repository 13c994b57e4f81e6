"""Decides what text of a conversation is routed: the last user message, with its subject when it does not name it.

Pure. Where the subject can only be one thing, its name is put into the person's own words; elsewhere the turn before is
put in front of them, since a wrong subject would be answered with confidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nescio.types import Message

_OPENERS = re.compile(
    r"^\s*(and|but|or|so|also|then|what about|how about|same (for|question)|and for|now (for|do|with)|"
    r"plus|minus|times|divided by|multiplied by|(now )?(double|halve|triple|square) (it|that)|"
    r"why( is that| not)?\s*\??$|how so|really\??$|are you sure|"
    r"in (kelvin|celsius|fahrenheit|miles|euros?)\s*\??$)(?!\w)",
    re.IGNORECASE,
)
_POINTERS = re.compile(
    r"\b(it|its|it's|they|them|their|theirs|he|him|his|she|her|hers|that one|this one|the (same|latter|former))\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w'’-]+")
_FULL_NAME = re.compile(rf"{_NAME.pattern}(?: (?:(?:of|the|de|da|and) ){{0,2}}[A-Z][\w'’-]+)*")
_CAPITALISED = re.compile(r"\b[A-Z][\w'’-]*")
_NO_NAMES = frozenset(
    ("A An Are At As By For From He I In Is It Its No Of On She That The There They This Yes").split()
)
_OTHER_NAME = re.compile(
    r"(?:(?:and|or|but|so|what about|how about|what of|same for)[ ,]+)+(?:(?:for|of|in|with) )*"
    rf"(?P<name>(?:the )?{_CAPITALISED.pattern}(?: (?:(?:of|the|de|da|and) ){{0,2}}[A-Z][\w'’-]+){{0,3}})\s*[?.!]*",
)
_RESULT = r"(?:it|that|this|(?:the|that) (?:result|answer|number))"
_COMPUTES = re.compile(
    r"(?:(?:and|so|then|now|ok|what about|what is|what's|please)[ ,]+)*(?:"
    r"(?P<operator>(?:plus|minus|times|divided by|multiplied by|squared|cubed)\b.*)|"
    r"(?P<command>(?:(?:double|halve|triple|square|half|twice|add|subtract|take|multiply|divide|[\d.]+ ?% of)\b"
    rf".*?\b{_RESULT}\b.*|{_RESULT} (?:plus|minus|times|divided by|multiplied by)\b.*)))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SHORT_REPLY = 200
_ITS = re.compile(r"\b(?:its|their|his|her)\b(?= [a-z])", re.IGNORECASE)


def stands_alone(text: str) -> bool:
    """Whether `text` can be understood without the turn before it.

    It cannot when it opens like a continuation ("and …", "what about …"), or is short and points back ("its
    population?") without naming anything itself.
    """
    if _OPENERS.match(text):
        return False
    points_back = _POINTERS.search(text) is not None
    return not (points_back and len(text.split()) <= 14 and _NAME.search(text) is None)


def routed_text(messages: Sequence[Message]) -> str:
    """The text to route: the last user message, with its subject, or with the user message before it.

    "And Norway?" asks what was asked last, of Norway. "And its area?" is of what the turn before named, if that named
    one thing only. Any other message that does not stand alone follows the last one that does.
    """
    turns = [place for place, message in enumerate(messages) if message.role == "user"]
    if not turns:
        return ""
    messages = messages[: turns[-1] + 1]
    text = messages[-1].content.strip()
    if len(turns) == 1 or stands_alone(text):
        return text
    return _computation(messages) or _with_its_subject(messages) or f"{_head(messages[: turns[-2] + 1])} {text}".strip()


def _computation(messages: Sequence[Message]) -> str | None:
    """What is to be computed from the last reply, with the number that it begins with; None where it holds none.

    It serves to find who computes. Which number is meant is for that expert to settle, who sees the whole conversation.
    """
    text = messages[-1].content.strip()
    match = _COMPUTES.fullmatch(text)
    reply = messages[-2].content if messages[-2].role == "assistant" else ""
    number = _NUMBER.search(reply)
    if match is None or number is None or len(reply) > _SHORT_REPLY:
        return None
    if match["operator"]:
        return f"Calculate: {number[0]} {match['operator']}"
    whole = re.sub(rf"\b{_RESULT}\b", lambda _: number[0], match["command"], count=1, flags=re.IGNORECASE)
    return f"Calculate: {whole}"


def _head(messages: Sequence[Message]) -> str:
    """The latest of the user's messages that names what it is about."""
    text = messages[-1].content.strip()
    turns = [place for place, message in enumerate(messages[:-1]) if message.role == "user"]
    if not turns or stands_alone(text):
        return text
    moved_on = _OTHER_NAME.fullmatch(_lower_first(text)) is not None
    return (_with_its_subject(messages) if moved_on else None) or _head(messages[: turns[-1] + 1])


def _with_its_subject(messages: Sequence[Message]) -> str | None:
    """The last message with what it is about, or None where it says so itself or the turn before leaves it open."""
    text = messages[-1].content.strip()
    turns = [place for place, message in enumerate(messages[:-1]) if message.role == "user"]
    if not turns or stands_alone(text):
        return None
    asked = _with_its_subject(messages[: turns[-1] + 1]) or messages[turns[-1]].content.strip()
    other = _OTHER_NAME.fullmatch(_lower_first(text))
    if other is not None:
        return _asked_of(asked, other["name"])
    subject = _only_name([asked], messages[turns[-1] + 1 : -1])
    if subject is None or len(_ITS.findall(text)) != 1 or _NAME.search(text):
        return None
    return _ITS.sub(lambda _: _possessive(subject), text)


def _asked_of(asked: str, name: str) -> str | None:
    """`asked` of another subject; None where it is not plain which words were the subject."""
    names = set(_FULL_NAME.findall(asked))
    if len(names) == 1:
        return re.sub(rf"(?:\bthe )?{re.escape(_bare(names.pop()))}\b", lambda _: name, asked)
    if not names and len(_ITS.findall(asked)) == 1:
        return _ITS.sub(lambda _: _possessive(name), asked)
    return None


def _only_name(asked: Sequence[str], replies: Sequence[Message]) -> str | None:
    """The one thing that a question and its reply name; None where there is no reply, or they name more."""
    names = {_bare(name) for text in asked for name in _FULL_NAME.findall(text)}
    if len(names) != 1 or not replies:
        return None
    (name,) = names
    said = {_bare(word) for reply in replies for word in _CAPITALISED.findall(reply.content)}
    return name if said - _NO_NAMES <= set(name.split()) else None


def _bare(name: str) -> str:
    return re.sub(r"['’]s?$", "", name)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"
