"""The digit classifier that ships: as good as its result says, and small."""

import numpy as np
import pytest

from gan_tutorial import results
from gan_tutorial.measures import classifier


@pytest.mark.mnist
def test_the_shipped_classifier_is_as_good_as_its_result_says(mnist):
    _, probabilities = classifier.see(mnist.test_images)
    accuracy = np.mean(probabilities.argmax(1) == mnist.test_labels)
    assert accuracy >= 0.99
    assert accuracy == pytest.approx(results.load("digit-classifier")["test_accuracy"], abs=0.0005)


def test_the_shipped_classifier_is_small():
    assert (results.FOLDER / "digit-classifier.npz").stat().st_size < 500_000
