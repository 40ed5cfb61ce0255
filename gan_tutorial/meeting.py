"""Several processes find each other, before TensorFlow is entered.

TensorFlow waits for an absent worker without a word and without end, and hears no Ctrl-C meanwhile.
So the workers first meet here, over plain sockets at the same addresses.
"""

import errno
import json
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager

from gan_tutorial.cluster import Cluster, from_environment

HEARD = b"heard\n"  # said by both: who gets it knows that the other has read the greeting
SAY_AFTER = 10  # seconds of waiting after which it is said for whom


def strategy(limit=300, silence=600, say=print):
    """Return TensorFlow's strategy for the workers in TF_CONFIG, once all of them have answered.

    Call it first, before any network or tensor is made.

    Args:
        limit: seconds to wait for the other workers.
        silence: seconds after which a worker that answers but no longer trains is given up.
        say: is called with a line where it takes long.

    Raises ValueError for a TF_CONFIG that names no workers or cannot be used, TimeoutError naming
    the worker that did not answer, OSError where the own port is taken, and RuntimeError where
    TensorFlow has begun already.
    """
    import tensorflow as tf

    cluster = from_environment()
    if cluster is None:
        raise ValueError("TF_CONFIG names no workers: set it, or train without a strategy")
    if _begun(tf):
        raise RuntimeError("make the strategy first, before any network or tensor")
    meet(cluster._replace(gpus=len(tf.config.list_physical_devices("GPU"))), limit, say)
    options = tf.distribute.experimental.CommunicationOptions(timeout_seconds=silence)
    with _ctrl_c_ends_all():  # TensorFlow holds the interpreter while it waits
        return tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)


def _begun(tf):
    """Whether TensorFlow has made its context, after which workers cannot be connected."""
    threads = tf.config.threading
    before = threads.get_inter_op_parallelism_threads()
    try:
        threads.set_inter_op_parallelism_threads(before + 1)  # refused then
        threads.set_inter_op_parallelism_threads(before)
    except RuntimeError:
        return True
    return False


@contextmanager
def _ctrl_c_ends_all():
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # not in the main thread, which alone may say what Ctrl-C does
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def meet(cluster, limit=300, say=print):
    """Return once every worker of a cluster has answered us and knows that it was heard.

    Raises TimeoutError, naming the first one that is missing, after `limit` seconds, OSError where
    our own port is taken, and ValueError where something else answers at an address.
    """
    began, said, why = time.monotonic(), False, {}
    missing = [i for i in range(len(cluster.addresses)) if i != cluster.index]
    with _Door(cluster) as door:
        while missing or door.unheard:
            missing = [index for index in missing if not _greeted(cluster, index, why)]
            if door.error:
                raise door.error
            waited = time.monotonic() - began
            if waited > limit:
                raise TimeoutError(_late(cluster, limit, missing, door.unheard, why))
            if waited > SAY_AFTER and not said:
                said = True
                late = missing or sorted(door.unheard)
                say(f"waiting for {', '.join(cluster.name(i) for i in late)}")
            time.sleep(0.1)


def _late(cluster, limit, missing, unheard, why):
    if missing:
        reason = f" ({why[missing[0]]})" if missing[0] in why else ""
        return f"after {limit:g} s no answer from {cluster.name(missing[0])}{reason}"
    return (
        f"after {limit:g} s {cluster.name(min(unheard))} answers, but has not reached this one, "
        f"{cluster.name(cluster.index)}: is that address right, and its port open?"
    )


def _greeting(cluster):
    facts = {"gan-tutorial": cluster.index, "of": cluster.addresses, "gpus": cluster.gpus}
    return json.dumps(facts).encode() + b"\n"


def _greeted(cluster, index, why):
    """Whether a worker has answered our greeting; why not is written down."""
    host, _, port = cluster.addresses[index].rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=2) as connection:
            connection.sendall(_greeting(cluster))
            answer = _line(connection)
            if answer:
                _check(cluster, index, answer)
                connection.sendall(HEARD)
                answer = _line(connection)
    except OSError as error:
        why[index] = error.strerror or str(error)
        return False
    return answer == HEARD


def _line(connection):
    """Return what comes in over a connection up to the end of a line, or of its patience."""
    received = b""
    while not received.endswith(b"\n") and len(received) < 2**16:
        try:
            more = connection.recv(4096)
        except TimeoutError:
            break
        if not more:
            break
        received += more
    return received


def _read(line):
    """Map a greeting to the `Cluster` that its worker knows; None for anything else."""
    try:
        greeting = json.loads(line)
        return Cluster(list(greeting["of"]), int(greeting["gan-tutorial"]), int(greeting["gpus"]))
    except (ValueError, KeyError, TypeError):
        return None


def _check(cluster, index, line):
    """Raise ValueError where a line is not the greeting of that worker of this cluster."""
    theirs = _read(line)
    if theirs is None:
        raise ValueError(
            f"{cluster.addresses[index]}: something else than a waiting worker answers there"
        )
    if theirs != cluster._replace(index=index):
        raise ValueError(_difference(theirs, cluster))


def _difference(theirs, ours):
    if theirs.addresses == ours.addresses and theirs.gpus != ours.gpus:
        return (
            f"{ours.name(theirs.index)} has {theirs.gpus} GPUs, this one has {ours.gpus}: let all "
            "see equally many, with CUDA_VISIBLE_DEVICES"
        )
    return (
        f"one worker is number {theirs.index} of {', '.join(theirs.addresses)}, this one is number "
        f"{ours.index} of {', '.join(ours.addresses)}: give all the same list, and each a number "
        "of its own"
    )


class _Door:
    """Our own port, open while we wait: a thread answers all who greet.

    `unheard` are the workers who have not yet said that they have our answer.
    """

    def __init__(self, cluster):
        self.cluster, self.error = cluster, None
        self.unheard = set(range(len(cluster.addresses))) - {cluster.index}
        try:
            self.socket = _opened(int(cluster.addresses[cluster.index].rpartition(":")[2]))
        except OSError as error:
            raise OSError(
                f"the port of {cluster.name(cluster.index)} cannot be opened here "
                f"({os.strerror(error.errno)}): is another run using it?"
            ) from None
        self.socket.settimeout(0.1)
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.thread.join()
        self.socket.close()

    def _listen(self):
        while not self.closing.is_set():
            try:
                connection, _ = self.socket.accept()
                with connection:
                    connection.settimeout(2)
                    self._answer(connection)
            except OSError:
                pass  # nobody came, or went away in the middle: it will greet again

    def _answer(self, connection):
        theirs, ours = _read(_line(connection)), self.cluster
        if theirs is None:
            return  # something that looks for open ports
        connection.sendall(_greeting(ours))
        if theirs._replace(index=0) != ours._replace(index=0) or theirs.index == ours.index:
            self.error = ValueError(_difference(theirs, ours))
        elif _line(connection) == HEARD:
            self.unheard.discard(theirs.index)
            connection.sendall(HEARD)


def _opened(port):
    """Return a socket that listens at a port; raise OSError where another one does."""
    with socket.socket() as other:
        taken = other.connect_ex(("127.0.0.1", port)) == 0
        if taken and other.getsockname() != other.getpeername():  # else it met itself
            raise OSError(errno.EADDRINUSE, "in use")
    both = socket.has_dualstack_ipv6()
    return socket.create_server(
        ("", port),
        family=socket.AF_INET6 if both else socket.AF_INET,
        dualstack_ipv6=both,
        # For a minute the system keeps the connections of a run that ended, and with them its port.
        reuse_port=hasattr(socket, "SO_REUSEPORT"),
    )
