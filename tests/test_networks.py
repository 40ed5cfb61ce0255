"""The article's pair: its sizes, its initial weights, and its arithmetic against NumPy."""

import numpy as np
import pytest
import scipy.stats

from gan_tutorial import make_discriminator, make_generator


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_the_articles_pair_has_114064_and_100609_parameters():
    assert make_generator().count_params() == 100 * 128 + 128 + 128 * 784 + 784 == 114_064
    assert make_discriminator().count_params() == 784 * 128 + 128 + 128 + 1 == 100_609


def test_the_generator_computes_two_dense_layers_and_a_sigmoid():
    z = np.random.default_rng(0).uniform(-1, 1, (7, 100)).astype("float32")
    w1, b1, w2, b2 = map(np.float64, make_generator().get_weights())
    expected = sigmoid(np.maximum(z @ w1 + b1, 0) @ w2 + b2).reshape(7, 28, 28, 1)
    np.testing.assert_allclose(make_generator()(z), expected, atol=1e-6)


def test_the_discriminator_computes_two_dense_layers_and_no_sigmoid():
    x = np.random.default_rng(0).random((7, 28, 28, 1), np.float32)
    w1, b1, w2, b2 = map(np.float64, make_discriminator().get_weights())
    expected = np.maximum(x.reshape(7, 784) @ w1 + b1, 0) @ w2 + b2
    np.testing.assert_allclose(make_discriminator()(x), expected, atol=1e-5)


@pytest.mark.parametrize("model", [make_generator(), make_discriminator()], ids=lambda m: m.name)
def test_weights_are_normal_with_variance_2_over_fan_in_and_biases_zero(model):
    for kernel, bias in zip(model.get_weights()[::2], model.get_weights()[1::2], strict=True):
        standard = (kernel / np.sqrt(2 / kernel.shape[0])).ravel()
        # A truncated normal, or a variance of 1/fan_in, fails this; 0.001 is the rate of bad luck,
        # and the seed is fixed.
        assert scipy.stats.kstest(standard, "norm").pvalue > 0.001
        assert not bias.any()
    largest = np.abs(model.get_weights()[0 if model.name == "discriminator" else 2])
    assert largest.max() > 3 * largest.std()  # Keras' HeNormal stops short of 2.3


def test_layers_of_one_shape_differ_and_seeds_decide():
    first, second = make_generator(hidden=(100, 100), seed=3).get_weights()[:4:2]
    assert not np.array_equal(first, second)
    again = make_generator(hidden=(100, 100), seed=3).get_weights()[0]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, make_generator(hidden=(100, 100), seed=4).get_weights()[0])


def test_players_with_the_same_seed_do_not_share_weights():
    generator = make_generator(16, (8,), (4, 4, 1), seed=0).get_weights()[0]
    discriminator = make_discriminator((8,), (4, 4, 1), seed=0).get_weights()[0]
    assert generator.shape == discriminator.shape
    assert not np.array_equal(generator, discriminator)


@pytest.mark.parametrize("hidden", [(), (3,), (9, 8, 7)])
@pytest.mark.parametrize("shape", [(2,), (5, 3, 3), (28, 28, 1)])
def test_any_number_of_layers_and_any_shape(hidden, shape):
    generator, discriminator = make_generator(4, hidden, shape), make_discriminator(hidden, shape)
    image = generator(np.zeros((6, 4), "float32"))
    assert image.shape == (6, *shape)
    assert discriminator(image).shape == (6, 1)
    assert len(generator.weights) == len(discriminator.weights) == 2 * (len(hidden) + 1)


@pytest.mark.parametrize("bad", [0, -1, 2.5, "many", None])
def test_sizes_must_be_whole_and_positive(bad):
    with pytest.raises(ValueError, match="latent_dim must be"):
        make_generator(latent_dim=bad)
    with pytest.raises(ValueError, match="hidden must be"):
        make_discriminator(hidden=(bad,))


def test_a_label_is_joined_to_the_input_of_each_player():
    rng = np.random.default_rng(0)
    z, x, y = rng.uniform(-1, 1, (3, 100)), rng.random((3, 28, 28, 1)), np.eye(10)[[7, 0, 9]]
    generator, discriminator = make_generator(classes=10), make_discriminator(classes=10)
    w1, b1, w2, b2 = map(np.float64, generator.get_weights())
    expected = sigmoid(np.maximum(np.hstack([z, y]) @ w1 + b1, 0) @ w2 + b2).reshape(3, 28, 28, 1)
    np.testing.assert_allclose(generator([z, y]), expected, atol=1e-6)
    w1, b1, w2, b2 = map(np.float64, discriminator.get_weights())
    expected = np.maximum(np.hstack([x.reshape(3, 784), y]) @ w1 + b1, 0) @ w2 + b2
    np.testing.assert_allclose(discriminator([x, y]), expected, atol=1e-5)
    assert w1.std() == pytest.approx(np.sqrt(2 / 794), rel=0.02)  # fan_in counts the label
    with pytest.raises(ValueError, match="classes must be at least 0"):
        make_generator(classes=-1)


def test_without_classes_there_is_one_input_and_the_articles_layers():
    for model in (make_generator(classes=0), make_discriminator(classes=0)):
        assert len(model.inputs) == 1
        assert "Concatenate" not in {type(layer).__name__ for layer in model.layers}
