"""Which processes train together, and where they are: their addresses, and which of them we are."""

import json
import os
from typing import NamedTuple


class Cluster(NamedTuple):
    """The addresses "host:port" of all workers, which of them we are, and the GPUs of each."""

    addresses: list
    index: int
    gpus: int = 0

    def config(self):
        """Return the text of TF_CONFIG, which TensorFlow reads."""
        task = {"type": "worker", "index": self.index}
        return json.dumps({"cluster": {"worker": self.addresses}, "task": task})

    def name(self, index):
        """Return how a worker is called in messages."""
        return f"worker {index} ({self.addresses[index]})"


def from_environment():
    """Map the environment variable TF_CONFIG to a `Cluster`; None where it names no workers.

    Raises ValueError, one line, for a text that TensorFlow could not use either.
    """
    text = os.environ.get("TF_CONFIG", "")
    try:
        config = json.loads(text or "{}")
        tasks, task = config.get("cluster", {}), config.get("task", {})
        others = sorted(set(tasks) - {"chief", "worker"})
        chiefs, workers = list(tasks.get("chief", ())), list(tasks.get("worker", ()))
    except (ValueError, AttributeError, TypeError):
        raise ValueError(
            'TF_CONFIG must be JSON such as {"cluster": {"worker": ["host1:2222", "host2:2222"]}, '
            f'"task": {{"type": "worker", "index": 0}}}}, not {text[:80]}'
        ) from None
    if not chiefs + workers:
        return None
    if others:
        raise ValueError(f"TF_CONFIG: the cluster holds {others[0]}; there are only workers here")
    kind, index = task.get("type"), task.get("index")
    if kind not in ("chief", "worker") or not isinstance(index, int):
        raise ValueError(f"TF_CONFIG: the task must be a worker with an index, not {task}")
    many = len(chiefs if kind == "chief" else workers)
    if not 0 <= index < many:
        raise ValueError(f"TF_CONFIG: the index {index} is not one of {many} of type {kind}")
    before = len(chiefs) if kind == "worker" else 0
    return Cluster([_address(a) for a in chiefs + workers], before + index)


def _address(text):
    """Return an address as it is; raise ValueError where it is not host:port."""
    host, _, port = str(text).rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(
            f"{text} is not the address of a worker: give host:port, such as host1:2222"
        )
    return str(text)


def cluster_of(addresses, index):
    """Map addresses and a worker's number to a `Cluster`; raise ValueError where they do not fit.

    Example:
        >>> cluster_of(["host1:2222", "host2:2222"], 1).name(0)
        'worker 0 (host1:2222)'
    """
    addresses = [_address(address) for address in addresses]
    if not 0 <= index < len(addresses):
        raise ValueError(f"worker {index} is not among {len(addresses)}, which count from 0")
    if len(set(addresses)) < len(addresses):
        raise ValueError(f"two workers have one address: {', '.join(addresses)}")
    return Cluster(addresses, index)
