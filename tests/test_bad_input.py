"""Strange and oversized queries, and broken models, through the real engine and a real server.

What the wire refuses is tested in tests/service; ports, disks and killed workers in test_serving and test_engine.
"""

from __future__ import annotations

import asyncio
import shutil
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from nescio.engine import Engine
from nescio.errors import QueueFull
from nescio.settings import load_settings
from nescio.types import Abstained, Answered, Card, Message, Outcome, Query, Reason
from tests.serving import Served

LONGEST = 256 * 1024
SHAPES = {
    "one letter": "x" * LONGEST,
    "one long sum": "1+" * (LONGEST // 2 - 1) + "1",
    "one question again and again": "What is the melting point of iron? " * (LONGEST // 35),
    "one mark": "?" * LONGEST,
    "brackets that never close": "(" * LONGEST,
    "accents on one letter": "a" + "\u0301" * (LONGEST // 2 - 1),
    "names without an end": "the capital of the population of " * (LONGEST // 33),
}
STRANGE = {
    "controls": "\x00What is the \x07melting point\x1b of\x9b iron?\x00",
    "direction marks": "\u202eWhat is the melting point of iron?\u202c",
    "zero width": "What\u200b is the melting point of iron\u200b?",
    "wide letters": "Ｗｈａｔ ｉｓ ｔｈｅ ｍｅｌｔｉｎｇ ｐｏｉｎｔ ｏｆ ｉｒｏｎ？",
    "many lines": "What is\r\n\r\n\tthe melting point\n of iron?",
}
IRON = "What is the melting point of iron?"
WHOLE = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(fitted_home: Path, smol: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """One engine whose worker starts with the first question that needs it."""
    home = tmp_path_factory.mktemp("strange") / "home"
    shutil.copytree(fitted_home, home, symlinks=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    async with await Engine.start(load_settings(home=home, profile=str(smol)), models=False) as started:
        yield started


async def ask(engine: Engine, *turns: str, **wishes: object) -> Outcome:
    roles = ("user", "assistant")
    messages = tuple(Message(roles[place % 2], turn) for place, turn in enumerate(turns))
    return await engine.ask(Query(id=f"chatcmpl-{uuid.uuid4().hex}", messages=messages, text="", **wishes))


class Pulse:
    """Beats in the event loop; `longest` is the most seconds of this process's work between two beats.

    Work and not time, since other programs may hold the machine. It is what a health probe would wait for.
    """

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        while True:
            before = time.process_time()
            await asyncio.sleep(0.002)
            self.longest = max(self.longest, time.process_time() - before)


@WHOLE
@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("expert", ["chemistry", "geography", "math", "python", "general", None])
async def test_longest_text_is_decided_soon_while_other_work_goes_on(
    engine: Engine, text: str, expert: str | None
) -> None:
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    before = time.process_time()
    outcome = await ask(engine, text, expert=expert, confidence_target=0.0)
    beating.cancel()
    assert isinstance(outcome.decision, Abstained | Answered)
    assert time.process_time() - before < 20
    assert pulse.longest < 1.0


@WHOLE
async def test_text_that_the_model_cannot_hold_is_over_budget(engine: Engine) -> None:
    text = "Which function " + "joins paths and " * 4000 + "?"
    decision = (await ask(engine, text, expert="python", confidence_target=0.0)).decision
    assert isinstance(decision, Abstained)
    assert decision.reason is Reason.BUDGET
    assert "more text" in decision.message


@WHOLE
async def test_two_hundred_turns_are_read_and_the_last_one_is_answered(engine: Engine) -> None:
    asked, replied = "What is the population of Norway? I ask again.", "Norway has 5,314,336 inhabitants."
    outcome = await ask(engine, *[asked, replied] * 100, "and its capital?", confidence_target=0.0)
    assert len(outcome.query.messages) == 201
    assert outcome.expert == "geography"
    assert "Oslo" in str(outcome.decision)


@WHOLE
async def test_question_that_was_turned_away_is_not_part_of_its_conversation(engine: Engine) -> None:
    @asynccontextmanager
    async def full(_: Card) -> AsyncIterator[None]:
        raise QueueFull("full", retry_after=1)
        yield

    async def say(text: str, **more: Any) -> Outcome:
        query = Query(id=f"chatcmpl-{uuid.uuid4().hex}", messages=(Message("user", text),), text=text)
        return await engine.ask(query, conversation_id="turned away", **more)

    first = await say("What is the population of Norway?")
    with pytest.raises(QueueFull):
        await say("What is the population of Chad?", slot=full)
    follow = await say("and its capital?")
    texts = [message.content for message in follow.query.messages]
    assert texts[0] == first.query.messages[0].content
    assert texts[2:] == ["and its capital?"]
    assert "Oslo" in str(follow.decision)


@WHOLE
async def test_two_hundred_turns_of_one_conversation_are_kept(engine: Engine) -> None:
    for turn in range(100):
        text = f"What is {turn} plus {turn}?" if turn % 2 else "What is the capital of Peru?"
        query = Query(f"chatcmpl-{turn}", (Message("user", text),), "", confidence_target=0.999)
        outcome = await engine.ask(query, conversation_id="long")
    assert len(outcome.query.messages) == 199


@pytest.mark.parametrize("damage", ["missing", "cut off"])
async def test_without_its_model_an_expert_is_unavailable_and_others_answer(
    fitted_home: Path, smol: Path, tmp_path: Path, damage: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(fitted_home, home, symlinks=True, ignore=shutil.ignore_patterns("*.sqlite*", "models"))
    for folder in (fitted_home / "models").iterdir():
        copied = home / "models" / folder.name
        if "smollm2" not in folder.name:
            copied.parent.mkdir(exist_ok=True)
            copied.symlink_to(folder)
        elif damage == "cut off":
            copied.mkdir(parents=True)
            for file in folder.glob("*.gguf"):
                with file.open("rb") as whole:
                    (copied / file.name).write_bytes(whole.read(1 << 20))
    async with await Engine.start(load_settings(home=home, profile=str(smol)), models=False) as engine:
        decision = (await ask(engine, "Who wrote Hamlet?", expert="general", confidence_target=0.0)).decision
        assert isinstance(decision, Abstained)
        assert decision.reason is Reason.EXPERT_UNAVAILABLE
        other = await ask(engine, IRON, expert="chemistry", confidence_target=0.0)
        assert isinstance(other.decision, Answered)


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_characters_do_not_hide_the_question(served: Served, text: str) -> None:
    body = {"model": "nescio", "messages": [{"role": "user", "content": text}]}
    reply = served.http.post("/v1/chat/completions", json=body)
    assert reply.status_code == 200
    assert "1538" in reply.json()["choices"][0]["message"]["content"]
    assert reply.json()["nescio"]["expert"] == "chemistry"


def test_query_of_a_megabyte_is_refused_by_name_and_the_server_goes_on(served: Served) -> None:
    body = {"model": "nescio", "messages": [{"role": "user", "content": "iron " * 200_000}]}
    reply = served.http.post("/v1/chat/completions", json=body)
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "query_too_long"
    assert served.http.get("/readyz").status_code == 200
