"""SeqGAN: gradients and rewards by enumeration, the discriminator in NumPy, the game's steps."""

import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from gan_tutorial.draws import ROLL_OUT, key
from gan_tutorial.models import policy as policies
from gan_tutorial.models import seqgan as games
from gan_tutorial.models.policy import Policy, log_likelihoods, make_oracle, sample_tokens
from gan_tutorial.models.seqgan import (
    PAPER_FILTERS,
    SeqGAN,
    make_token_discriminator,
    policy_loss,
    rewards,
)

EVERY = np.array(list(itertools.product(range(3), repeat=3)), np.int32)
SEED = key(0, ROLL_OUT, 0)


@pytest.fixture(scope="module")
def policy():
    return Policy(3, embedding=4, hidden=5, stddev=1.0, seed=3)


@pytest.fixture(scope="module")
def judge():
    judge = make_token_discriminator(3, 3, {1: 4, 2: 4, 3: 4}, embedding=4, seed=4)
    judge.layers[-1].kernel.assign(60 * judge.layers[-1].kernel)  # answers that differ more
    return judge


def probabilities(policy):
    """Of each of the 27 sequences."""
    return np.exp(log_likelihoods(policy(EVERY), EVERY).numpy().sum(1, dtype=np.float64))


def answers(judge):
    """D's answer to each of the 27 sequences."""
    return special.expit(judge(EVERY, training=False).numpy()[:, 0].astype(np.float64))


def enumerated_q(p, reward):
    """Q of each token of each sequence: the mean reward of all sequences that begin the same."""
    q = np.empty(EVERY.shape)
    for i, sequence in enumerate(EVERY):
        for t in range(3):
            same = (EVERY[:, : t + 1] == sequence[: t + 1]).all(1)
            q[i, t] = np.sum(p[same] * reward[same]) / np.sum(p[same])
    return q


def small_game(reward=None, seed=0, vocabulary=12, length=6):
    # Keras numbers the layers of a program, TensorFlow adds gradients in the order of their names:
    # a second game's last bits would differ from the first one's.
    keras.utils.clear_session()
    real = sample_tokens(make_oracle(vocabulary, seed=5), 256, length)
    judge = make_token_discriminator(vocabulary, length, {1: 8, 2: 8, 3: 8}, seed=1)
    return SeqGAN(Policy(vocabulary), judge, real, 3, 32, reward=reward, seed=seed)


def gradient_of(loss_of, policy):
    with tf.GradientTape() as tape:
        loss = loss_of()
    gradients = tape.gradient(loss, policy.trainable_variables)
    return np.concatenate([np.ravel(tf.convert_to_tensor(each)) for each in gradients])


def test_the_policy_gradient_is_the_gradient_of_the_expected_reward(policy, judge):
    p, reward = probabilities(policy), answers(judge)

    def expected_reward():
        log_p = tf.reduce_sum(log_likelihoods(policy(EVERY), EVERY), axis=1)
        return tf.reduce_sum(tf.exp(log_p) * tf.constant(reward, tf.float32))

    weighted = tf.constant(p[:, None] * enumerated_q(p, reward), tf.float32)
    by_policy = gradient_of(lambda: policy_loss(policy(EVERY), EVERY, weighted), policy)
    by_differentiation = gradient_of(expected_reward, policy)
    assert np.abs(by_differentiation).max() > 0.01
    np.testing.assert_allclose(-by_policy, by_differentiation, atol=1e-5)


def test_a_constant_reward_has_no_gradient_on_average_but_one_on_each_sequence(policy):
    p = np.float32(probabilities(policy))[:, None] * np.ones((1, 3), np.float32)
    assert np.abs(
        gradient_of(lambda: policy_loss(policy(EVERY), EVERY, p), policy)
    ).max() == pytest.approx(0, abs=1e-5)
    one = np.ones((1, 3), np.float32)
    alone = gradient_of(lambda: policy_loss(policy(EVERY[:1]), EVERY[:1], one), policy)
    assert np.abs(alone).max() > 0.1


