"""Measures of token sequences, quality and diversity, and the baselines to compare them with.

Sequences are whole numbers `(n, length)`. A low NLL under the oracle alone says little: a
generator that repeats one likely sequence has it. So report it with a measure of diversity.
"""

import math
from collections import Counter

import numpy as np

from gan_tutorial.models.policy import log_likelihoods

BLOCK = 500  # sequences whose logits are held at a time


def nll(policy, tokens, temperature=1.0):
    """Map a policy and sequences `(n, length)` to their negative log-likelihood a token, in nats.

    The policy's logits are divided by the temperature, as when it draws.

    Of generated sequences under the oracle it is the paper's measure, of quality; of the oracle's
    sequences under G it is large where G leaves something out. Source: Yu et al. 2017, equation 8.

    Example:
        >>> from gan_tutorial.models.policy import Policy
        >>> round(nll(Policy(7, stddev=1e-9), np.zeros((4, 3), "int32")), 3)  # ln 7
        1.946
    """
    tokens = _checked(tokens)
    total = 0.0
    for start in range(0, len(tokens), BLOCK):
        block = tokens[start : start + BLOCK]
        total -= float(np.sum(log_likelihoods(policy(block) / temperature, block)))  # Eq. (NLL)
    return total / tokens.size


def gap_closed(score, unigram, own):
    """Map an NLL under the oracle to its share of the way from unigram draws to the oracle itself.

    Example:
        >>> gap_closed(9.0, unigram=10.0, own=6.0)
        0.25
    """
    return (unigram - score) / (unigram - own)


def distinct(tokens, n=2):
    """Map sequences to the share of their n-grams that are different from all others, in (0, 1].

    It depends on the number of sequences: compare equal numbers. Source: Li et al. 2016.

    Example:
        >>> distinct([[1, 2, 1, 2]], n=2)
        0.6666666666666666
    """
    grams = [gram for row in _grams(_checked(tokens), n) for gram in row]
    return len(set(grams)) / len(grams)


def self_bleu(tokens, n=3):
    """Map sequences to how much each repeats of the others, in [0, 1]: corpus BLEU up to n-grams.

    Each sequence is compared with all the others at once. 1 says that every n-gram stands in
    another sequence as well. Source: Zhu et al. 2018; Papineni et al. 2002 for BLEU.

    Example:
        >>> self_bleu([[1, 2, 3], [1, 2, 3]])
        1.0
    """
    precisions = [_repeated(_grams(_checked(tokens), size)) for size in range(1, n + 1)]
    if min(precisions) == 0:
        return 0.0
    return math.exp(sum(map(math.log, precisions)) / n)


def _repeated(rows):
    """Map each sequence's n-grams to the share that other sequences hold as often, clipped."""
    counts = [Counter(row) for row in rows]
    most = {}  # an n-gram's largest number in one sequence, and the next largest
    for count in counts:
        for gram, number in count.items():
            first, second = most.get(gram, (0, 0))
            most[gram] = tuple(sorted((first, second, number))[:0:-1])
    matched = 0
    for count in counts:
        for gram, number in count.items():
            first, second = most[gram]
            matched += min(number, second if number == first else first)
    return matched / sum(map(len, rows))


def share_copied(tokens, training, n=None):
    """Map sequences to the share of their n-grams that stand in the training set, in [0, 1].

    Whole sequences count where n is None.

    Example:
        >>> share_copied([[1, 2, 3]], [[0, 1, 2]], n=2)
        0.5
    """
    tokens, training = _checked(tokens), _checked(training)
    n = n or tokens.shape[1]
    known = {gram for row in _grams(training, n) for gram in row}
    grams = [gram for row in _grams(tokens, n) for gram in row]
    return sum(gram in known for gram in grams) / len(grams)


def unigram_draws(training, n, seed=0):
    """Draw n sequences, each token by its share in the training set alone, `(n, length)`.

    Example:
        >>> unigram_draws([[5, 5, 5]], 2).tolist()
        [[5, 5, 5], [5, 5, 5]]
    """
    training = _checked(training)
    return np.random.default_rng(seed).choice(training.ravel(), (n, training.shape[1]))


def bigram_draws(training, n, seed=0):
    """Draw n sequences `(n, length)`, each token as it followed the last one in the training set.

    A token that nothing ever followed is followed as a first token is drawn. There is no smoothing.

    Example:
        >>> bigram_draws([[5, 6, 5, 6]], 1).tolist()
        [[5, 6, 5, 6]]
    """
    training, rng = _checked(training), np.random.default_rng(seed)
    followers = {}
    for row in training.tolist():
        for token, following in zip(row, row[1:], strict=False):
            followers.setdefault(token, []).append(following)
    firsts = training[:, 0].tolist()
    rows = [[firsts[i]] for i in rng.integers(len(firsts), size=n)]
    for row in rows:
        while len(row) < training.shape[1]:
            known = followers.get(row[-1], firsts)
            row.append(known[rng.integers(len(known))])
    return np.int32(rows)


def _grams(tokens, n):
    """Map sequences to the n-grams of each, tuples."""
    rows = tokens.tolist()
    return [[tuple(row[i : i + n]) for i in range(len(row) - n + 1)] for row in rows]


def _checked(tokens):
    tokens = np.asarray(tokens)
    if tokens.ndim != 2 or not tokens.size or tokens.dtype.kind not in "iu":
        raise ValueError(
            f"tokens must be whole numbers (n, length), not {tokens.dtype} of shape {tokens.shape}"
        )
    return tokens
