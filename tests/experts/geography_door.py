"""Asks the geography expert through its public door; what its test modules share."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nescio.types import Abstained, Answer, Context, Message, Query, Route
from nescio_experts.geography import create

EXPERT = create()


def silent_encoder(texts: Sequence[str]) -> np.ndarray:
    return np.zeros((len(texts), 2), dtype=np.float32)


def context(encode=silent_encoder) -> Context:
    return Context(Route("", (), 1.0), None, None, encode, Path("unused"))


def ask(text: str, encode=silent_encoder) -> Answer | Abstained:
    query = Query(id="q", messages=(Message("user", text),), text=text)
    return asyncio.run(EXPERT.answer(query, context(encode)))


def told(text: str) -> str:
    outcome = ask(text)
    assert isinstance(outcome, Answer), f"{text!r}: {outcome.message}"
    return outcome.text


def refused(text: str) -> Abstained:
    outcome = ask(text)
    assert isinstance(outcome, Abstained), f"{text!r} was answered: {outcome.text}"
    return outcome
