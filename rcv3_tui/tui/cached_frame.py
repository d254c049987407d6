"""The last main screen, stored on disk: the next start shows it before Textual is loaded.

A frame is what the terminal showed, cell by cell, and no resources. There is one file for each way
of starting the console and each size of the terminal. It names the configuration files that the
settings came from; if one of them differs now, the frame may be of another account, and is not
shown. A damaged, old or foreign file is dropped silently: the console starts without it.

Needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeAlias

from rcv3_tui.private_files import atomic_write, ensure_private_dir, open_private
from rcv3_tui.tui.sgr import PLAIN, ScreenCell, SgrStyle, transition

FORMAT = 1
"""The number of this file format; part of a start's key, so that other formats are not found."""

MAX_BYTES = 1024 * 1024
"""The size beyond which a frame is not stored."""

MIN_COLUMNS = 50
"""The width below which no frame is stored, as its age would not fit."""

MAX_FILES = 24
"""The number of frames that are stored; the oldest are deleted first."""

MAX_AGE = 14 * 86400.0
"""Seconds after which a frame is not shown, as for cached snapshots."""

_AHEAD = 5.0
"""Seconds that a frame may seem to be from the future; more, and the clock was set back."""

_FAINT = "2"
_BOLD = "1"

_GAP = 8
"""Blank cells in a row that are not dimmed, because it would not show; see `screen_diff`."""

FileState: TypeAlias = tuple[str, tuple[int, ...] | None]
"""A path, and what identifies the file and its content; None: there is no such file."""

Line: TypeAlias = tuple[ScreenCell, ...]


class Frame(NamedTuple):
    """A screen as it is shown at the next start: dimmed, with room for its age in the header."""

    columns: int
    rows: int
    taken_at: float
    """When the oldest part of it was read, in seconds since 1970."""
    lines: tuple[Line, ...]
    files: tuple[FileState, ...] = ()
    """The configuration files that the account was chosen by."""
    is_local: bool = False
    """Its times are those of this machine's time zone, not UTC."""

    def labelled(self, now: float) -> tuple[Line, ...]:
        """Return the lines with the age at the right end of the header.

        Args:
            now: The time, in seconds since 1970.
        """
        header = list(self.lines[0])
        base = header[-1][1]
        style = base._replace(attributes=_BOLD)
        label = age_label(self.taken_at, now, is_local=self.is_local)
        start = self.columns - 1 - len(label)
        if start > 1 and not header[start - 1][0]:
            # The second half of a wide character.
            header[start - 2] = (" ", base)
        header[start - 1 :] = [(" ", base), *((char, style) for char in label), (" ", base)]
        return (tuple(header), *self.lines[1:])


def age_label(taken_at: float, now: float, *, is_local: bool = False) -> str:
    """Return when a frame was taken and how long ago that is.

    Args:
        taken_at: When, in seconds since 1970.
        now: The time, in seconds since 1970.
        is_local: Show the time of this machine's time zone instead of UTC.
    """
    age = max(0.0, now - taken_at)
    form = "%H:%M %Z" if age < 86400 else "%Y-%m-%d %H:%M %Z"
    at = time.localtime(taken_at)
    if not is_local:
        form, at = form.replace("%Z", "UTC"), time.gmtime(taken_at)
    units = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
    size, unit = next((each for each in units if age >= each[0]), units[-1])
    when = time.strftime(form, at)
    return f"cached {when}, {int(age // size)}{unit} ago - loading"


def dimmed(line: Sequence[ScreenCell]) -> Line:
    """Return a line as a cached frame shows it: faint, without links, and printable."""
    cells: list[ScreenCell] = []
    for blank, group in groupby(line, key=lambda cell: cell[0] == " "):
        run = list(group)
        keep = blank and len(run) >= _GAP
        for text, style in run:
            shown = style._replace(link="") if keep else _faint(style)
            cells.append((text if text.isprintable() else "?", shown))
    return tuple(cells)


def _faint(style: SgrStyle) -> SgrStyle:
    codes = [code for code in style.attributes.split(";") if code and code != _BOLD]
    return SgrStyle(";".join([*codes, _FAINT]), style.front, style.back)


def render(lines: Sequence[Line]) -> str:
    """Return the text with escape sequences that writes lines from the top of the screen on."""
    pieces: list[str] = []
    style = PLAIN
    for number, line in enumerate(lines, start=1):
        pieces.append(f"\x1b[{number};1H")
        for wanted, group in groupby(line, key=lambda cell: cell[1]):
            pieces.append(transition(style, wanted))
            pieces.extend(text for text, _ in group)
            style = wanted
    pieces.append(transition(style, PLAIN))
    return "".join(pieces)


