"""Records an animation: a server gets a public IP, which is then removed."""

from __future__ import annotations

from tests.screenshots.session import SceneSetup, Session, open_session
from tests.screenshots.svg import Frame, render_animation

SIZE = (100, 28)
"""Columns and rows; the fewest at which three panes are shown."""

_KEY = 0.35
"""Seconds from one key to the next."""

_SECOND = 0.4
"""Seconds of the recording for one second of the account."""

_LONGEST = 30
"""Seconds of the account after which every operation here has finished."""

_LETTER = 0.12
"""Seconds from one letter to the next."""


async def record() -> str:
    """Return the recording as an animated SVG file."""
    async with open_session(SceneSetup(), SIZE) as session:
        recorder = _Recorder(session)
        await recorder.hold(1.2)
        await recorder.keys("down", "down", "down")
        await recorder.hold(0.8)
        await recorder.keys("a")
        await recorder.hold(1.6)
        await recorder.keys("enter")
        await recorder.until("is ACTIVE")
        await recorder.hold(2.0)
        await recorder.keys("ctrl+d")
        await recorder.hold(2.6)
        await recorder.letters("203.0.113.20")
        await recorder.keys("tab")
        await recorder.hold(0.9)
        await recorder.keys("enter")
        await recorder.until("203.0.113.20 is removed")
        await recorder.hold(2.0)
        return render_animation(recorder.frames, "rcv3-tui --demo")


class _Recorder:
    """Records frames of a session."""

    def __init__(self, session: Session) -> None:
        self.frames: list[Frame] = []
        self._session = session

    async def hold(self, seconds: float) -> None:
        """Show the screen for some seconds."""
        capture = await self._session.capture()
        if self.frames and self.frames[-1].capture == capture:
            last = self.frames.pop()
            seconds += last.seconds
        self.frames.append(Frame(capture, seconds))

    async def until(self, words: str) -> None:
        """Record one second after the other until a text is on the screen.

        Raises:
            RuntimeError: The text did not appear in time.
        """
        for _ in range(_LONGEST):
            await self._session.wait(1.0)
            await self.hold(_SECOND)
            text = "\n".join("".join(part for part, _, _ in row) for row in self.frames[-1].capture)
            if words in text:
                return
        raise RuntimeError(f"not within {_LONGEST} s: {words}\n{text}")

    async def keys(self, *keys: str) -> None:
        """Press keys and record the screen after each."""
        for key in keys:
            await self._session.press(key)
            await self.hold(_KEY)

    async def letters(self, text: str) -> None:
        """Type a text and record the screen after each letter."""
        for letter in text:
            await self._session.type(letter)
            await self.hold(_LETTER)
