"""The bounded queue by itself."""

from __future__ import annotations

import asyncio

import pytest

from nescio.errors import QueueFull
from nescio.service.turnstile import Turnstile


def soon(seconds: float = 30.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_requests_pass_one_at_a_time_in_the_order_they_came() -> None:
    turnstile = Turnstile(concurrency=1, size=10)
    seen: list[int] = []
    most = 0

    async def visit(number: int) -> None:
        nonlocal most
        async with turnstile.turn(soon()):
            most = max(most, turnstile.inside)
            await asyncio.sleep(0)
            seen.append(number)

    await asyncio.gather(*(visit(number) for number in range(6)))
    assert seen == list(range(6))
    assert most == 1
    assert (turnstile.inside, turnstile.waiting) == (0, 0)


async def test_as_many_pass_together_as_concurrency_says() -> None:
    turnstile = Turnstile(concurrency=3, size=0)
    async with turnstile.turn(soon()), turnstile.turn(soon()), turnstile.turn(soon()):
        assert turnstile.inside == 3
        with pytest.raises(QueueFull):
            async with turnstile.turn(soon()):
                pass


async def test_full_queue_turns_away_and_says_when_to_come_back() -> None:
    turnstile = Turnstile(concurrency=1, size=1)
    async with turnstile.turn(soon()):
        waiter = asyncio.create_task(turnstile.turn(soon()).__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(QueueFull) as caught:
            async with turnstile.turn(soon()):
                pass
        assert 1 <= caught.value.retry_after <= 120
        waiter.cancel()
        await asyncio.wait([waiter])
    assert (turnstile.inside, turnstile.waiting) == (0, 0)


async def test_passed_deadline_turns_away_and_leaves_the_place_to_others() -> None:
    turnstile = Turnstile(concurrency=1, size=5)
    async with turnstile.turn(soon()):
        with pytest.raises(QueueFull, match="waited"):
            async with turnstile.turn(soon(-1)):
                pass
    async with turnstile.turn(soon()):
        assert (turnstile.inside, turnstile.waiting) == (1, 0)


async def test_those_that_need_no_turn_are_bounded_as_well() -> None:
    turnstile = Turnstile(concurrency=1, size=1, lookups=2)
    with turnstile.admission(), turnstile.admission(), turnstile.admission(), turnstile.admission():
        with pytest.raises(QueueFull) as caught, turnstile.admission():
            pass
        assert caught.value.retry_after >= 1
        async with turnstile.turn(soon()):
            assert turnstile.inside == 1
    assert turnstile.admitted == 0


async def test_cancelled_visit_gives_the_place_back() -> None:
    turnstile = Turnstile(concurrency=1, size=1)
    entered = asyncio.Event()

    async def visit() -> None:
        with turnstile.admission():
            async with turnstile.turn(soon()):
                entered.set()
                await asyncio.Event().wait()

    inside, waiting = asyncio.create_task(visit()), asyncio.create_task(visit())
    await entered.wait()
    assert (turnstile.admitted, turnstile.inside, turnstile.waiting) == (2, 1, 1)
    for task in (waiting, inside):
        task.cancel()
        await asyncio.wait([task])
    assert (turnstile.admitted, turnstile.inside, turnstile.waiting) == (0, 0, 0)


async def test_failure_inside_gives_the_place_back() -> None:
    turnstile = Turnstile(concurrency=1, size=0)
    with pytest.raises(RuntimeError):
        async with turnstile.turn(soon()):
            raise RuntimeError
    async with turnstile.turn(soon()):
        assert turnstile.inside == 1
