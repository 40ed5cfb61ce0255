"""A pair that cannot play is refused before it is trained, in one line that says what to do."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers, ops

from gan_tutorial import Trainer, make_discriminator, make_generator, penalties
from gan_tutorial.ends import end_of, inner_layers
from gan_tutorial.models import dcgan
from gan_tutorial.pairs import Watch

SHAPE = (4, 4, 1)
X = keras.Input(SHAPE)
FLAT = layers.Flatten()(X)

SIGMOIDS = {
    "argument": layers.Dense(1, activation="sigmoid")(FLAT),
    "layer": layers.Activation("sigmoid")(layers.Dense(1)(FLAT)),
    "operation": ops.sigmoid(layers.Dense(1)(FLAT)),
    "before a reshape": layers.Reshape((1, 1))(layers.Dense(1, activation="sigmoid")(FLAT)),
    "before dropout": layers.Dropout(0.5)(layers.Dense(1, activation="sigmoid")(FLAT)),
    "nested": keras.Sequential(
        [layers.Flatten(), keras.Sequential([layers.Dense(1), layers.Activation("sigmoid")])]
    )(X),
    "in a wrapper": layers.TimeDistributed(layers.Dense(1, activation="sigmoid"))(
        layers.Reshape((4, 4))(X)
    ),
    "hard": layers.Dense(1, activation="hard_sigmoid")(FLAT),
    "softmax": layers.Softmax()(layers.Dense(1)(FLAT)),
    "tanh": layers.Dense(1, activation="tanh")(FLAT),
    "relu": layers.ReLU()(layers.Dense(1)(FLAT)),
    "recurrent": layers.LSTM(1)(layers.Reshape((4, 4))(X)),
}


def generator(end=None):
    z = keras.Input((5,))
    return keras.Model(z, layers.Reshape(SHAPE)(layers.Dense(16, activation=end)(z)))


def discriminator():
    return make_discriminator((8,), SHAPE, seed=1)


def refused(message, *pair, **settings):
    with pytest.raises(ValueError, match=message) as caught:
        Trainer(*pair, batch_size=16, **settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("end", SIGMOIDS.values(), ids=SIGMOIDS)
def test_a_discriminator_must_end_in_a_logit(end):
    refused("the losses want the logit before it", generator("sigmoid"), keras.Model(X, end))


def test_a_logit_is_seen_as_one():
    assert end_of(discriminator()) == "linear"
    assert end_of(dcgan.make_dcgan_discriminator()) == "linear"
    assert end_of(keras.Model(X, layers.Lambda(ops.sigmoid, (1,))(FLAT))) is None


def hidden(function):
    """A discriminator whose end its graph does not tell."""
    end = layers.Lambda(function, output_shape=(1,))(layers.Dense(1)(FLAT))
    return keras.Model(X, end)


@pytest.mark.parametrize(("function", "said"), [(ops.sigmoid, 1), (lambda h: 9 * h, 0)])
def test_an_end_that_cannot_be_read_is_watched_and_warned_of_once(dots, function, said):
    trainer = Trainer(
        make_generator(5, (8,), SHAPE), hidden(function), batch_size=16, steps_per_execution=1
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trainer.fit(dots, 8, progress=False)
    assert [str(w.message)[:42] for w in caught] == [
        "all outputs of the discriminator so far li"
    ] * said


def test_a_discriminator_whose_end_is_known_is_not_watched():
    Watch(discriminator()).look(lambda: pytest.fail("looked"))


@pytest.mark.parametrize(
    ("end", "data_range", "message"),
    [
        ("tanh", (0, 1), r"ends in tanh and makes \[-1, 1\], the data lie in \[0, 1\].*a sigmoid"),
        ("sigmoid", (-1, 1), r"ends in sigmoid and makes \[0, 1\], .* \[-1, 1\].*end in a tanh"),
        ("sigmoid", (0, 255), r"data lie in \[0, 255\]: give Trainer data_range=\(0, 1\)"),
        (None, (0, 1), r"makes values from -.* before training, the data lie in \[0, 1\]"),
    ],
)
def test_a_generator_makes_the_range_of_the_data(end, data_range, message):
    refused(message, generator(end), discriminator(), data_range=data_range)


def test_ranges_that_fit_are_accepted():
    for end, data_range in (("sigmoid", (0, 1)), ("tanh", (-1, 1)), (None, None), (None, (-9, 9))):
        Trainer(generator(end), discriminator(), data_range=data_range)


def test_a_frozen_player_is_refused_by_the_name_of_the_old_idiom(make_trainer, dots):
    outside, inside = discriminator(), discriminator()
    outside.trainable = False
    for layer in inside.layers:
        layer.trainable = False
    for frozen in (outside, inside):
        refused(r"has no weights to train: .*discriminator.trainable = False", generator(), frozen)
    late = make_trainer()
    late.generator.trainable = False
    with pytest.raises(ValueError, match=r"the generator has no weights to train"):
        late.fit(dots, 1, progress=False)


def test_a_subclassed_network_must_say_what_it_takes():
    class Mine(keras.Model):
        def call(self, x):
            return x

    refused(r"keras\.Sequential\(\[keras\.Input\(shape\), yours\]\)", generator(), Mine())


def normed_deep_inside():
    return keras.Sequential(
        [X, keras.Sequential([layers.Flatten(), layers.BatchNormalization()]), layers.Dense(1)]
    )


@pytest.mark.parametrize("penalty", [penalties.r1(), penalties.r2(), penalties.gradient_penalty()])
def test_a_penalty_wants_a_discriminator_without_batch_norm(penalty):
    message = r"cannot be had with batch normalisation .*norm=\"layer\""
    refused(message, generator("sigmoid"), normed_deep_inside(), penalty=penalty)


@pytest.mark.parametrize("norm", ["layer", None])
@pytest.mark.parametrize("conditional", [False, True])
def test_an_images_slope_is_the_same_in_any_company(norm, conditional):
    shape, rng = (16, 16, 2), np.random.default_rng(0)
    one, others = rng.random((1, *shape), np.float32), rng.random((2, 7, *shape), np.float32)
    if conditional:
        made = dcgan.make_conditional_dcgan_discriminator(3, 3, 7, shape, norm=norm)
    else:
        made = dcgan.make_dcgan_discriminator(3, shape, norm=norm)

    def slope(images):
        labels = ops.one_hot(np.zeros(len(images), int), 3)
        score = lambda x: made([x, labels] if conditional else x, training=True)  # noqa: E731
        return penalties.squared_slope(score, ops.convert_to_tensor(images)).numpy()[0]

    alone = slope(one)
    assert alone > 0
    for company in others:
        assert slope(np.concatenate([one, company])) == pytest.approx(alone, rel=1e-4)


def test_with_batch_norm_an_images_slope_is_that_of_its_batch():
    """Why the rule is there: the test above would fail for the paper's discriminator."""
    made, rng = dcgan.make_dcgan_discriminator(3, (16, 16, 2)), np.random.default_rng(0)
    one, others = rng.random((1, 16, 16, 2)), rng.random((2, 7, 16, 16, 2))
    score = lambda x: made(x, training=True)  # noqa: E731
    slopes = [
        penalties.squared_slope(
            score, ops.convert_to_tensor(np.concatenate([one, company]), "float32")
        ).numpy()[0]
        for company in others
    ]
    assert abs(slopes[0] / slopes[1] - 1) > 0.01


