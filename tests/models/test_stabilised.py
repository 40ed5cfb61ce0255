"""The cure, one change at a time: each arm changes what its name says."""

import pytest

from gan_tutorial.models import stabilised


def described(arm):
    trainer = stabilised.make_arm(arm)
    widths = [
        [layer.units for layer in player.layers if hasattr(layer, "units")]
        for player in (trainer.generator, trainer.discriminator)
    ]
    activations = {
        layer.activation.__name__
        for player in (trainer.generator, trainer.discriminator)
        for layer in player.layers[:-2]
        if hasattr(layer, "units")
    }
    return {**trainer.settings(), "widths": widths, "activations": activations}


def test_each_arm_changes_what_its_name_says_and_nothing_else():
    arms = [described(arm) for arm in stabilised.ARMS]
    changes = [
        {name for name in before if before[name] != after[name]}
        for before, after in zip(arms, arms[1:], strict=False)
    ]
    last = {"prior", "d_optimizer", "g_optimizer", "activations"}
    assert changes == [{"penalty"}, {"ema"}, {"widths"}, last]


def test_the_last_arm_is_that_of_the_protocol():
    arm = described("stabilised")
    assert arm["penalty"] == "r1(0.1) + r2(0.1)"
    assert arm["ema"] == 0.9995
    assert arm["widths"] == [[256, 512, 784], [512, 256, 1]]
    assert arm["prior"] == "normal"
    assert arm["d_optimizer"]["learning_rate"] == pytest.approx(4e-4)
    assert (arm["g_optimizer"]["beta_1"], arm["g_optimizer"]["beta_2"]) == (0.0, 0.99)


def test_another_arm_is_refused_by_name():
    with pytest.raises(ValueError, match="unknown arm 'magic': choose one of article, penalties"):
        stabilised.make_arm("magic")
