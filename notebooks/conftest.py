"""How nbval runs the notebooks: what is about MNIST is compared on MNIST; memory is watched."""

import os
import sys

import pytest

skipped = 0
peaks = []  # MB of the largest kernel of each worker
LIMIT = 1900  # MB that a kernel may take: Binder gives 2 GB to it and JupyterLab together


def largest_kernel():
    """Return the most memory that a kernel took, in MB, of those that ended; 0 off Linux."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += (
            "stderr",
            "text/html",
            "application/vnd.gan-tutorial.svg",  # the site's form of a picture
            "application/vnd.gan-tutorial.played+json",  # what the site brings to life
            "application/vnd.jupyter.widget-view+json",
        )


def pytest_collection_modifyitems(items):
    global skipped
    if os.environ.get("GAN_TUTORIAL_MNIST"):
        return
    from gan_tutorial import load_mnist

    if load_mnist().source != "digits":
        return
    for item in items:
        tags = item.cell.metadata.get("tags", []) if hasattr(item, "cell") else []
        if "mnist" in tags:
            skipped += 1
            item.options["check"] = False


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take what a worker of pytest-xdist found, when it ends."""
    global skipped
    found = getattr(node, "workeroutput", {})
    peaks.append(found.get("largest_kernel", 0))
    skipped = max(skipped, found.get("skipped", 0))  # every worker collects all notebooks


def pytest_sessionfinish(session):
    peaks.append(largest_kernel())
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput.update(largest_kernel=max(peaks), skipped=skipped)
    elif max(peaks) > LIMIT:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if skipped:
        terminalreporter.write_line(
            f"stand-in digits: {skipped} cells about MNIST were run without comparison"
        )
    terminalreporter.write_line(f"largest kernel: {max(peaks)} MB, at most {LIMIT}")
