"""TensorFlow's import without its start-up lines; warnings and errors that matter still appear.

Those lines are written by C++ before any logging can be set up, whatever TF_CPP_MIN_LOG_LEVEL says.
So what is written to the standard error while TensorFlow is imported is held back, and then passed
on without them. Nothing that TensorFlow computes is changed.
"""

import importlib.util
import os
import re
import sys
import tempfile
from contextlib import contextmanager

# Lines of information ("I0000 ..."), and lines that come with every import of some builds.
NOISE = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog"
    rb"|I\d{4} \d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: I "
    rb"|To enable the following instructions:"
    rb"|[EW]\d{4} .*(factory for plugin cu|computation placer already registered)"
)


class QuietTensorFlow:
    """A finder of modules that wraps the import of TensorFlow, and of nothing else."""

    def find_spec(self, name, path=None, target=None):
        """Return the spec of TensorFlow as the others find it, with a quiet loader; else None."""
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec and spec.loader:
            execute = spec.loader.exec_module

            def quietly(module):
                with held_back():
                    execute(module)

            spec.loader.exec_module = quietly
        return spec


def install():
    """Make the next import of TensorFlow quiet."""
    if not any(isinstance(finder, QuietTensorFlow) for finder in sys.meta_path):
        sys.meta_path.insert(0, QuietTensorFlow())


@contextmanager
def held_back():
    """Hold back what is written to the standard error, then pass it on without the noise."""
    try:
        kept = os.dup(2)
    except OSError:  # a program without a standard error
        yield
        return
    with tempfile.TemporaryFile() as aside, os.fdopen(kept, "wb") as out:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            aside.seek(0)
            out.writelines(line for line in aside if not NOISE.match(line))
