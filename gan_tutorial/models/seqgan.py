"""SeqGAN: a generator of discrete tokens, taught by the discriminator through a policy gradient.

As Yu et al. 2017. Drawing a token has no gradient, so G is a policy: D's answer to a finished
sequence is the reward of each token that led to it, and G makes rewarded tokens more likely.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from gan_tutorial import checkpoints, replicas
from gan_tutorial.checks import positive
from gan_tutorial.draws import D_NOISE, G_NOISE, ROLL_OUT, SCHEME, key
from gan_tutorial.models.policy import blocks, log_likelihoods, roll_out, sample_tokens

# Widths of the paper's convolutions, and how many filters each has.
PAPER_FILTERS = {1: 100, 2: 200, 3: 200, 4: 200, 5: 200, 6: 100, 7: 100, 8: 100, 9: 100, 10: 100}
PAPER_FILTERS |= {15: 160, 20: 160}


def make_token_discriminator(vocabulary, length, filters=None, embedding=64, seed=0):
    """Map tokens `(batch, length)` to a logit `(batch, 1)`, that the sequence is real.

    Args:
        vocabulary, length: of the sequences.
        filters: how many of each width, `{width: number}`; the paper's where it is None, those
            that are wider than a sequence left out.
        embedding: size of a token's vector.
        seed: of the first weights and of dropout.

    Returns a compiled `keras.Model` (Adam, 1e-4). The paper's two outputs are one here, their
    difference; its penalty of 0.2 / 2 on each output's weights is then 0.05 on the difference's.
    Raises ValueError where a width exceeds the length.
    Source: Yu et al. 2017, section 3.2 and equations 12 to 18; Kim 2014 for the convolutions.

    Example:
        >>> make_token_discriminator(10, 6, {2: 8, 3: 8}).output_shape
        (None, 1)
    """
    if filters is None:
        filters = {width: n for width, n in PAPER_FILTERS.items() if width <= length}
    if max(filters) > length:
        raise ValueError(f"a filter of width {max(filters)} is wider than {length} tokens")
    seeds = iter(np.random.SeedSequence(seed).generate_state(len(filters) + 5).tolist())

    def truncated():
        return keras.initializers.TruncatedNormal(stddev=0.1, seed=next(seeds))

    tokens = keras.Input((length,), dtype="int32")
    uniform = keras.initializers.RandomUniform(-1, 1, seed=next(seeds))
    embedded = layers.Embedding(vocabulary, embedding, uniform)(tokens)
    found = [
        layers.GlobalMaxPooling1D()(
            layers.Conv1D(n, width, activation="relu", kernel_initializer=truncated())(embedded)
        )
        for width, n in filters.items()
    ]
    h = found[0] if len(found) == 1 else layers.Concatenate()(found)
    h = layers.Dropout(0.25, seed=next(seeds))(_highway(h, truncated))
    logit = layers.Dense(
        1, kernel_initializer=truncated(), kernel_regularizer=keras.regularizers.L2(0.05)
    )
    discriminator = keras.Model(tokens, logit(h), name="discriminator")
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    # Without XLA, which is slower for convolutions on a CPU.
    discriminator.compile(keras.optimizers.Adam(1e-4), cross_entropy, jit_compile=False)
    return discriminator


def _highway(h, initializer):
    """Mix a layer's output with its input, by a gate that starts nearly closed."""
    width = h.shape[-1]
    gate = layers.Dense(
        width, "sigmoid", kernel_initializer=initializer(), bias_initializer=_constant(-2.0)
    )(h)
    new = layers.Dense(width, "relu", kernel_initializer=initializer())(h)
    return layers.Add()([layers.Multiply()([gate, new]), layers.Multiply()([1.0 - gate, h])])


def _constant(value):
    return keras.initializers.Constant(value)


def rewards(policy, discriminator, tokens, n, seed):
    """Map sequences `(batch, length)` to Q of each token, `(batch, length)`, in [0, 1].

    Q of a token is D's mean answer to n sequences that go on from it; of the last token it is D's
    answer to the sequence itself. Arguments are as in `roll_out`.
    Source: Yu et al. 2017, equation 4.

    Example:
        >>> from gan_tutorial.models.policy import Policy
        >>> policy, judge = Policy(7), make_token_discriminator(7, 5, {2: 4})
        >>> rewards(policy, judge, np.zeros((2, 5), "int32"), 3, key(0, ROLL_OUT, 0)).shape
        TensorShape([2, 5])
    """
    finished = roll_out(policy, tokens, n, seed)

    def mean_answer(one_beginning):  # (n, batch, length): one at a time, for the sake of memory
        rows = tf.reshape(one_beginning, (-1, tokens.shape[1]))
        answers = tf.sigmoid(discriminator(rows, training=False))
        return tf.reduce_mean(tf.reshape(answers, (n, -1)), axis=0)

    before = tf.map_fn(mean_answer, finished, fn_output_signature=tf.float32, parallel_iterations=1)
    last = tf.sigmoid(discriminator(tokens, training=False))
    return tf.concat([tf.transpose(before), last], axis=1)  # Eq. (Q)


def policy_loss(logits, tokens, rewards):
    """Map logits, drawn tokens and their rewards to a loss whose gradient is the policy gradient.

    It is -sum of log G(y_t | y_1..t-1) Q_t over batch and places; Q counts as a constant.
    Source: Yu et al. 2017, equations 2, 6 and 7.

    Example:
        >>> logits, tokens = np.zeros((1, 2, 7)), np.zeros((1, 2), "int32")
        >>> round(float(policy_loss(logits, tokens, np.ones((1, 2)))), 2)  # 2 ln 7
        3.89
    """
    return -tf.reduce_sum(log_likelihoods(logits, tokens) * tf.stop_gradient(rewards))  # Eq. (PG)


