"""Which screens are stored for the next start, and with what age."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.geometry import Region

from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Credentials, Secret, SecretKind
from rcv3_tui.simulator import Account
from rcv3_tui.simulator.faults import Fault
from rcv3_tui.sync.events import ConnectionState
from rcv3_tui.tui.cached_frame import Frame, FrameStore, decode
from rcv3_tui.tui.frame_recorder import FrameRecorder, is_recorded
from rcv3_tui.tui.textual_compat import LayoutUpdate
from tests.support.console import SERVERS, Console, Opening, settings_for


class Recording:
    """A recorder on a console that runs; a headless app writes nothing, so this paints for it."""

    def __init__(self, console: Console, directory: Path) -> None:
        self.console = console
        self.directory = directory / "cache" / "frames"
        self.recorder = FrameRecorder(FrameStore(self.directory, "key"))
        console.app.recorder = self.recorder
        self.recorder.attach(console.app, console.screen, console.app._buffer)

    def paint(self) -> None:
        """Paint the screen in front, as Textual does on a terminal."""
        self.recorder.before_paint()
        strips = self.console.app.screen._compositor.render_strips()
        size = self.console.app.size
        region = Region(0, 0, size.width, size.height)
        self.console.app._buffer.difference(LayoutUpdate([[strip] for strip in strips], region))

    def stored(self) -> Frame | None:
        """Record, and return what is stored then."""
        self.recorder.record()
        paths = list(self.directory.glob("*"))
        return decode(paths[0].read_bytes()) if paths else None


def text_of(frame: Frame | None) -> str:
    assert frame is not None
    return "\n".join("".join(text for text, _ in line) for line in frame.lines)


async def test_main_screen_is_stored_without_the_right_part_of_its_header(
    opened: Opening, tmp_path: Path
) -> None:
    async with opened() as console:
        recording = Recording(console, tmp_path)
        recording.paint()
        text = text_of(recording.stored())
    header, rest = text.split("\n", 1)
    assert "acme" in header
    assert "live" not in header
    assert "web-01" in rest


async def test_age_is_that_of_the_data(opened: Opening, tmp_path: Path) -> None:
    async with opened() as console:
        recording = Recording(console, tmp_path)
        recording.paint()
        first = recording.stored()
        assert first is not None
        assert abs(first.taken_at - console.clock.timestamp()) < 30
        console.account.faults.add(Fault.status(500, body="broken", times=99))
        await console.advance(120)
        assert ConnectionState.STALE.value in console.header
        recording.paint()
        second = recording.stored()
        assert second is not None
        assert abs(second.taken_at - first.taken_at) < 30


async def test_nothing_is_stored_before_the_account_was_read(
    opened: Opening, tmp_path: Path
) -> None:
    async with opened(wait=False) as console:
        recording = Recording(console, tmp_path)
        recording.paint()
        assert recording.stored() is None


@pytest.mark.parametrize("key", ["question_mark", "slash", "enter"])
async def test_screen_covered_by_a_dialog_is_not_stored(
    opened: Opening, tmp_path: Path, key: str
) -> None:
    async with opened() as console:
        recording = Recording(console, tmp_path)
        recording.paint()
        covered = text_of(recording.stored())
        await console.press(key)
        recording.paint()
        assert text_of(recording.stored()) == covered


async def test_masked_screen_is_not_stored_and_the_stored_one_is_deleted(
    opened: Opening, tmp_path: Path
) -> None:
    async with opened() as console:
        recording = Recording(console, tmp_path)
        recording.paint()
        assert recording.stored() is not None
        await console.press("P")
        assert list(recording.directory.glob("*")) == []
        recording.paint()
        assert recording.stored() is None


async def test_another_theme_is_not_stored(opened: Opening, tmp_path: Path) -> None:
    async with opened() as console:
        recording = Recording(console, tmp_path)
        await console.command("theme nord")
        recording.paint()
        assert recording.stored() is None


async def test_another_account_is_not_stored(opened: Opening, tmp_path: Path) -> None:
    async with opened() as console:
        recording = Recording(console, tmp_path)
        console.app.open_account(opened.settings)
        await console.settle()
        recording.paint()
        assert recording.stored() is None


async def test_regions_chosen_in_the_console_are_not_stored(
    clock: ManualClock, tmp_path: Path
) -> None:
    account = Account(now=clock.timestamp, regions=("IAD", "DFW"))
    for region in account.regions:
        account.add_network(region=region)
        account.add_server(f"web-{region.lower()}", region=region)
    settings = replace(settings_for(account), regions=("IAD",))
    async with Opening(account, clock, settings)() as console:
        recording = Recording(console, tmp_path)
        recording.paint()
        own = text_of(recording.stored())
        await console.command("region DFW")
        await console.advance(2)
        assert console.names(SERVERS) == ["web-dfw"]
        recording.paint()
        assert text_of(recording.stored()) == own
        await console.command("region IAD")
        await console.advance(2)
        recording.paint()
        assert "web-iad" in text_of(recording.stored())
        await console.command("region all")
        await console.advance(2)
        recording.paint()
        assert "web-dfw" not in text_of(recording.stored())


async def test_stopped_recorder_stores_nothing(opened: Opening, tmp_path: Path) -> None:
    async with opened() as console:
        recording = Recording(console, tmp_path)
        recording.recorder.stop()
        recording.paint()
        assert recording.stored() is None


async def test_unwritable_cache_is_logged_once(
    opened: Opening, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file, where a directory should be")
    async with opened() as console:
        recording = Recording(console, tmp_path)
        for _ in range(2):
            recording.paint()
            recording.recorder.record()
    assert caplog.text.count("the screen is not cached") == 1


def test_no_frames_for_simulated_accounts_tokens_or_screen_readers(
    opened: Opening, tmp_path: Path
) -> None:
    settings = replace(opened.settings, cache_dir=tmp_path)
    assert is_recorded(settings)
    assert not is_recorded(replace(settings, demo="small"))
    assert not is_recorded(replace(settings, plain=True))
    assert not is_recorded(replace(settings, cache=False))
    assert not is_recorded(replace(settings, credentials=None))
    token = Credentials.of(SecretKind.TOKEN, "ops", Secret("t"))
    assert not is_recorded(replace(settings, credentials=token))