def test_another_norm_is_refused():
    with pytest.raises(ValueError, match='norm must be "batch", "layer" or None'):
        dcgan.make_dcgan_discriminator(norm="spectral")


def test_layers_are_found_however_deep():
    kinds = [type(layer).__name__ for layer in inner_layers(normed_deep_inside())]
    assert {"BatchNormalization", "Dense"} <= set(kinds)


@pytest.mark.parametrize("policy", ["mixed_float16", "float16"])
def test_half_precision_is_refused(policy):
    x = keras.Input(SHAPE)
    half = keras.Model(x, layers.Dense(1, dtype=policy)(layers.Flatten()(x)))
    refused("computes in float16.*mixed_bfloat16", generator("sigmoid"), half)


@pytest.mark.parametrize("xla", [True, False], ids=["xla", "graph"])
def test_bfloat16_trains_with_losses_and_penalties_in_float32(dots, xla):
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        pair = make_generator(5, (8,), SHAPE, seed=0), make_discriminator((8,), SHAPE, seed=1)
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    seen = []
    slope = penalties.gradient_penalty()

    def penalty(discriminator, real, fake, seed):
        seen.extend([discriminator(real).dtype, fake.dtype])
        return slope(discriminator, real, fake, seed)

    trainer = Trainer(*pair, batch_size=16, penalty=penalty, jit_compile=xla)
    plain = Trainer(
        make_generator(5, (8,), SHAPE, seed=0),
        make_discriminator((8,), SHAPE, seed=1),
        batch_size=16,
        penalty=slope,
    )
    near = [t.fit(dots, 20, report_every=20, progress=False) for t in (trainer, plain)]
    assert {dtype.name for dtype in seen} == {"float32"}
    assert trainer.sample(2).dtype == np.float32
    for column in ("d_loss", "g_loss"):
        assert near[0][column][-1] == pytest.approx(near[1][column][-1], rel=0.02)
