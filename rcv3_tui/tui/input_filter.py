"""Drops terminal input that is neither a key nor a report that Textual requested.

A terminal may reply to queries of another program: its type, its colors, its title, the clipboard.
Textual reads an unknown reply as single keys, and each letter of it runs a command. This filter
splits the stream into whole sequences (ECMA-48) and drops all others, however they were split over
reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

from rcv3_tui.tui.textual_compat import functional_keys, key_sequences

_ESC: Final = "\x1b"
_BEL: Final = "\x07"
_CANCELS: Final = "\x18\x1a"
_STRINGS: Final = "PX]^_"
"""After Escape: DCS, SOS, OSC, PM, APC."""
_C1_OPENERS: Final = "\x8f\x90\x98\x9b\x9d\x9e\x9f"
"""The same introducers, CSI and SS3 as single characters."""
_XON: Final = "\x11"
"""Serial terminals send it unasked; as Ctrl+Q it would quit."""
_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_NAN: Final = re.compile(r"[\[<?;]Na?\Z")
"""Terminals in web pages write `NaN` for a number that they could not compute."""

_LONGEST: Final = 64
"""Characters of a control sequence that are stored; no key has as many."""

ALONE_SECONDS: Final = 0.05
"""After this gap, a character after Escape was pressed separately, not with Alt."""
QUIET_SECONDS: Final = 0.1
"""How long after a dropped sequence plain characters count as its remainder."""
QUIET_LIMIT: Final = 1.0
"""How long that can last while characters arrive."""
STALLED_SECONDS: Final = 0.5
"""Silence after which an unfinished sequence is dropped."""
STRING_LIMIT: Final = 2.0
"""How long an unterminated string can last; then a short silence ends it."""
PASTE_STALLED_SECONDS: Final = 2.0
"""Silence after which a paste without an end marker ends."""

_REPORTS: Final = re.compile(
    r"\x1b\[(?:[IO]"  # focus
    r"|\?20(?:26|48);\d\$y"  # synchronized output, resize reports
    r"|\d{1,4};\d{1,4}R"  # cursor position
    r"|<\d{1,4};-?\d{1,5};-?\d{1,5}[Mm]"  # mouse
    r")\Z"
)
"""The reports that Textual requests."""

_RESIZED: Final = re.compile(r"\x1b\[48;(\d{1,4})(?::\d+)*;(\d{1,4})(?::\d+)*(?:;[\d:]{1,12}){2}t")
_OTHER_MOUSE: Final = re.compile(r"\x1b\[\d+;\d+;\d+M")
_EXTENDED: Final = re.compile(r"\x1b\[([\d:]*)(?:;([\d:]*))?(?:;([\d:]*))?([u~ABCDEFHPQRS])")
_COMMAND_MODIFIERS: Final = 0b111110
"""Alt, Ctrl, Super, Hyper, Meta."""
_MODIFIER_KEYS: Final = frozenset([*range(57358, 57361), *range(57441, 57455)])
"""Modifier keys: Shift, Ctrl, Caps Lock and others."""


class _Mode(Enum):
    PLAIN = auto()
    SEQUENCE = auto()
    STRING = auto()
    PASTE = auto()


class InputFilter:
    """Splits terminal input into keys, reports and pastes; drops everything else.

    Args:
        clock: Returns monotonic seconds.
        escape_delay: Seconds after which a lone Escape counts as the Escape key.
    """

    def __init__(self, clock: Callable[[], float], escape_delay: float) -> None:
        self._clock = clock
        self._escape_delay = escape_delay
        self._mode = _Mode.PLAIN
        self._held = ""
        """The received part of a sequence; in a string or a paste: of its end."""
        self._began = 0.0
        self._last = 0.0
        self._quiet_until = self._quiet_limit = float("-inf")

    def feed(self, text: str) -> list[str]:
        """Process what was read.

        Args:
            text: The characters, in any split.

        Returns:
            Complete pieces: plain text, or one whole sequence that begins with Escape.
        """
        now = self._clock()
        pieces = self._expired(now)
        for character in text:
            if "\x80" <= character <= "\x9f":
                for part in self._as_escape(character, now):
                    _join(pieces, self._take(part, now))
            else:
                _join(pieces, self._take(character, now))
        return pieces

    def expire(self) -> list[str]:
        """Return the pieces that are complete because nothing followed."""
        return self._expired(self._clock())

    @property
    def due(self) -> float | None:
        """Seconds until `expire` must be called; None if nothing is incomplete."""
        patience = self._patience()
        return None if patience is None else max(0.0, self._last + patience - self._clock())

    # -- time ---------------------------------------------------------------------------------

    def _patience(self) -> float | None:
        """Seconds of silence that end what is being read."""
        match self._mode:
            case _Mode.PLAIN:
                return None
            case _Mode.SEQUENCE:
                return self._escape_delay if self._held == _ESC else STALLED_SECONDS
            case _Mode.STRING:
                is_long = self._last - self._began > STRING_LIMIT
                return QUIET_SECONDS if is_long else STALLED_SECONDS
            case _Mode.PASTE:
                return PASTE_STALLED_SECONDS

    def _expired(self, now: float) -> list[str]:
        patience = self._patience()
        if patience is None or now - self._last < patience:
            return []
        is_escape = self._mode is _Mode.SEQUENCE and self._held == _ESC
        is_paste = self._mode is _Mode.PASTE
        self._mode, self._held = _Mode.PLAIN, ""
        if is_escape:
            return [_ESC]
        if is_paste:
            return [_PASTE_END]
        self._fall_quiet(now)
        return []

    def _fall_quiet(self, now: float) -> None:
        self._quiet_until = now + QUIET_SECONDS
        self._quiet_limit = now + QUIET_LIMIT

    # -- characters ---------------------------------------------------------------------------

    def _as_escape(self, character: str, now: float) -> str:
        """Return a C1 control character as an Escape sequence; an unused one is dropped."""
        in_string = self._mode is _Mode.STRING
        if character in _C1_OPENERS or (in_string and character == "\x9c"):
            return _ESC + chr(ord(character) - 0x40)
        if self._mode is _Mode.PLAIN:
            self._fall_quiet(now)
        return ""

    def _take(self, character: str, now: float) -> list[str]:
        before, self._last = self._last, now
        match self._mode:
            case _Mode.PASTE:
                return self._take_pasted(character)
            case _Mode.STRING:
                self._take_of_string(character, now)
                return []
            case _Mode.SEQUENCE:
                return self._take_of_sequence(character, now, now - before)
            case _Mode.PLAIN:
                return self._take_plain(character, now)

    def _take_plain(self, character: str, now: float) -> list[str]:
        if character == _ESC:
            self._begin(now)
            return []
        if now < self._quiet_until:
            self._quiet_until = min(now + QUIET_SECONDS, self._quiet_limit)
            return []
        return [] if character == _XON else [character]

    def _begin(self, now: float) -> None:
        self._mode, self._held, self._began = _Mode.SEQUENCE, _ESC, now

    def _take_of_string(self, character: str, now: float) -> None:
        if character in _BEL + _CANCELS or (self._held and character == "\\"):
            self._end_dropped(now)
        elif self._held and character in "[O" + _STRINGS:
            # An Escape that does not end the string cancels it.
            self._begin(now)
            self._take_of_sequence(character, now, 0.0)
        else:
            self._held = _ESC if character == _ESC else ""

    def _end_dropped(self, now: float) -> None:
        self._mode, self._held = _Mode.PLAIN, ""
        self._fall_quiet(now)

    def _take_pasted(self, character: str) -> list[str]:
        held = self._held + character
        if held == _PASTE_END:
            self._mode, self._held = _Mode.PLAIN, ""
            return [_PASTE_END]
        if _PASTE_END.startswith(held):
            self._held = held
            return []
        # Text that began like the end marker.
        text = self._held.removeprefix(_ESC)
        self._held = ""
        if character == _ESC:
            self._held = _ESC
        elif character.isprintable() or character in "\t\r\n":
            text += character
        return [text] if text else []

    def _take_of_sequence(self, character: str, now: float, gap: float) -> list[str]:
        held = self._held
        if held == _ESC:
            return self._take_after_escape(character, now, gap)
        if held.startswith("\x1b[M"):
            # The oldest mouse protocol: three bytes of any value.
            self._held += character
            return self._end(now) if len(self._held) >= len("\x1b[M...") else []
        if character == _ESC:
            self._fall_quiet(now)
            self._begin(now)
            return []
        if not "\x20" <= character <= "\x7e":
            self._end_dropped(now)
            return []
        self._held = (held + character)[:_LONGEST]
        return [] if self._goes_on(held, character) else self._end(now, character)

    def _goes_on(self, held: str, character: str) -> bool:
        """Return whether a sequence continues after this character."""
        if held.startswith("\x1bO"):
            return character.isdigit() or character == ";"
        if character == "[" and held == "\x1b[":
            # The function keys of the Linux console.
            return True
        if character == "M" and held == "\x1b[":
            return True
        if character in "Na" and _NAN.search(held + character):
            return True
        if character == "N" and held.endswith("Na"):
            return True
        return character < "@" and held + character not in key_sequences()

    def _take_after_escape(self, character: str, now: float, gap: float) -> list[str]:
        if character == _ESC:
            self._begin(now)
            return [_ESC]
        if character in _STRINGS:
            self._mode, self._held = _Mode.STRING, ""
            return []
        if character in "[O":
            self._held += character
            return []
        self._mode, self._held = _Mode.PLAIN, ""
        if character == "\\" and self._began < self._quiet_until:
            # The end of a string that was dropped at a BEL inside it.
            return []
        if gap >= ALONE_SECONDS:
            return [_ESC, *self._take_plain(character, now)]
        sequence = _ESC + character
        if character.isprintable() or sequence in key_sequences():
            return [] if character == "\\" else [sequence]
        self._fall_quiet(now)
        return []

    def _end(self, now: float, character: str = "") -> list[str]:
        sequence = self._held
        if character and not sequence.endswith(character):
            # Too long to be a key.
            sequence = ""
        self._mode, self._held = _Mode.PLAIN, ""
        if sequence == _PASTE_START:
            self._mode = _Mode.PASTE
            return [sequence]
        piece = understood(sequence)
        if piece is None:
            self._fall_quiet(now)
            return []
        return [piece] if piece else []


def _join(pieces: list[str], more: list[str]) -> None:
    """Append pieces; plain text is joined with plain text before it."""
    for piece in more:
        is_plain = bool(pieces) and not pieces[-1].startswith(_ESC) and not piece.startswith(_ESC)
        if is_plain:
            pieces[-1] += piece
        else:
            pieces.append(piece)


def understood(sequence: str) -> str | None:
    """Return a whole sequence in a form that Textual parses completely.

    Args:
        sequence: The sequence, from Escape to its final character.

    Returns:
        The sequence to forward; empty for a key report without a key press; None for a sequence
        that is neither a key nor a requested report.
    """
    if _REPORTS.match(sequence):
        return sequence
    if resized := _RESIZED.fullmatch(sequence):
        rows, columns = map(int, resized.groups())
        return sequence if 0 < rows <= 1000 and 0 < columns <= 2000 else None
    if _OTHER_MOUSE.fullmatch(sequence) or sequence.startswith("\x1b[M"):
        return ""
    if extended := _EXTENDED.fullmatch(sequence):
        return _extended_key(*extended.groups(default=""))
    return sequence if sequence in key_sequences() else None


def _extended_key(code: str, modifiers: str, text: str, final: str) -> str | None:
    """Return a key in the kitty protocol's form, without its sub-parameters.

    See https://sw.kovidgoyal.net/kitty/keyboard-protocol/
    """
    if ":" in modifiers:
        # Event types were not requested: this report was meant for another program.
        return ""
    number, _, alternates = code.partition(":")
    characters = [int(each) for each in text.split(":") if each] if text else []
    if max(map(len, (number, modifiers, *text.split(":")))) > len("1114111"):
        return ""
    key, bits = int(number or "1"), int(modifiers or "1") - 1
    if final != "u":
        return f"\x1b[{number}{_tail(modifiers, '')}{final}" if _is_functional(key, final) else None
    base = alternates.rpartition(":")[2] if ":" in alternates else ""
    if base and len(base) < 4 and bits & _COMMAND_MODIFIERS and key > 0x7F and not text:
        # Ctrl with a letter of another script: use the key at the same place of a Latin keyboard.
        key = int(base)
    if key in _MODIFIER_KEYS or not all(map(_is_text, characters)):
        return ""
    if not (_is_functional(key, final) or _is_text(key) or (key == 0 and characters)):
        return ""
    return f"\x1b[{key}{_tail(modifiers, text)}u"


def _tail(modifiers: str, text: str) -> str:
    if text:
        return f";{modifiers};{text}"
    return f";{modifiers}" if modifiers else ""


def _is_functional(key: int, final: str) -> bool:
    return f"{key}{final}" in functional_keys()


def _is_text(code: int) -> bool:
    """Return whether a code point is a printable character."""
    if code > 0x10FFFF or 0xE000 <= code <= 0xF8FF:
        return False
    return chr(code).isprintable()
