"""What is recorded of machine and versions."""

import numpy as np

from gan_tutorial.runs import provenance


def test_machine_and_versions_are_told():
    assert provenance.machine().count(",") >= 1
    assert provenance.versions()["numpy"] == np.__version__
