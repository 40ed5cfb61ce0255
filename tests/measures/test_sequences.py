"""Measures of sequences, each against a count by hand or an independent computation."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from gan_tutorial.measures import sequences
from gan_tutorial.models.policy import Policy, make_oracle, sample_tokens


def test_the_oracles_own_nll_is_its_entropy():
    oracle = make_oracle(3, hidden=4, seed=1)
    every = np.array(list(itertools.product(range(3), repeat=3)), np.int32)
    nlls = np.array([3 * sequences.nll(oracle, row[None]) for row in every])
    p = np.exp(-nlls)
    assert p.sum() == pytest.approx(1, abs=1e-5)
    entropy = (p * nlls).sum()
    own = 3 * sequences.nll(oracle, sample_tokens(oracle, 20_000, 3))
    spread = math.sqrt((p * (nlls - entropy) ** 2).sum() / 20_000)
    assert abs(own - entropy) < 5 * spread


def test_an_untrained_policy_has_the_nll_of_uniform_tokens():
    tokens = sample_tokens(make_oracle(1000), 200, 10)
    assert sequences.nll(Policy(1000), tokens) == pytest.approx(math.log(1000), abs=0.2)


def test_nll_at_a_temperature_is_that_of_what_is_drawn_at_it():
    policy, n = make_oracle(30, seed=2), 4000
    for temperature in (0.5, 2.0):
        drawn = sample_tokens(policy, n, 1, seed=3, temperature=temperature)
        logits = policy(np.zeros((1, 1), np.int32)).numpy()[0, 0] / temperature
        log_p = logits - np.log(np.exp(logits).sum())
        entropy = -(np.exp(log_p) * log_p).sum()
        assert sequences.nll(policy, drawn, temperature) == pytest.approx(entropy, abs=0.1)


def test_a_lower_temperature_looks_better_to_the_oracle_and_is_less_diverse():
    oracle = make_oracle(200)
    cold, warm = (sample_tokens(oracle, 500, 8, temperature=t) for t in (0.5, 1.0))
    assert sequences.nll(oracle, cold) < sequences.nll(oracle, warm) - 0.5
    assert sequences.distinct(cold) < sequences.distinct(warm)
    assert sequences.self_bleu(cold) > sequences.self_bleu(warm)


def test_nll_does_not_depend_on_its_blocks(monkeypatch):
    oracle = make_oracle(20)
    tokens = sample_tokens(oracle, 50, 5)
    whole = sequences.nll(oracle, tokens)
    monkeypatch.setattr(sequences, "BLOCK", 7)
    assert sequences.nll(oracle, tokens) == pytest.approx(whole, rel=1e-6)


def test_the_gap_is_closed_by_the_oracle_and_not_by_unigrams():
    assert sequences.gap_closed(10.2, unigram=10.2, own=5.9) == 0
    assert sequences.gap_closed(5.9, unigram=10.2, own=5.9) == 1
    assert sequences.gap_closed(11.0, unigram=10.0, own=6.0) == -0.25


def test_distinct_counts_n_grams_once():
    tokens = [[1, 1, 1, 1], [1, 1, 2, 3]]
    assert sequences.distinct(tokens, 1) == 3 / 8
    assert sequences.distinct(tokens, 2) == 3 / 6  # 11, 12 and 23


def test_self_bleu_agrees_with_its_definition():
    tokens = np.random.default_rng(0).integers(4, size=(12, 6))
    assert sequences.self_bleu(tokens) == pytest.approx(slow_self_bleu(tokens.tolist(), 3))


def slow_self_bleu(rows, up_to):
    """Corpus BLEU of each row against all others, as Papineni et al. 2002 define it."""
    logs = []
    for n in range(1, up_to + 1):
        counts = [Counter(tuple(r[i : i + n]) for i in range(len(r) - n + 1)) for r in rows]
        matched = 0
        for i, count in enumerate(counts):
            others = counts[:i] + counts[i + 1 :]
            for gram, number in count.items():
                matched += min(number, max(other[gram] for other in others))
        logs.append(math.log(matched / sum(sum(c.values()) for c in counts)))
    return math.exp(sum(logs) / up_to)


def test_self_bleu_is_zero_where_nothing_is_shared_and_one_where_all_is():
    assert sequences.self_bleu([[1, 2, 3], [4, 5, 6]]) == 0
    assert sequences.self_bleu([[1, 2, 3]] * 3) == 1


def test_share_copied():
    training = [[1, 2, 3], [4, 5, 6]]
    assert sequences.share_copied([[1, 2, 3], [1, 2, 4]], training) == 0.5
    assert sequences.share_copied([[2, 3, 4], [1, 2, 4]], training, 2) == 0.5


def test_unigram_draws_have_the_shares_of_the_training_set():
    drawn = sequences.unigram_draws([[0, 0, 0, 1]], 10_000)
    assert drawn.shape == (10_000, 4)
    assert drawn.mean() == pytest.approx(0.25, abs=5 * math.sqrt(0.1875 / 40_000))


def test_bigram_draws_have_the_transitions_of_the_training_set():
    training = [[0, 1, 0, 2], [0, 1, 0, 1]]
    drawn = sequences.bigram_draws(training, 4000)
    after_0 = drawn[:, 1:][drawn[:, :-1] == 0]
    assert set(drawn[:, 0]) == {0}
    assert set(drawn[:, 1:][drawn[:, :-1] == 1]) == {0}
    assert (after_0 == 2).mean() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("tokens", [[], [1, 2], [[1.5]], [[]]])
def test_what_is_no_sequence_is_refused(tokens):
    with pytest.raises(ValueError, match="whole numbers"):
        sequences.distinct(tokens)
