"""Ctrl-C that waits until what must be whole is whole."""

import signal
import threading
from contextlib import contextmanager


@contextmanager
def interrupts_wait():
    """Hold Ctrl-C back until the block is done, so that no step is half counted.

    What the block gets is a list that is no longer empty once Ctrl-C was pressed.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield []
        return
    pressed = []
    signal.signal(signal.SIGINT, lambda *args: pressed.append(args))
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, handler)
    if pressed:
        handler(*pressed[0])