class SeqGAN:
    """The game on tokens: a policy, a discriminator, and the sequences that they are about.

    Args:
        policy: a `Policy`, which this compiles (Adam; gradients of norm 5 at most).
        discriminator: of `make_token_discriminator`.
        real: tokens `(n, length)`.
        rollouts: how often each beginning is finished for a reward.
        batch_size: sequences of a policy step, and of a batch of both pretrainings.
        learning_rate: of the policy.
        reward: None, or `f(tokens)` to rewards `(batch, length)` in D's place.
        seed: of all draws.

    Source: Yu et al. 2017, Algorithm 1; settings as in the authors' code, except that there the
    roll-outs are drawn by a copy that follows the policy slowly, and here by the policy itself.

    Example:
        >>> from gan_tutorial.models.policy import Policy, make_oracle
        >>> real = sample_tokens(make_oracle(7), 64, 5)
        >>> game = SeqGAN(Policy(7), make_token_discriminator(7, 5, {2: 4}), real, rollouts=2)
        >>> game.pretrain(epochs=1)
        >>> game.train_discriminator(rounds=1, epochs=1)
        >>> 0 < game.policy_step() < 1
        True
    """

    def __init__(
        self, policy, discriminator, real, rollouts=16, batch_size=64, learning_rate=1e-2,
        reward=None, seed=0,
    ):  # fmt: skip
        replicas.only_one("SeqGAN")
        self.policy, self.discriminator = policy, discriminator
        self.real = np.asarray(real, np.int32)
        self.rollouts = positive("rollouts", rollouts)
        self.batch_size, self.reward, self.seed = positive("batch_size", batch_size), reward, seed
        likelihood = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        adam = keras.optimizers.Adam(learning_rate, global_clipnorm=5.0)
        policy.compile(adam, likelihood, jit_compile=False)
        # As in the authors' code, the adversarial phase has an optimiser of its own.
        self.optimizer = keras.optimizers.Adam(learning_rate, global_clipnorm=5.0)
        for optimizer, player in (
            (adam, policy), (discriminator.optimizer, discriminator), (self.optimizer, policy),
        ):  # fmt: skip
            optimizer.build(player.trainable_variables)
        self._draws = 0  # so far: each has a number of its own
        self._step = tf.function(self._policy_step)

    def pretrain(self, epochs):
        """Train the policy by maximum likelihood of the real sequences."""
        self._fit(self.policy, self.real, self.real, epochs)

    def train_discriminator(self, rounds=1, epochs=3):
        """Train D on real sequences and as many fresh fakes, a number of rounds of some epochs."""
        n, length = self.real.shape
        for _ in range(rounds):
            first = self._take(blocks(n))
            fakes = sample_tokens(self.policy, n, length, self.seed, purpose=D_NOISE, first=first)
            labels = np.repeat(np.float32([1, 0]), n)[:, None]
            self._fit(self.discriminator, np.concatenate([self.real, fakes]), labels, epochs)

    def policy_step(self):
        """Update the policy once on a batch that it draws; return the batch's mean reward."""
        draw = self._take()
        keys = (key(self.seed, purpose, draw) for purpose in (G_NOISE, ROLL_OUT))
        return float(self._step(*keys))

    def _policy_step(self, draw, draws_of_roll_outs):
        tokens = self.policy.draw_block(self.batch_size, self.real.shape[1], draw)
        if self.reward:
            q = self.reward(tokens)
        else:
            players = (self.policy, self.discriminator)
            q = rewards(*players, tokens, self.rollouts, draws_of_roll_outs)
        with tf.GradientTape() as tape:
            loss = policy_loss(self.policy(tokens), tokens, q)
        variables = self.policy.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return tf.reduce_mean(q)

    def save(self, directory, step=0, **facts):
        """Write both players and their optimisers to one file, `directory/step-STEP.npz`."""
        arrays = {name: variable.numpy() for name, variable in self._state().items()}
        return checkpoints.write(directory, step, arrays, {"draws": self._draws, **facts})

    def restore(self, directory):
        """Go back to the newest file of a folder; return what `save` was given besides.

        Raises FileNotFoundError where there is none, ValueError where it is of other networks
        or its draws had other keys.
        """
        arrays, facts = checkpoints.read_newest(directory, schemes=(SCHEME,))
        known = self._state()
        fits = known.keys() == arrays.keys() and all(
            arrays[name].shape == tuple(variable.shape) for name, variable in known.items()
        )
        if not fits:
            raise ValueError(f"{directory}: its checkpoint is of other networks")
        for name, variable in known.items():
            variable.assign(arrays[name])
        self._draws = facts["draws"]
        return facts

    def _state(self):
        """Return everything that training changes, by the names that `save` gives it."""
        parts = {
            "policy": self.policy.variables,
            "discriminator": self.discriminator.variables,
            "pretraining": self.policy.optimizer.variables,
            "d_optimizer": self.discriminator.optimizer.variables,
            "optimizer": self.optimizer.variables,
        }
        return {f"{name}/{i}": v for name, each in parts.items() for i, v in enumerate(each)}

    def _fit(self, model, x, y, epochs):
        for _ in range(epochs):
            order = np.random.default_rng((self.seed, self._take())).permutation(len(x))
            model.fit(x[order], y[order], self.batch_size, verbose=0, shuffle=False)

    def _take(self, n=1):
        """Return the number of the first of n draws that nobody has made yet."""
        self._draws += n
        return self._draws - n