# -- files ----------------------------------------------------------------------------------------


def file_states(paths: Iterable[str]) -> tuple[FileState, ...]:
    """Return the states of files as they are now; see `FileState`."""
    return tuple((path, _identity(path)) for path in dict.fromkeys(paths))


def _identity(path: str) -> tuple[int, ...] | None:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return (
        found.st_dev,
        found.st_ino,
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
        found.st_mode,
    )


class FrameStore:
    """The frames of one way of starting the console.

    Args:
        directory: The directory of all frames; it is made at the first write.
        key: Identifies the command line, the environment and the version of the program.
    """

    def __init__(self, directory: Path, key: str) -> None:
        self._directory = directory
        self._key = key

    def _path(self, columns: int, rows: int) -> Path:
        return self._directory / f"{self._key}-{columns}x{rows}.json"

    def load(self, columns: int, rows: int, now: float) -> Frame | None:
        """Return the frame for a size; None if there is none that may be shown.

        Args:
            columns: The width of the terminal.
            rows: Its height.
            now: The time, in seconds since 1970.
        """
        path = self._path(columns, rows)
        try:
            with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError:
            return None
        frame = decode(data)
        if (
            frame is None
            or (frame.columns, frame.rows) != (columns, rows)
            or columns < MIN_COLUMNS
            or not -_AHEAD <= now - frame.taken_at <= MAX_AGE
        ):
            with suppress(OSError):
                path.unlink()
            return None
        return frame if file_states(path for path, _ in frame.files) == frame.files else None

    def save(self, frame: Frame) -> None:
        """Store a frame in place of the earlier one of its size; blocks.

        Raises:
            OSError: It cannot be written.
        """
        data = encode(frame)
        if len(data) > MAX_BYTES or frame.columns < MIN_COLUMNS:
            return
        ensure_private_dir(self._directory.parent)
        ensure_private_dir(self._directory)
        atomic_write(self._path(frame.columns, frame.rows), [data])
        frames = sorted(self._directory.glob("*.json"), key=_modified, reverse=True)
        for path in frames[MAX_FILES:]:
            path.unlink(missing_ok=True)

    def delete(self) -> None:
        """Delete the frames of this way of starting, of all sizes.

        Raises:
            OSError: They cannot be deleted.
        """
        for path in self._directory.glob(f"{self._key}-*.json"):
            path.unlink(missing_ok=True)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def encode(frame: Frame) -> bytes:
    """Return the content of a frame's file."""
    styles: dict[SgrStyle, int] = {}
    lines = [list(_runs(line, styles)) for line in frame.lines]
    content = {
        "format": FORMAT,
        "size": [frame.columns, frame.rows],
        "taken_at": frame.taken_at,
        "files": frame.files,
        "local": frame.is_local,
        "styles": [style[:3] for style in styles],
        "lines": lines,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def _runs(line: Line, styles: dict[SgrStyle, int]) -> Iterator[tuple[str | list[str], int]]:
    """Yield the runs of a line: its text, or its cells if one is not a single character."""
    for style, group in groupby(line, key=lambda cell: cell[1]):
        cells = [text for text, _ in group]
        number = styles.setdefault(style, len(styles))
        yield ("".join(cells) if all(len(text) == 1 for text in cells) else cells), number


def decode(data: bytes) -> Frame | None:
    """Return the frame of a file's content; None if it is damaged or of another format."""
    try:
        content = json.loads(data)
        if content["format"] != FORMAT:
            return None
        columns, rows = map(int, content["size"])
        styles = [SgrStyle(*map(_code, style)) for style in content["styles"]]
        lines = tuple(
            tuple((_text(text), styles[number]) for run, number in line for text in run)
            for line in content["lines"]
        )
        files = tuple(
            (str(path), None if state is None else tuple(map(int, state)))
            for path, state in content["files"]
        )
        taken_at = float(content["taken_at"])
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None
    if len(lines) != rows or not rows or any(len(line) != columns for line in lines):
        return None
    return Frame(columns, rows, taken_at, lines, files, content.get("local") is True)


def _code(code: object) -> str:
    """Return the numbers of an SGR sequence; nothing else may reach the terminal."""
    if not isinstance(code, str) or not set(code) <= set("0123456789;"):
        raise ValueError("not SGR codes")
    return code


def _text(text: object) -> str:
    if not isinstance(text, str) or not text.isprintable():
        raise ValueError("not the text of a cell")
    return text