def test_rewards_converge_to_the_enumerated_values(policy, judge):
    q = enumerated_q(probabilities(policy), answers(judge))
    estimated = rewards(policy, judge, EVERY, 3000, SEED).numpy()
    spread = answers(judge).std() / math.sqrt(3000)
    assert np.abs(estimated[:, :2] - q[:, :2]).max() < 5 * spread
    assert np.ptp(q[:, :2]) > 20 * spread  # values of other beginnings would be found out


def test_the_reward_of_the_last_token_is_the_discriminators_answer(policy, judge):
    last = rewards(policy, judge, EVERY, 2, SEED).numpy()[:, 2]
    np.testing.assert_allclose(last, answers(judge), atol=1e-6)


def test_rewards_are_taken_without_dropout(policy, judge):
    pair = [rewards(policy, judge, EVERY, 2, SEED).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*pair)


def test_the_discriminator_is_convolutions_and_a_highway_in_numpy(judge):
    embedding, *rest = (variable.numpy() for variable in judge.trainable_variables)
    x, found = embedding[EVERY], []
    for width in (1, 2, 3):
        kernel, bias, *rest = rest
        windows = [x[:, i : i + width].reshape(27, -1) for i in range(4 - width)]
        outputs = [w @ kernel.reshape(-1, 4) + bias for w in windows]
        found.append(np.maximum(np.max(outputs, axis=0), 0))
    h = np.concatenate(found, axis=1)
    gate_w, gate_b, new_w, new_b, w, b = _highway_first(rest)
    gate = special.expit(h @ gate_w + gate_b)
    mixed = gate * np.maximum(h @ new_w + new_b, 0) + (1 - gate) * h
    np.testing.assert_allclose(judge(EVERY, training=False), mixed @ w + b, atol=1e-4)


def _highway_first(rest):
    """Put the gate, known by its bias of -2, before the highway's other half."""
    gate, new = (rest[:2], rest[2:4]) if rest[1][0] == -2 else (rest[2:4], rest[:2])
    return [*gate, *new, *rest[4:]]


def test_sizes_of_the_paper():
    judge = make_token_discriminator(5000, 20)
    assert sum(PAPER_FILTERS.values()) == 1720
    assert judge.layers[-1].kernel.shape == (1720, 1)
    assert judge.layers[1].embeddings.shape == (5000, 64)
    assert [weight.shape for weight in Policy(5000).get_weights()] == [
        (5000, 32), (32, 128), (32, 128), (128,), (32, 5000), (5000,),
    ]  # fmt: skip


def test_d_stays_at_chance_on_oracle_against_oracle_and_not_on_uniform_tokens():
    oracle = make_oracle(20, seed=2)
    real, fakes, fresh = (sample_tokens(oracle, 1000, 6, seed) for seed in (1, 2, 3))
    uniform = np.random.default_rng(0).integers(20, size=(1000, 6), dtype=np.int32)
    for others, low, high in ((fakes, 0.45, 0.55), (uniform, 0.7, 1.0)):
        judge = make_token_discriminator(20, 6, {1: 16, 2: 16, 3: 16})
        judge.optimizer.learning_rate = 1e-3
        labels = np.repeat([[1.0], [0.0]], 1000, axis=0)
        judge.fit(np.concatenate([real, others]), labels, 64, 3, verbose=0)
        test = fresh if low > 0.6 else sample_tokens(oracle, 1000, 6, 4)
        other = uniform if low > 0.6 else fresh
        right = (judge.predict(test, verbose=0) > 0).mean() + (
            judge.predict(other, verbose=0) < 0
        ).mean()
        assert low < right / 2 < high


