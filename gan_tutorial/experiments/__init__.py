"""The long runs behind the notebooks, one module a system: `gan-tutorial reproduce NAME`."""

from gan_tutorial import require_tensorflow

require_tensorflow()
