"""What a query costs its models is counted whoever asks them, and a caller's budget holds for every expert."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.backends import FakeBackend
from nescio.backends.fake import Call
from nescio.errors import BackendUnavailable, BudgetSpent
from nescio.metering import Meter
from nescio.types import Backend, Message, Usage

ASKED = [Message("user", "How tall is it?")]


def test_a_meter_is_a_model() -> None:
    backend = FakeBackend("Quite tall.")
    meter = Meter(backend)
    assert isinstance(meter, Backend)
    assert (meter.model, meter.fingerprint) == (backend.model, backend.fingerprint)


@given(st.lists(st.integers(1, 6), max_size=8), st.integers(1, 20))
def test_never_more_is_drawn_than_allowed_and_all_of_it_is_counted(sizes: list[int], allowed: int) -> None:
    async def ask() -> None:
        backend = FakeBackend("Quite tall.")
        meter = Meter(backend, allowed)
        drawn = 0
        for size in sizes:
            if drawn + size > allowed:
                with pytest.raises(BudgetSpent, match=f"allows {allowed}"):
                    await meter.chat(ASKED, n=size)
                break
            drawn += len(await meter.chat(ASKED, n=size))
        assert meter.spent.samples == drawn == sum(call.n for call in backend.calls)

    asyncio.run(ask())


async def test_what_is_asked_side_by_side_counts_together() -> None:
    meter = Meter(FakeBackend("Quite tall."), 5)
    first, second = await asyncio.gather(meter.chat(ASKED, n=3), meter.chat(ASKED, n=3), return_exceptions=True)
    assert len(first) == 3
    assert isinstance(second, BudgetSpent)


async def test_all_that_is_asked_for_reaches_the_model() -> None:
    backend = FakeBackend("Quite tall.")
    (drawn, _) = await Meter(backend).chat(ASKED, n=2, temperature=0.4, max_tokens=7, stop=("\n",), seed=3, logprobs=1)
    assert backend.calls == [Call(tuple(ASKED), 2, 0.4, 7, ("\n",), 3)]
    assert all(token.top for token in drawn.tokens) == bool(drawn.tokens)


async def test_time_is_measured_also_of_several_requests() -> None:
    class Slow(FakeBackend):
        async def chat(self, messages, **wishes):
            await asyncio.sleep(0.02)
            return await super().chat(messages, **wishes)

    meter = Meter(Slow("Quite tall."))
    await asyncio.gather(meter.chat(ASKED), meter.chat(ASKED))
    assert 0.04 <= meter.spent.model_seconds < 2
    assert Usage().model_seconds == 0
    assert math.isclose((meter.spent + meter.spent).model_seconds, 2 * meter.spent.model_seconds)


async def test_a_model_that_fails_is_passed_on() -> None:
    meter = Meter(FakeBackend(BackendUnavailable("gone")))
    with pytest.raises(BackendUnavailable):
        await meter.chat(ASKED)
    assert meter.spent.samples == 0
