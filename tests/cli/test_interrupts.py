"""Ctrl-C is not lost where Python drops exceptions."""

import contextlib
import gc
import os
import signal
from collections.abc import Iterator

import pytest

from capest.cli.interrupts import Interrupts


@pytest.fixture(autouse=True)
def as_in_a_terminal() -> Iterator[None]:
    """What a shell puts in the background ignores Ctrl-C from its start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_that_a_callback_swallowed_is_raised_later() -> None:
    def press(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with Interrupts() as interrupts:
        interrupts.check()
        gc.callbacks.append(press)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                gc.collect()  # what a callback raises goes nowhere
        finally:
            gc.callbacks.remove(press)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_one_that_is_raised_as_usual() -> None:
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()


def test_who_ignores_it_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            os.kill(os.getpid(), signal.SIGINT)
            interrupts.check()
    finally:
        signal.signal(signal.SIGINT, before)
