"""The long runs behind the notebooks, one module a system: `gan-tutorial reproduce NAME`."""

import importlib

from gan_tutorial import require_tensorflow

require_tensorflow()


def parts(name):
    """Map a system's name, such as "lstm-gan", to its parts: a dict of name to function.

    A part is `f(data, folder, minutes)`: it trains, or resumes, and writes its
    result to the folder.
    """
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}").PARTS
