"""How questions are put: on a terminal, or by reading lines from a pipe."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from getpass import GetPassWarning, getpass
from typing import Protocol

from rcv3_tui.model.text import ascii_only, clean
from rcv3_tui.settings import Secret


class NoAnswer(Exception):  # noqa: N818 - what happened
    """There was no answer to a question; the text says which, and what to do."""


class Asker(Protocol):
    """Puts questions and says things."""

    def say(self, text: str) -> None:
        """Say something that whoever answers should know."""
        ...

    def ask(self, what: str, default: str = "", *, choices: Sequence[str] = ()) -> str:
        """Ask for a text.

        Args:
            what: What is asked for.
            default: What no answer stands for.
            choices: The only answers there are.

        Raises:
            NoAnswer: There is none, or not one of the choices.
        """
        ...

    def ask_secret(self, what: str) -> Secret:
        """Ask for what nobody may see.

        Raises:
            NoAnswer: There is none.
        """
        ...


class TerminalAsker:
    """Asks on the terminal; what is said goes to stderr.

    Args:
        plain: Spell what is not ASCII.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain

    def say(self, text: str) -> None:
        """See `Asker.say`."""
        sys.stderr.write(f"{self._spelled(text)}\n")
        sys.stderr.flush()

    def ask(self, what: str, default: str = "", *, choices: Sequence[str] = ()) -> str:
        """See `Asker.ask`; asks again where the answer is no choice."""
        among = f" ({', '.join(choices)})" if choices else ""
        otherwise = f" [{default}]" if default else ""
        while True:
            sys.stderr.write(self._spelled(f"{what}{among}{otherwise}: "))
            sys.stderr.flush()
            line = sys.stdin.readline()
            if not line:
                sys.stderr.write("\n")
                raise NoAnswer(f"no answer for {what}; nothing was kept")
            answer = line.strip() or default
            if not answer:
                continue
            if not choices or answer in choices:
                return answer
            near = [each for each in choices if each.startswith(answer.lower())]
            if len(near) == 1:
                return near[0]
            self.say(f"one of {', '.join(choices)}, please")

    def ask_secret(self, what: str) -> Secret:
        """See `Asker.ask_secret`; nothing of it is echoed, or it is not asked for."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", GetPassWarning)
                text = getpass(self._spelled(f"{what} (not shown): "), stream=sys.stderr)
        except GetPassWarning:
            raise NoAnswer(
                f"this terminal cannot hide what is typed; give the {what} through a pipe"
            ) from None
        except EOFError:
            raise NoAnswer(f"no answer for {what}; nothing was kept") from None
        if not text.strip():
            raise NoAnswer(f"the {what} is empty; nothing was tried")
        return Secret(text)

    def _spelled(self, text: str) -> str:
        text = clean(text)
        return ascii_only(text) if self._plain else text


class PipeAsker:
    """Reads answers from a pipe, one a line; asks nothing and chooses every default."""

    def say(self, text: str) -> None:
        """See `Asker.say`; a script reads the exit code and the last line alone."""

    def ask(self, what: str, default: str = "", *, choices: Sequence[str] = ()) -> str:
        """See `Asker.ask`; only what has no default is read."""
        del choices
        return default or self._line(what)

    def ask_secret(self, what: str) -> Secret:
        """See `Asker.ask_secret`."""
        return Secret(self._line(what))

    @staticmethod
    def _line(what: str) -> str:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line.strip():
            raise NoAnswer(f"no line on stdin for the {what}; see rcv3-tui login --help")
        return line


def asker(*, plain: bool) -> Asker:
    """Choose how to ask: on a terminal where stdin is one."""
    return TerminalAsker(plain=plain) if sys.stdin.isatty() else PipeAsker()
