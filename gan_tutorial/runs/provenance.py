"""On what a run was made: the machine, and the versions that decide its numbers."""

import os
import platform
from pathlib import Path

import keras
import numpy as np
import scipy
import sklearn
import tensorflow as tf

import gan_tutorial


def machine():
    """Return what the machine is, one line, such as "Linux x86_64, 2 cores, AMD EPYC"."""
    cpu = [line.split(":")[1].strip() for line in _cpu_info() if line.startswith("model name")]
    parts = [f"{platform.system()} {platform.machine()}", f"{os.cpu_count()} cores", *cpu[:1]]
    return ", ".join(parts)


def _cpu_info():
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


def versions():
    """Return the versions of what decides a run's numbers, a dict."""
    return {
        "gan_tutorial": gan_tutorial.__version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }
