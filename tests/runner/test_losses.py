"""How a kernel was lost: whichever happens first, and a flood before all that follows from it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from grader.runner import losses
from grader.runner.losses import KernelLost, Loss, until_lost
from grader.runner.relay import Allowance
from grader.runner.watchdog import Excess, Watch

WATCH = Watch(0, Path(), 0, 0)


async def never() -> Loss:
    await asyncio.Event().wait()
    raise AssertionError


def ends_as(loss: Loss) -> object:
    async def ended() -> Loss:
        return loss

    return ended


@pytest.mark.parametrize("loss", [Loss.DIED, Loss.ZYGOTE_DIED])
def test_an_end_is_told_as_it_is(loss: Loss) -> None:
    assert asyncio.run(until_lost(ends_as(loss), (Allowance(1),), None)) is loss  # type: ignore[arg-type]


def test_too_much_output_is_a_flood_even_where_the_kernel_died_of_it() -> None:
    async def run() -> Loss:
        allowances = (Allowance(1), Allowance(1))
        allowances[1].take(2)
        return await until_lost(ends_as(Loss.DIED), allowances, None)  # type: ignore[arg-type]

    assert asyncio.run(run()) is Loss.FLOODED_OUTPUT


def test_a_flood_that_comes_later_is_noticed() -> None:
    async def run() -> Loss:
        allowance = Allowance(1)
        waiting = asyncio.create_task(until_lost(never, (allowance,), None))
        await asyncio.sleep(0)
        allowance.take(2)
        return await asyncio.wait_for(waiting, 20)

    assert asyncio.run(run()) is Loss.FLOODED_OUTPUT


@pytest.mark.parametrize(
    ("excess", "loss"),
    [
        (Excess.MEMORY, Loss.OUT_OF_MEMORY),
        (Excess.THREADS, Loss.OUT_OF_MEMORY),
        (Excess.DISK, Loss.FILLED_DISK),
    ],
)
def test_what_the_watchdog_sees_is_named(monkeypatch: pytest.MonkeyPatch, excess: Excess, loss: Loss) -> None:
    async def seen(_watch: Watch) -> Excess:
        return excess

    monkeypatch.setattr(losses, "until_excess", seen)
    assert asyncio.run(until_lost(never, (), WATCH)) is loss


def test_whoever_stops_waiting_leaves_no_task() -> None:
    async def run() -> set[asyncio.Task[object]]:
        waiting = asyncio.create_task(until_lost(never, (Allowance(1),), None))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(run()) == set()


@pytest.mark.parametrize("loss", list(Loss))
def test_only_the_zygotes_death_is_nobodys_fault(loss: Loss) -> None:
    assert KernelLost(loss).by_grader is (loss is Loss.ZYGOTE_DIED)
