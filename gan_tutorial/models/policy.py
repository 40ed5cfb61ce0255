"""A policy: what draws tokens one after the other, and knows how likely each of them was.

Tokens are int32 `(n, length)`, from 0 to vocabulary - 1. The oracle that makes the data of the
experiment of Yu et al. 2017 and the generator that learns from them are both of this kind.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from gan_tutorial.checks import positive
from gan_tutorial.draws import SAMPLE, key, place_key

START = 0  # the token that every sequence is read after, as in the authors' code
BLOCK = 1000  # sequences drawn at a time, at most


class Policy(keras.Model):
    """Map tokens `(batch, length)` to logits `(batch, length, vocabulary)` of each of them.

    The logits at a place depend on the tokens before it alone: on START, then on those to its left.

    Args:
        vocabulary: number of different tokens.
        embedding, hidden: sizes of a token's vector and of the LSTM.
        stddev: of all first weights and biases, drawn from N(0, stddev^2).
        seed: of those.

    Raises ValueError where a size is not a whole number of at least 1.
    Source: Yu et al. 2017, section 3 and equations 9 to 11; sizes as in the authors' code.

    Example:
        >>> Policy(vocabulary=7)(np.zeros((2, 5), "int32")).shape
        TensorShape([2, 5, 7])
    """

    def __init__(self, vocabulary, embedding=32, hidden=32, stddev=0.1, seed=0):
        super().__init__(name="policy")
        seeds = iter(np.random.SeedSequence(seed).generate_state(6).tolist())

        def normal():
            return keras.initializers.RandomNormal(stddev=stddev, seed=next(seeds))

        self.vocabulary = positive("vocabulary", vocabulary)
        self.embed = layers.Embedding(self.vocabulary, positive("embedding", embedding), normal())
        self.cell = layers.LSTMCell(
            positive("hidden", hidden),
            kernel_initializer=normal(),
            recurrent_initializer=normal(),
            bias_initializer=normal(),
            unit_forget_bias=False,
            seed=0,  # of dropout that it has not; else its state would differ from model to model
        )
        self.readout = layers.Dense(
            self.vocabulary, kernel_initializer=normal(), bias_initializer=normal()
        )
        self(np.zeros((1, 1), np.int32))  # makes the weights
        self.draw_block = tf.function(self._draw_block)  # with traces of its own

    def call(self, tokens):
        """Map tokens to logits, as the class says."""
        hidden = tf.stack([h for h, _ in self.states(tokens)], axis=1)
        return self.readout(hidden)

    def states(self, tokens):
        """Map tokens `(batch, length)` to the LSTM's state (h, c) before each place, a list."""
        nothing = tf.zeros((tf.shape(tokens)[0], self.cell.units))
        states = [self.read(tf.fill(tf.shape(tokens)[:1], START), [nothing, nothing])]
        for t in range(tokens.shape[1] - 1):
            states.append(self.read(tokens[:, t], states[-1]))
        return states

    def read(self, tokens, state):
        """Map one token each `(batch,)` and the state before them to the state after them."""
        return self.cell(self.embed(tokens), state)[1]

    def draw(self, state, seed, temperature=1.0):
        """Map a state and a key `(2,)` to the next token of each row, `(batch,)`.

        Not under XLA, which draws a random number for each token of the vocabulary, not for each
        row: a policy step of the paper's sizes then takes several times as long.
        """
        logits = self.readout(state[0]) / temperature
        return tf.random.stateless_categorical(logits, 1, seed, tf.int32)[:, 0]

    def _draw_block(self, n, length, seed, temperature=1.0):
        tokens, state = [], self.states(tf.zeros((n, 1), tf.int32))[0]
        for t in range(length):
            tokens.append(self.draw(state, place_key(seed, t), temperature))
            state = self.read(tokens[-1], state)
        return tf.stack(tokens, axis=1)


def make_oracle(vocabulary=5000, seed=0, **sizes):
    """Return the paper's oracle: a `Policy` whose every weight is drawn from N(0, 1).

    Source: Yu et al. 2017, section 4.1.

    Example:
        >>> make_oracle(10, hidden=4).count_params() > 0
        True
    """
    return Policy(vocabulary, stddev=1.0, seed=seed, **sizes)


def log_likelihoods(logits, tokens):
    """Map logits `(batch, length, vocabulary)` and tokens to log G(y_t | y_1..t-1) of each.

    Both have shape `(batch, length)`.

    Example:
        >>> log_likelihoods(np.zeros((1, 2, 1)), np.zeros((1, 2), "int32")).numpy().tolist()
        [[-0.0, -0.0]]
    """
    logits = tf.convert_to_tensor(logits)
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(tf.convert_to_tensor(tokens), logits)


def sample_tokens(policy, n, length, seed=0, temperature=1.0, purpose=SAMPLE, first=0):
    """Draw n sequences from a policy, an array `(n, length)` of int32.

    Args:
        policy: a `Policy`.
        n, length: how many, and of how many tokens.
        seed: the same one draws the same sequences, on the same number of cores: TensorFlow's
            categorical draws depend on how it shares out the rows.
        temperature: logits are divided by it: below 1 likely tokens become more likely.
        purpose, first: of the draws' keys (`draws.key`); each 1,000 sequences are one draw.

    Raises ValueError for a temperature not above 0.

    Example:
        >>> sample_tokens(Policy(7), 3, 5).shape
        (3, 5)
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, not {temperature}")
    size = min(positive("n", n), BLOCK)
    temperature = tf.constant(temperature, tf.float32)  # a tensor: no new trace for each value
    keys = [key(seed, purpose, first + i) for i in range(blocks(n))]
    length = positive("length", length)
    drawn = [policy.draw_block(size, length, of_block, temperature) for of_block in keys]
    return np.concatenate(drawn)[:n]


def blocks(n):
    """Map a number of sequences to the number of draws that `sample_tokens` makes of them.

    Example:
        >>> blocks(2001)
        3
    """
    return -(-n // BLOCK)


def roll_out(policy, tokens, n, seed):
    """Finish every beginning of every sequence n times: `(length - 1, n, batch, length)`.

    Args:
        policy: draws the missing tokens.
        tokens: `(batch, length)`; entry t - 1 of the result keeps the first t of them.
        n: how often each beginning is finished.
        seed: a key `(2,)`.

    The state after every beginning is known from one pass over `tokens`; all beginnings are then
    finished together, one more of them at each place. Source: Yu et al. 2017, section 3.1.

    Example:
        >>> roll_out(Policy(7), np.zeros((2, 5), "int32"), 3, key(0, SAMPLE, 0)).shape
        TensorShape([4, 3, 2, 5])
    """
    tokens = tf.convert_to_tensor(tokens)
    length, states = tokens.shape[1], policy.states(tokens)
    rows, state = tokens[:0], [part[:0] for part in states[0]]
    for t in range(1, length):
        rows = tf.concat([rows, tf.tile(tokens, (n, 1))], 0)
        new = [tf.tile(part, (n, 1)) for part in states[t]]
        state = [tf.concat(pair, 0) for pair in zip(state, new, strict=True)]
        drawn = policy.draw(state, place_key(seed, t))
        rows = tf.concat([rows[:, :t], drawn[:, None], rows[:, t + 1 :]], 1)
        state = policy.read(drawn, state)
    return tf.reshape(rows, (length - 1, n, -1, length))
