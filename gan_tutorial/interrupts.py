"""Ctrl-C that waits until what must be whole is whole."""

import signal
import threading
from contextlib import contextmanager


class Held:
    """What was pressed while Ctrl-C waits; true where there is something."""

    def __init__(self, handler=None):
        self._pressed, self._handler = [], handler

    def __bool__(self):
        return bool(self._pressed)

    def add(self, *signal_and_frame):
        """Keep what the system says of a press."""
        self._pressed.append(signal_and_frame)

    def deliver(self):
        """Let the program's own handler hear it, once; Python's raises KeyboardInterrupt."""
        if self._pressed:
            first, self._pressed = self._pressed[0], []
            self._handler(*first)


@contextmanager
def interrupts_wait():
    """Hold Ctrl-C back until the block is done, or asks the `Held` that it gets to deliver it."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield Held()
        return
    held = Held(handler)
    signal.signal(signal.SIGINT, held.add)
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, handler)
    held.deliver()
