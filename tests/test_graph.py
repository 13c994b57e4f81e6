import asyncio
import math

import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from nescio.decide import Policy
from nescio.errors import BackendUnavailable, ContextExceeded
from nescio.graph import MONOLITH, Parts, build_graph
from nescio.types import Abstained, Answer, Answered, Evidence, Query, Reason
from tests.doubles import DoubleCalibration, DoubleExpert, DoubleRouter, card, context, expert


def parts(*experts: DoubleExpert, router: DoubleRouter | None = None, **changes: object) -> Parts:
    by_name = {e.card.name: e for e in experts}
    values: dict[str, object] = {
        "experts": by_name,
        "router": router or DoubleRouter({name: 1.0 / (i + 1) for i, name in enumerate(by_name)}),
        "confidences": {name: DoubleCalibration() for name in by_name},
        "policy": Policy(),
        "worth_floor": 0.05,
        "context_for": context,
    }
    return Parts(**(values | changes))


async def run(parts: Parts, text: str = "q", **query: object) -> dict:
    skeleton = Query(id="1", messages=(), text="", **query)
    return await build_graph(parts).ainvoke({"messages": [{"role": "user", "content": text}], "query": skeleton})


async def test_an_answer_that_exceeds_the_target_is_given():
    end = await run(parts(expert("a", "42", 0.9)), confidence_target=0.8)
    assert end["decision"] == Answered(end["reply"].outcome, 0.9)
    assert end["messages"][-1] == {"role": "assistant", "content": "42"}


async def test_an_answer_that_does_not_exceed_the_target_is_withheld():
    decision = (await run(parts(expert("a", "42", 0.8)), confidence_target=0.8))["decision"]
    assert isinstance(decision, Abstained)
    assert (decision.reason, decision.withheld.text) == (Reason.LOW_ANSWER_CONFIDENCE, "42")


async def test_an_abstention_before_the_answer_asks_nobody():
    asked = expert("a")
    end = await run(parts(asked, router=DoubleRouter({"a": 0.9}, scope=0.1)))
    assert end["decision"].reason is Reason.OUT_OF_SCOPE
    assert asked.asked == []
    assert end["messages"][-1]["content"].startswith("I don't know: ")


async def test_an_experts_own_doubt_names_who_had_it():
    doubtful = DoubleExpert(card("a"), Abstained(Reason.UNANSWERABLE, "no such thing."))
    decision = (await run(parts(doubtful)))["decision"]
    assert (decision.reason, decision.would_have_asked) == (Reason.UNANSWERABLE, "a")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (BackendUnavailable("gone"), Reason.EXPERT_UNAVAILABLE),
        (ContextExceeded("5000 tokens"), Reason.BUDGET),
        (ZeroDivisionError(), Reason.TOOL_FAILED),
    ],
)
@pytest.mark.parametrize("target", [0.0, 0.75])
async def test_a_failing_expert_is_a_typed_abstention_at_every_target(failure, reason, target):
    second = expert("b")
    router = DoubleRouter({"a": 0.9, "b": 0.5})
    decision = (await run(parts(DoubleExpert(card("a"), failure), second, router=router), confidence_target=target))[
        "decision"
    ]
    assert (decision.reason, decision.would_have_asked) == (reason, "a")
    assert second.asked == [], "never fall through to the second-best route"


async def test_a_pinned_expert_is_asked_whatever_the_route():
    pinned = expert("b", feature=0.99)
    end = await run(parts(expert("a"), pinned, router=DoubleRouter({"a": 0.9, "b": 0.0})), expert="b")
    assert end["decision"].answer.expert == "b"


async def test_the_monolith_answers_without_a_gate_and_with_one_only_when_asked():
    crowd = parts(expert("a"), expert(MONOLITH, "guess", 0.3), router=DoubleRouter({"a": 0.9}, scope=0.0))
    assert isinstance((await run(crowd, monolith=True))["decision"], Answered)
    assert (await run(crowd, monolith=True, gate=True))["decision"].reason is Reason.OUT_OF_SCOPE


async def test_target_zero_gives_the_withheld_attempt_of_an_unanswerable_question():
    attempt = Answer("perhaps 7", "a", "m", Evidence({"f": 0.1}))
    doubtful = DoubleExpert(card("a"), Abstained(Reason.UNANSWERABLE, "hm.", withheld=attempt))
    decision = (await run(parts(doubtful), confidence_target=0.0))["decision"]
    assert isinstance(decision, Answered)
    assert decision.answer == attempt
    assert math.isnan(decision.p), "calibrations say nothing of what an expert withholds"


async def test_a_conversation_is_remembered_across_graphs_and_gives_a_follow_up_its_subject(tmp_path):
    router = DoubleRouter({"a": 0.9})
    crowd = parts(expert("a", feature=0.9), router=router)
    config = {"configurable": {"thread_id": "t"}}
    for text in ("What is the capital of Chad?", "and its population?"):
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "c.sqlite")) as saver:
            graph = build_graph(crowd, saver)
            end = await graph.ainvoke({"messages": [{"role": "user", "content": text}]}, config)
    assert router.seen[-1] == "and Chad's population?"
    assert [turn["role"] for turn in end["messages"]] == ["user", "assistant"] * 2


async def test_cancelling_a_run_cancels_the_expert():
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(query, context):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    task = asyncio.create_task(run(parts(DoubleExpert(card("a"), endless))))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()
