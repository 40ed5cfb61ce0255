"""Skips that turn a test run red: those without a reason, and those that CI must not have.

Reports of all of pytest-xdist's workers arrive in one process, and are looked at there.
"""

import os

import pytest

ON_STAND_IN = "a statement about MNIST, and only the stand-in is at hand"
NO_REASON = ("", "unconditional skip", "Skipped")
NEEDS = "needs "  # so begins the reason of a skip for want of a program that CI has to have

about_mnist = []  # tests left out since only the stand-in is at hand
refused = []  # tests that were skipped as they must not be, and why


def verdict(reason, ci):
    """Map the reason of a skip to what is wrong with it, or None."""
    if reason in NO_REASON:
        return "skipped without a reason"
    return f"skipped in CI: {reason}" if ci and reason.startswith(NEEDS) else None


def pytest_runtest_logreport(report):
    """Look at a skip."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2].removeprefix("Skipped: ").strip()
    if reason == ON_STAND_IN:
        about_mnist.append(report.nodeid)
    if wrong := verdict(reason, os.environ.get("CI") == "true"):
        refused.append(f"{report.nodeid}: {wrong}")


def pytest_sessionfinish(session):
    """Let refused skips fail the run."""
    if refused:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say what was left out, and what was refused."""
    if about_mnist:
        terminalreporter.write_line(
            f"stand-in digits: {len(about_mnist)} tests about MNIST left out"
        )
    for line in refused:
        terminalreporter.write_line(line)
