"""The runs of the article and of the paper of 2014, and the numbers that they shipped."""

import numpy as np
import pytest

from gan_tutorial import make_generator, results
from gan_tutorial.algorithm import sample
from gan_tutorial.checkpoints import find
from gan_tutorial.experiments import gan as reproduce
from gan_tutorial.experiments import longrun
from gan_tutorial.measures.digits import digit_shares
from gan_tutorial.measures.frechet import frechet_distance
from gan_tutorial.measures.parzen import parzen_log_likelihood


def snapshots(folder):
    return {path.name: longrun.read_snapshot(path) for path in find(folder / "snapshots")}


@pytest.mark.mnist
@pytest.mark.parametrize("step", [50_000, 1_000_000])
def test_a_shipped_number_follows_from_shipped_weights(mnist, step):
    generator = make_generator()
    generator.set_weights(results.weights("gan-article", step))
    samples = sample(generator, 10_000)
    parzen = parzen_log_likelihood(samples, mnist.test_images, mnist.held_out[:1000])
    [row] = [row for row in results.load("gan-article")["snapshots"] if row["step"] == step]
    assert parzen.mean == pytest.approx(row["parzen"], abs=0.1)
    distance = frechet_distance(samples, mnist.test_images)
    assert distance == pytest.approx(row["frechet"], rel=0.01)
    assert digit_shares(samples).histogram == pytest.approx(row["histogram"], abs=0.002)


def test_shipped_results_have_the_settings_that_the_command_would_use():
    images = np.full((200, 28, 28, 1), 0.2, np.float32)
    for name, trainer in (
        ("gan-article", reproduce.article_trainer()),
        ("gan-paper", reproduce.paper_trainer(images)),
    ):
        assert results.load(name)["settings"] == trainer.settings()
