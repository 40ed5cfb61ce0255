"""How many training steps a second: this package beside what a reader would use instead.

    python benchmarks/throughput.py                                    # the whole table
    python benchmarks/throughput.py --only gan_tutorial pytorch --rounds 3 --output bench.json

Everyone plays the same game: two-layer networks, G 100 -> 128 ReLU -> 784 sigmoid and D 784 -> 128
ReLU -> 1 logit, weights N(0, 2 / fan_in), Adam(1e-3, epsilon 1e-8), batches of 128, z uniform on
[-1, 1]. A step is one update of D and one of G, each with a fresh z, on the non-saturating loss.
Each contender is written as the people who use its library write it; where they write it in several
ways, the fastest was taken, and a comment says what the others gave.

A contender is a function: it takes the images, `(n, 784)` in [0, 1], and returns `run(steps)`,
which returns only when the steps are done, and `players()`, the weights of G and of D as NumPy
arrays. It imports its library inside, so that each runs in a process that knows no other library.
`CONTENDERS` lists them all; a new one is a new function there.

PROCESSES_PLACEHOLDER
"""

import argparse
import importlib.metadata
import itertools
import json
import multiprocessing
import os
import platform
import statistics
import time
from pathlib import Path

import numpy as np

BATCH, LATENT, HIDDEN, PIXELS = 128, 100, 128, 784
STEPS_PER_CALL = 100  # of the contenders that compile many steps into one program
WARM_UP = 300  # steps: time to compile, and for the check to see that both players learn


# ---- The contenders ---------------------------------------------------------------------------


def gan_tutorial(images):
    """This package, with its default settings."""
    from gan_tutorial import Trainer, make_discriminator, make_generator

    generator, discriminator = make_generator(), make_discriminator()
    trainer = Trainer(generator, discriminator, steps_per_execution=STEPS_PER_CALL)
    images = images.reshape(-1, 28, 28, 1)

    def run(steps):
        trainer.fit(images, steps=steps, report_every=steps, progress=False)

    def players():
        return generator.get_weights(), discriminator.get_weights()

    return run, players


def article_tf1(images):
    """The 2017 article's loop: placeholders, `feed_dict`, two `Session.run` calls a step."""
    import tensorflow.compat.v1 as tf

    def variables(*sizes):
        return [
            tf.get_variable(f"{name}{i}", initializer=value)
            for i, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes))
            for name, value in [
                ("W", tf.random_normal((fan_in, fan_out), stddev=(2 / fan_in) ** 0.5)),
                ("b", tf.zeros(fan_out)),
            ]
        ]

    def mlp(x, w1, b1, w2, b2):
        return tf.matmul(tf.nn.relu(tf.matmul(x, w1) + b1), w2) + b2

    # Logits instead of the article's log(sigmoid), which ends in NaN; the work is the same.
    def loss(logits, label):
        labels = tf.fill(tf.shape(logits), label)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))

    with tf.Graph().as_default():
        with tf.variable_scope("G"):
            theta_g = variables(LATENT, HIDDEN, PIXELS)
        with tf.variable_scope("D"):
            theta_d = variables(PIXELS, HIDDEN, 1)
        x = tf.placeholder(tf.float32, (None, PIXELS))
        z = tf.placeholder(tf.float32, (None, LATENT))
        fake_logits = mlp(tf.sigmoid(mlp(z, *theta_g)), *theta_d)
        d_loss = loss(mlp(x, *theta_d), 1.0) + loss(fake_logits, 0.0)
        g_loss = loss(fake_logits, 1.0)
        d_solver = tf.train.AdamOptimizer().minimize(d_loss, var_list=theta_d)
        g_solver = tf.train.AdamOptimizer().minimize(g_loss, var_list=theta_g)
        session = tf.Session()
        session.run(tf.global_variables_initializer())

    def sample_z():
        return np.random.uniform(-1.0, 1.0, (BATCH, LATENT))

    def minibatches():  # as `next_batch` of tensorflow.examples: shuffle once an epoch, then slice
        while True:
            shuffled = images[np.random.permutation(len(images))]
            for start in range(0, len(images) - BATCH + 1, BATCH):
                yield shuffled[start : start + BATCH]

    batches = minibatches()

    def run(steps):
        for _ in range(steps):
            session.run([d_solver, d_loss], feed_dict={x: next(batches), z: sample_z()})
            session.run([g_solver, g_loss], feed_dict={z: sample_z()})

    return run, lambda: session.run((theta_g, theta_d))


