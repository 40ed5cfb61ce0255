"""The cure, one change at a time: each arm changes what its name says."""

import pytest

from gan_tutorial.models import stabilised


def described(arm, make=stabilised.make_arm):
    trainer = make(arm)
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
    calm = {"prior", "d_optimizer", "g_optimizer", "activations"}
    faster = {"penalty", "d_optimizer", "g_optimizer", "batch_size"}
    assert changes == [{"penalty"}, {"ema"}, {"widths"}, calm, faster]


def test_the_arm_without_momentum_is_that_of_the_protocol():
    arm = described("no-momentum")
    assert arm["penalty"] == "r1(0.1) + r2(0.1)"
    assert arm["ema"] == 0.9995
    assert arm["widths"] == [[256, 512, 784], [512, 256, 1]]
    assert arm["prior"] == "normal"
    assert arm["d_optimizer"]["learning_rate"] == pytest.approx(4e-4)
    assert (arm["g_optimizer"]["beta_1"], arm["g_optimizer"]["beta_2"]) == (0.0, 0.99)


def test_what_is_left_out_is_as_in_the_arm_before_it_and_nothing_else():
    whole, adams = described("stabilised"), {"d_optimizer", "g_optimizer"}
    changes = {
        part: {name for name, value in described(part, stabilised.make_without).items()
               if value != whole[name]}
        for part in stabilised.LEFT_OUT
    }  # fmt: skip
    assert changes == {
        "penalties": {"penalty"},
        "averaging": {"ema"},
        "wider": {"widths"},
        "no-momentum": {"prior", "activations", *adams},
        "r2": {"penalty"},
    }
    assert (
        described("no-momentum", stabilised.make_without)["d_optimizer"]
        == (described("article")["d_optimizer"])
    )
    with pytest.raises(ValueError, match="unknown part 'article': choose one of penalties, av"):
        stabilised.make_without("article")


def test_another_arm_is_refused_by_name():
    with pytest.raises(ValueError, match="unknown arm 'magic': choose one of article, penalties"):
        stabilised.make_arm("magic")