def test_maximum_likelihood_lowers_the_nll_of_held_out_data():
    game = small_game()
    held_out = sample_tokens(make_oracle(12, seed=5), 500, 6, seed=9)

    def nll():
        return -log_likelihoods(game.policy(held_out), held_out).numpy().mean()

    before = nll()
    assert before == pytest.approx(math.log(12), abs=0.05)  # untrained: ln of the vocabulary
    game.pretrain(epochs=10)
    assert nll() < before - 0.3


def test_policy_steps_make_rewarded_tokens_more_likely():
    game = small_game(reward=lambda tokens: tf.cast(tokens == 7, tf.float32))
    before = (sample_tokens(game.policy, 1000, 6) == 7).mean()
    for _ in range(20):
        game.policy_step()
    assert (sample_tokens(game.policy, 1000, 6) == 7).mean() > before + 0.3


def test_policy_steps_leave_the_discriminator_alone_and_its_training_the_policy(weights, same):
    game = small_game()
    policy, judge = weights(game.policy), weights(game.discriminator)
    game.policy_step()
    assert same(weights(game.discriminator), judge)
    assert not same(weights(game.policy), policy)
    policy = weights(game.policy)
    game.train_discriminator(1, 1)
    assert same(weights(game.policy), policy)
    assert not same(weights(game.discriminator), judge)


def test_d_learns_to_tell_real_from_generated():
    game = small_game()
    game.discriminator.optimizer.learning_rate = 3e-3
    game.train_discriminator(rounds=4, epochs=3)
    real, fakes = game.real, sample_tokens(game.policy, 256, 6, seed=99)
    assert game.discriminator(real).numpy().mean() > game.discriminator(fakes).numpy().mean() + 0.5


def test_a_game_that_was_stopped_goes_on_with_the_same_bits(tmp_path, weights, same):
    def play(game, parts):
        for part in parts:
            {"p": lambda: game.pretrain(1), "d": lambda: game.train_discriminator(1, 1)}.get(
                part, game.policy_step
            )()
        return weights(game.policy) + weights(game.discriminator)

    whole = play(small_game(), "pdsds")
    first = small_game()
    play(first, "pd")
    first.save(tmp_path, 2, note="here")
    second = small_game()
    assert second.restore(tmp_path)["note"] == "here"
    assert same(play(second, "sds"), whole)


def test_a_checkpoint_of_other_networks_is_refused(tmp_path):
    small_game().save(tmp_path)
    with pytest.raises(ValueError, match="of other networks"):
        small_game(vocabulary=13).restore(tmp_path)


def test_a_checkpoint_whose_draws_had_other_keys_is_refused_in_one_line(tmp_path):
    game = small_game()
    game.save(tmp_path, keys=1)
    before = game.policy.get_weights()
    with pytest.raises(ValueError, match="keys of scheme 1, .* start the run again"):
        game.restore(tmp_path)
    assert all(map(np.array_equal, before, game.policy.get_weights()))


def test_no_two_draws_of_a_game_share_a_key_with_each_other_or_with_its_data(monkeypatch):
    seen = []
    for module in (policies, games):
        monkeypatch.setattr(module, "key", lambda *numbers: seen.append(numbers) or key(*numbers))
    game = small_game(seed=0)  # draws its data too
    game.train_discriminator(2, 2)  # first of all: its draws are numbered from 0, as the data's
    game.pretrain(2)
    for _ in range(3):
        game.policy_step()
    sample_tokens(game.policy, 1500, 6, seed=1)
    # One block of data, two of fakes, three steps of two draws each, two blocks in the end.
    assert len(seen) == len(set(seen)) == 1 + 2 + 6 + 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Policy(0), "vocabulary must be at least 1"),
        (lambda: sample_tokens(Policy(3), 2, 2, temperature=0), "temperature must be above 0"),
        (lambda: make_token_discriminator(3, 4, {5: 2}), "width 5 is wider than 4 tokens"),
        (lambda: SeqGAN(Policy(3), None, EVERY, rollouts=0), "rollouts must be at least 1"),
    ],
)
def test_bad_settings_get_one_line(call, message):
    with pytest.raises(ValueError, match=message):
        call()
