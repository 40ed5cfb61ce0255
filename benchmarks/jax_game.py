"""The dense games of throughput.py in JAX: a hundred steps in one jitted `lax.scan`."""

from typing import NamedTuple

import numpy as np


class Game(NamedTuple):
    """What is played: first weights of both players, and the settings that differ."""

    generator: list  # weights and biases in turn, layer by layer
    discriminator: list
    normal: bool = False  # z is normal rather than uniform on [-1, 1]
    slope: float = 0.0  # of the rectifier below 0
    rate: float = 1e-3
    beta_1: float = 0.9
    beta_2: float = 0.999
    gamma: float = 0.0  # of R1 and R2
    decay: float = 0.0  # of the average of G's weights


def scan(images, game, batch, call):
    """Map images `(n, pixels)` and a game to `run(steps)` and `players()`, `call` steps a scan."""
    import jax
    import jax.numpy as jnp
    from jax import random
    from jax.nn import leaky_relu, sigmoid, softplus

    def mlp(x, theta):
        for w, b in zip(theta[:-2:2], theta[1:-2:2], strict=True):
            x = leaky_relu(x @ w + b, game.slope)
        return x @ theta[-2] + theta[-1]

    def make_fake(theta_g, key):
        shape = batch, theta_g[0].shape[0]
        z = random.normal(key, shape) if game.normal else random.uniform(key, shape, minval=-1.0)
        return sigmoid(mlp(z, theta_g))

    def squared_slopes(theta_d, x):
        return (jax.grad(lambda x: mlp(x, theta_d).sum())(x) ** 2).sum(1)

    def d_loss(theta_d, x, fake):
        loss = softplus(-mlp(x, theta_d)).mean() + softplus(mlp(fake, theta_d)).mean()
        if game.gamma:
            slopes = squared_slopes(theta_d, x) + squared_slopes(theta_d, fake)
            loss += game.gamma / 2 * slopes.mean()
        return loss

    def g_loss(theta_g, theta_d, key):
        return softplus(-mlp(make_fake(theta_g, key), theta_d)).mean()

    def adam(t, grads, theta, m, v):
        b1, b2 = game.beta_1, game.beta_2
        m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, m, grads)
        v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g**2, v, grads)
        rate = game.rate * jnp.sqrt(1 - b2**t) / (1 - b1**t)
        return jax.tree.map(lambda p, m, v: p - rate * m / (v**0.5 + 1e-8), theta, m, v), m, v

    def follow(average, theta):
        return jax.tree.map(lambda a, p: game.decay * a + (1 - game.decay) * p, average, theta)

    @jax.jit
    def many_steps(state, images):
        def train_step(state, _):
            key, t, average, g_player, d_player = state
            key, for_x, for_d, for_g = random.split(key, 4)
            x = images[random.randint(for_x, (batch,), 0, len(images))]
            fake = make_fake(g_player[0], for_d)
            d_value, grads = jax.value_and_grad(d_loss)(d_player[0], x, fake)
            d_player = adam(t, grads, *d_player)
            g_value, grads = jax.value_and_grad(g_loss)(g_player[0], d_player[0], for_g)
            g_player = adam(t, grads, *g_player)
            average = follow(average, g_player[0]) if game.decay else g_player[0]
            return (key, t + 1, average, g_player, d_player), (d_value, g_value)

        return jax.lax.scan(train_step, state, length=call)

    def player(weights):
        theta = [jnp.asarray(w) for w in weights]
        zeros = [jnp.zeros_like(w) for w in theta]
        return theta, zeros, zeros

    g_player, d_player = player(game.generator), player(game.discriminator)
    state = (random.key(0), jnp.asarray(1.0), g_player[0], g_player, d_player)
    images = jnp.asarray(images)

    def run(steps):
        nonlocal state
        for _ in range(0, steps, call):
            state, losses = many_steps(state, images)
        jax.block_until_ready(losses)

    return run, lambda: [[np.asarray(w) for w in theta] for theta in (state[2], state[4][0])]
