"""Memory goes back where the C library can give it, and nothing fails where it cannot."""

from __future__ import annotations

import sys

import pytest

from rcv3_tui import memory


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    memory._trim.cache_clear()


def test_it_can_be_given_back_again_and_again() -> None:
    memory.give_back()
    memory.give_back()


def test_another_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    memory.give_back()
    assert memory._trim() is None
    memory._trim.cache_clear()


def test_a_python_without_ctypes_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)
    memory.give_back()
    assert memory._trim() is None
    memory._trim.cache_clear()
