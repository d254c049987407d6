"""A key's picture does not wait for the one before it to be a sixtieth of a second old."""

from __future__ import annotations

import asyncio

import pytest

from rcv3_tui.tui import paint_timer
from rcv3_tui.tui.paint_timer import PaintTimer


@pytest.fixture
def painted() -> list[str]:
    return []


@pytest.fixture
def timer(painted: list[str], monkeypatch: pytest.MonkeyPatch) -> PaintTimer:
    # So long that a test which waits for it would be seen to hang.
    monkeypatch.setattr(paint_timer, "_PERIOD", 3600.0)

    def failed(error: Exception) -> None:
        raise AssertionError from error

    return PaintTimer(lambda: painted.append("picture"), failed)


async def until(painted: list[str], count: int) -> None:
    async with asyncio.timeout(30):
        while len(painted) < count:  # noqa: ASYNC110 - a timer of the loop
            await asyncio.sleep(0.001)


async def test_what_is_asked_for_several_times_is_painted_once(
    timer: PaintTimer, painted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paint_timer, "_PERIOD", 0.0)
    timer.resume()
    timer.resume()
    await until(painted, 1)
    await asyncio.sleep(0)
    assert painted == ["picture"]


async def test_a_key_is_painted_however_new_the_last_picture_is(
    timer: PaintTimer, painted: list[str]
) -> None:
    timer._tick()
    timer.resume()
    await asyncio.sleep(0.01)
    assert len(painted) == 1
    timer.key_was_pressed()
    await until(painted, 2)
    timer.resume()
    await until(painted, 3)


async def test_nothing_is_painted_after_a_pause(timer: PaintTimer, painted: list[str]) -> None:
    timer.key_was_pressed()
    timer.resume()
    timer.pause()
    await asyncio.sleep(0.01)
    assert painted == []


async def test_an_error_in_painting_is_told_and_painting_goes_on() -> None:
    errors: list[Exception] = []

    def paint() -> None:
        raise ValueError("no")

    timer = PaintTimer(paint, errors.append)
    for count in (1, 2):
        timer.key_was_pressed()
        timer.resume()
        async with asyncio.timeout(30):
            while len(errors) < count:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.001)
    assert [str(error) for error in errors] == ["no", "no"]
