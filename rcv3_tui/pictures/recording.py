"""The recording: a server gets a public IP, and loses it again."""

from __future__ import annotations

from rcv3_tui.pictures.stage import Play, Stage, stage
from rcv3_tui.pictures.svg import Moment, recording

SIZE = (100, 28)
"""Columns and rows: as few as show three panes."""

_KEY = 0.35
"""Seconds from one key to the next."""

_SECOND = 0.4
"""Seconds for which a second of the account is shown."""

_LONGEST = 30
"""Seconds of the account in which every change here has come to its end."""

_LETTER = 0.12
"""Seconds from one letter to the next."""


async def record() -> str:
    """Play it, and give the animated SVG."""
    async with stage(Play(), SIZE) as on_stage:
        reel = _Reel(on_stage)
        await reel.hold(1.2)
        await reel.keys("down", "down", "down")
        await reel.hold(0.8)
        await reel.keys("a")
        await reel.until("is ACTIVE")
        await reel.hold(2.0)
        await reel.keys("ctrl+d")
        await reel.hold(2.6)
        await reel.letters("203.0.113.15")
        await reel.keys("tab")
        await reel.hold(0.9)
        await reel.keys("enter")
        await reel.until("203.0.113.15 is removed")
        await reel.hold(2.0)
        return recording(reel.moments, "rcv3-tui --demo")


class _Reel:
    """What has been recorded."""

    def __init__(self, on_stage: Stage) -> None:
        self.moments: list[Moment] = []
        self._stage = on_stage

    async def hold(self, seconds: float) -> None:
        """Record what is seen, for some time."""
        frame = await self._stage.look()
        if self.moments and self.moments[-1].frame == frame:
            last = self.moments.pop()
            seconds += last.seconds
        self.moments.append(Moment(frame, seconds))

    async def until(self, words: str) -> None:
        """Record second after second until words are seen.

        Raises:
            RuntimeError: They are not, in a time that is long enough for anything here.
        """
        for _ in range(_LONGEST):
            await self._stage.wait(1.0)
            await self.hold(_SECOND)
            text = "\n".join("".join(part for part, _, _ in row) for row in self.moments[-1].frame)
            if words in text:
                return
        raise RuntimeError(f"not within {_LONGEST} s: {words}\n{text}")

    async def keys(self, *keys: str) -> None:
        """Press keys, and record what each does."""
        for key in keys:
            await self._stage.press(key)
            await self.hold(_KEY)

    async def letters(self, text: str) -> None:
        """Type a text, and record each letter."""
        for letter in text:
            await self._stage.type(letter)
            await self.hold(_LETTER)
