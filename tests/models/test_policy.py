"""The policy: an LSTM in NumPy, its sampler and its roll-outs against its own probabilities."""

import itertools
import math

import numpy as np
import pytest
from scipy import special, stats

from gan_tutorial.draws import ROLL_OUT, key
from gan_tutorial.models.policy import Policy, log_likelihoods, make_oracle, roll_out, sample_tokens

EVERY = np.array(list(itertools.product(range(3), repeat=3)), np.int32)
SEED = key(0, ROLL_OUT, 0)


@pytest.fixture(scope="module")
def policy():
    return Policy(3, embedding=4, hidden=5, stddev=1.0, seed=3)


def probabilities(policy):
    """Of each of the 27 sequences."""
    return np.exp(log_likelihoods(policy(EVERY), EVERY).numpy().sum(1, dtype=np.float64))


def test_the_probabilities_of_all_sequences_sum_to_one(policy):
    assert probabilities(policy).sum() == pytest.approx(1, abs=1e-5)


def test_roll_outs_keep_their_beginning_and_differ_after_it():
    tokens = sample_tokens(Policy(50), 8, 7)
    finished = roll_out(Policy(50), tokens, 5, SEED).numpy()
    assert finished.shape == (6, 5, 8, 7)
    for t in range(1, 7):
        assert (finished[t - 1, :, :, :t] == tokens[:, :t]).all()
        assert (finished[t - 1, :, :, t] != tokens[:, t]).mean() > 0.9
    # No two roll-outs share their draws.
    ends = finished[0].reshape(-1, 7)[:, 1:]
    assert len(np.unique(ends, axis=0)) == len(ends)


def test_roll_outs_are_drawn_with_the_policys_probabilities(policy):
    tokens = np.tile(EVERY[[5]], (1, 1))
    finished = roll_out(policy, tokens, 4000, SEED).numpy()[0, :, 0]
    p = probabilities(policy)
    begins = EVERY[:, 0] == tokens[0, 0]
    counts = [(finished == sequence).all(1).sum() for sequence in EVERY[begins]]
    expected = 4000 * p[begins] / p[begins].sum()
    assert stats.chisquare(counts, expected * np.sum(counts) / expected.sum()).pvalue > 1e-4


def test_stored_states_are_those_of_reading_the_beginning_anew():
    policy, tokens = Policy(9, stddev=1.0), sample_tokens(Policy(9), 6, 5)
    stored = policy.states(tokens)
    for t in range(1, 5):
        anew = policy.states(tokens[:, : t + 1])[-1]
        np.testing.assert_allclose(stored[t][0], anew[0], atol=1e-6)
        np.testing.assert_allclose(stored[t][1], anew[1], atol=1e-6)


def test_the_sampler_draws_with_the_probabilities_that_the_policy_states(policy):
    drawn = sample_tokens(policy, 20_000, 3, seed=1)
    counts = [(drawn == sequence).all(1).sum() for sequence in EVERY]
    expected = 20_000 * probabilities(policy)
    assert stats.chisquare(counts, expected * 20_000 / expected.sum()).pvalue > 1e-4


def test_the_policy_is_an_lstm_in_numpy(policy):
    embedding, kernel, recurrent, bias, w, b = policy.get_weights()
    h = c = np.zeros((27, 5))
    logits = []
    for token in np.column_stack([np.zeros(27, int), EVERY[:, :2]]).T:
        i, f, g, o = np.split(embedding[token] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = special.expit(f) * c + special.expit(i) * np.tanh(g)
        h = special.expit(o) * np.tanh(c)
        logits.append(h @ w + b)
    np.testing.assert_allclose(policy(EVERY), np.stack(logits, axis=1), atol=1e-5)


def test_the_oracles_weights_are_standard_normal_and_the_policys_a_tenth_of_that():
    for policy, spread in ((make_oracle(2000, seed=1), 1.0), (Policy(2000, seed=1), 0.1)):
        for weight in policy.get_weights():
            assert weight.std() == pytest.approx(spread, rel=0.2)
            assert abs(weight.mean()) < 4 * spread / math.sqrt(weight.size)
    twice = [make_oracle(20, seed=s).get_weights()[0] for s in (1, 1, 2)]
    assert (twice[0] == twice[1]).all()
    assert (twice[0] != twice[2]).any()