def keras_pair():
    """The two networks, two optimizers and the loss, as the two Keras contenders share them."""
    import keras
    from keras import layers

    def mlp(fan_in, fan_out, activation):
        def normal(fan_in):
            return keras.initializers.RandomNormal(stddev=(2 / fan_in) ** 0.5)

        return keras.Sequential(
            [
                keras.Input((fan_in,)),
                layers.Dense(HIDDEN, activation="relu", kernel_initializer=normal(fan_in)),
                layers.Dense(fan_out, activation=activation, kernel_initializer=normal(HIDDEN)),
            ]
        )

    def adam():
        return keras.optimizers.Adam(1e-3, epsilon=1e-8)

    networks = mlp(LATENT, PIXELS, "sigmoid"), mlp(PIXELS, 1, None)
    return *networks, adam(), adam(), keras.losses.BinaryCrossentropy(from_logits=True)


def tf_function(images):
    """One `tf.function` call a step, fed by `tf.data`: the pattern of TensorFlow's DCGAN page."""
    import tensorflow as tf

    generator, discriminator, g_optimizer, d_optimizer, cross_entropy = keras_pair()

    @tf.function
    def train_step(x):
        fake = generator(tf.random.uniform((BATCH, LATENT), -1.0, 1.0), training=True)
        with tf.GradientTape() as tape:
            real_logits = discriminator(x, training=True)
            fake_logits = discriminator(fake, training=True)
            d_loss = cross_entropy(tf.ones_like(real_logits), real_logits)
            d_loss += cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        theta_d = discriminator.trainable_variables
        d_optimizer.apply_gradients(zip(tape.gradient(d_loss, theta_d), theta_d, strict=True))
        z = tf.random.uniform((BATCH, LATENT), -1.0, 1.0)
        with tf.GradientTape() as tape:
            fake_logits = discriminator(generator(z, training=True), training=True)
            g_loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
        theta_g = generator.trainable_variables
        g_optimizer.apply_gradients(zip(tape.gradient(g_loss, theta_g), theta_g, strict=True))
        return d_loss, g_loss

    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images))
    dataset = dataset.batch(BATCH, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    batches = iter(dataset.repeat())

    def run(steps):
        for x in itertools.islice(batches, steps):
            losses = train_step(x)
        losses[0].numpy()

    return run, lambda: (generator.get_weights(), discriminator.get_weights())


def keras_fit(images):
    """`keras.Model.fit` with a `train_step` of one's own, XLA and many steps per execution."""
    import keras
    import tensorflow as tf

    class GAN(keras.Model):
        def __init__(self):
            super().__init__()
            pair = keras_pair()
            self.generator, self.discriminator, self.g_optimizer, self.d_optimizer = pair[:4]
            self.cross_entropy = pair[4]
            self.seeds = keras.random.SeedGenerator(0)
            self.d_mean = keras.metrics.Mean(name="d_loss")
            self.g_mean = keras.metrics.Mean(name="g_loss")

        def z(self):
            return keras.random.uniform((BATCH, LATENT), -1.0, 1.0, seed=self.seeds)

        def train_step(self, x):
            fake = self.generator(self.z(), training=True)
            with tf.GradientTape() as tape:
                real_logits = self.discriminator(x, training=True)
                fake_logits = self.discriminator(fake, training=True)
                d_loss = self.cross_entropy(tf.ones_like(real_logits), real_logits)
                d_loss += self.cross_entropy(tf.zeros_like(fake_logits), fake_logits)
            theta_d = self.discriminator.trainable_variables
            self.d_optimizer.apply(tape.gradient(d_loss, theta_d), theta_d)
            z = self.z()
            with tf.GradientTape() as tape:
                fake_logits = self.discriminator(self.generator(z, training=True), training=True)
                g_loss = self.cross_entropy(tf.ones_like(fake_logits), fake_logits)
            theta_g = self.generator.trainable_variables
            self.g_optimizer.apply(tape.gradient(g_loss, theta_g), theta_g)
            self.d_mean.update_state(d_loss)
            self.g_mean.update_state(g_loss)
            return {"d_loss": self.d_mean.result(), "g_loss": self.g_mean.result()}

    model = GAN()
    model.compile(jit_compile=True, steps_per_execution=STEPS_PER_CALL)
    full = images[: len(images) // BATCH * BATCH]

    def run(steps):
        model.fit(full, batch_size=BATCH, steps_per_epoch=steps, verbose=0)

    return run, lambda: (model.generator.get_weights(), model.discriminator.get_weights())


def pytorch(images):
    """PyTorch as its DCGAN tutorial writes it: eager, the images in memory, batches by index."""
    import torch
    from torch import nn

    def mlp(fan_in, fan_out, *last):
        net = nn.Sequential(nn.Linear(fan_in, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, fan_out), *last)
        for linear in (net[0], net[2]):
            nn.init.normal_(linear.weight, 0.0, (2 / linear.in_features) ** 0.5)
            nn.init.zeros_(linear.bias)
        return net

    generator, discriminator = mlp(LATENT, PIXELS, nn.Sigmoid()), mlp(PIXELS, 1)
    g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=1e-3)
    criterion = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    data = torch.from_numpy(images)

    def sample_z():
        return torch.rand(BATCH, LATENT) * 2 - 1

    def run(steps):
        for _ in range(steps):
            x = data[torch.randint(len(data), (BATCH,))]
            with torch.no_grad():
                fake = generator(sample_z())
            d_optimizer.zero_grad()
            d_loss = criterion(discriminator(x), ones) + criterion(discriminator(fake), zeros)
            d_loss.backward()
            d_optimizer.step()
            g_optimizer.zero_grad()
            g_loss = criterion(discriminator(generator(sample_z())), ones)
            g_loss.backward()
            g_optimizer.step()

    def players():
        linears = [[net[0], net[2]] for net in (generator, discriminator)]
        return [
            [a.detach().numpy() for layer in net for a in (layer.weight.T, layer.bias)]
            for net in linears
        ]

    return run, players


def jax_scan(images):
    """JAX: a hundred steps in one jitted `lax.scan`, Adam by hand, the images in memory."""
    import jax
    import jax.numpy as jnp
    from jax import lax, random

    def init(key, *sizes):
        keys = random.split(key, len(sizes) - 1)
        shapes = itertools.pairwise(sizes)
        return [
            (random.normal(k, s) * (2 / s[0]) ** 0.5, jnp.zeros(s[1]))
            for k, s in zip(keys, shapes, strict=True)
        ]

    def mlp(params, x):
        (w1, b1), (w2, b2) = params
        return jax.nn.relu(x @ w1 + b1) @ w2 + b2

    def g(params, z):
        return jax.nn.sigmoid(mlp(params, z))

    def d_loss(theta_d, x, fake):
        real_logits, fake_logits = mlp(theta_d, x), mlp(theta_d, fake)
        return jax.nn.softplus(-real_logits).mean() + jax.nn.softplus(fake_logits).mean()

    def g_loss(theta_g, theta_d, z):
        return jax.nn.softplus(-mlp(theta_d, g(theta_g, z))).mean()

    def adam(player, grads, t):
        theta, m, v = player
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        theta = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), theta, m, v)
        return theta, m, v

    data = jnp.asarray(images)

    @jax.jit
    def hundred_steps(state, data):
        def step(state, _):
            g_player, d_player, key, t = state
            key, for_x, for_d, for_g = random.split(key, 4)
            x = data[random.randint(for_x, (BATCH,), 0, len(data))]
            fake = g(g_player[0], random.uniform(for_d, (BATCH, LATENT), minval=-1.0))
            d_value, grads = jax.value_and_grad(d_loss)(d_player[0], x, fake)
            d_player = adam(d_player, grads, t)
            z = random.uniform(for_g, (BATCH, LATENT), minval=-1.0)
            g_value, grads = jax.value_and_grad(g_loss)(g_player[0], d_player[0], z)
            g_player = adam(g_player, grads, t)
            return (g_player, d_player, key, t + 1), (d_value, g_value)

        return lax.scan(step, state, length=STEPS_PER_CALL)

    def player(key, *sizes):
        theta = init(key, *sizes)
        zeros = jax.tree.map(jnp.zeros_like, theta)
        return theta, zeros, zeros

    g_key, d_key, key = random.split(random.key(0), 3)
    state = (player(g_key, LATENT, HIDDEN, PIXELS), player(d_key, PIXELS, HIDDEN, 1), key, 1.0)

    def run(steps):
        nonlocal state
        for _ in range(0, steps, STEPS_PER_CALL):
            state, losses = hundred_steps(state, data)
        jax.block_until_ready(losses)

    return run, lambda: [[np.asarray(a) for a in jax.tree.leaves(p[0])] for p in state[:2]]


CONTENDERS = {
    f.__name__: f for f in (gan_tutorial, article_tf1, tf_function, keras_fit, pytorch, jax_scan)
}
