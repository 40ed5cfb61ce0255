"""Algorithm 1 of Goodfellow et al. 2014: its loop, an update of D, an update of G."""

import numpy as np
import tensorflow as tf

from gan_tutorial import checks, draws, replicas
from gan_tutorial.checks import positive


class Algorithm1:
    """The arithmetic of steps and of sampling; `Trainer` sets the attributes that it reads."""

    def run_until(self, images, labels, stop):
        """Run steps up to `stop`, or to the first loss that is not finite: what is compiled."""

        def going_on(step, sums):
            return (step < stop) & tf.reduce_all(tf.math.is_finite(sums))

        def body(step, sums):
            numbers = self.strategy.run(self.train_step, (images, labels, step))
            # All replicas give the same numbers; the first one here speaks for them.
            return step + 1, sums + self.strategy.experimental_local_results(numbers)[0]

        start = (self._step.read_value(), self._sums.read_value())
        step, sums = tf.while_loop(going_on, body, start, parallel_iterations=1)
        self._step.assign(step)
        self._sums.assign(sums)

    def train_step(self, images, labels, step):
        """Map all images, their labels or None, and the step's number to the step's four numbers.

        They are d_loss, g_loss, D(x) and D(G(z)), those of the last update where there are several.
        Source: Goodfellow et al. 2014, Algorithm 1, the body of the loop.
        """
        for update in range(self.d_steps):
            d_loss, d_real, d_fake = self.update_discriminator(images, labels, step, update)
        for update in range(self.g_steps):
            g_loss = self.update_generator(images, labels, step, update)  # Eq. (4.2)
        return tf.cast(tf.stack([d_loss, g_loss, d_real, d_fake]), tf.float64)

    def update_discriminator(self, images, labels, step, update=0):
        """Move D's weights, and them alone, down D's loss; return d_loss, D(x) and D(G(z))."""
        x, y = self._batch(images, labels, self._key(draws.D_IMAGES, step, update))
        z = self._noise(self._key(draws.D_NOISE, step, update))
        fake = _call(self.generator, z, y)  # outside the tape: G is a constant here
        with tf.GradientTape() as tape:
            real_logits = _call(self.discriminator, x, y)
            fake_logits = _call(self.discriminator, fake, y)
            d_loss = self.loss.discriminator(real_logits, fake_logits)
            if self.penalty:
                seed = self._key(draws.PENALTY, step, update)
                d_loss += self._penalty(step, _scoring(self.discriminator, y), x, fake, seed)
            objective = tf.add_n([d_loss, *self.discriminator.losses])
        # What is reported; where several devices share the batch, their means.
        numbers = [d_loss, _mean_probability(real_logits), _mean_probability(fake_logits)]
        numbers = _descend(self.d_optimizer, tape, objective, self.discriminator, numbers)
        for weight in self.discriminator.trainable_variables if self.clip else ():
            weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))
        return numbers

    def update_generator(self, images, labels, step, update=0):
        """Move G's weights, and them alone, down G's loss; return g_loss."""
        x, y = self._batch(images, labels, self._key(draws.G_IMAGES, step, update))
        z = self._noise(self._key(draws.G_NOISE, step, update))
        with tf.GradientTape() as tape:
            fake_logits = _call(self.discriminator, _call(self.generator, z, y), y)
            # Few losses of G look at real images; the others need not pay for them.
            real_logits = _call(self.discriminator, x, y) if self.loss.relativistic else None
            g_loss = self.loss.generator(real_logits, fake_logits)
            objective = tf.add_n([g_loss, *self.generator.losses])
        [g_loss] = _descend(self.g_optimizer, tape, objective, self.generator, [g_loss])
        if self.ema:
            self._update_average()
        return g_loss

    def sample(self, n=16, z=None, labels=None, seed=0):
        """Map a number of samples, or noise z `(n, ...)`, to generated images `(n, ...)`.

        The same call gives the same images. See the function `sample` for what is raised.
        """
        return sample(self.sampler, n, z, labels, seed, self.prior)

    def outputs(self, images, labels):
        """Return D's outputs for a batch of real images, then for as many fakes."""
        n = self.batch_size
        x, y = checks.as_floats(images[:n], self.data_range), None if labels is None else labels[:n]
        fake = _call(self.generator, self._noise(draws.key(0, draws.SAMPLE, 0)), y, False)
        return tf.concat([_call(self.discriminator, these, y, False) for these in (x, fake)], 0)

    def _key(self, purpose, step, update):
        return draws.key(self.seed, purpose, step * max(self.d_steps, self.g_steps) + update)

    def _noise(self, key):
        return replicas.part(_noise(self.generator, self.batch_size, self.prior, key))

    def _batch(self, images, labels, key):
        drawn = replicas.part(draws.indices(self.batch_size, tf.shape(images)[0], key))
        x = checks.as_floats(tf.gather(images, drawn), self.data_range)
        return x, None if labels is None else tf.gather(labels, drawn)

    def _penalty(self, step, *what):
        """Return the penalty; a lazy one is 0, and costs nothing, between the steps it is due."""
        every = getattr(self.penalty, "every", 1)
        if every == 1:
            return self.penalty(*what)
        return tf.cond(step % every == 0, lambda: self.penalty(*what), lambda: tf.constant(0.0))

    def _update_average(self):
        trained, average = self.generator, self._average
        pairs = zip(average.trainable_variables, trained.trainable_variables, strict=True)
        for mean, weight in pairs:
            mean.assign(self.ema * mean.value + (1 - self.ema) * weight.value)
        others = zip(average.non_trainable_variables, trained.non_trainable_variables, strict=True)
        for copy, original in others:
            copy.assign(original.value)  # batch norm's statistics are made anew before they serve


def sample(generator, n=16, z=None, labels=None, seed=0, prior="uniform"):
    """Map a generator and a number of samples, or noise z `(n, ...)`, to images `(n, ...)`.

    The same call gives the same images. G runs with `training=False`, on at most 1,000 at a time.

    Args:
        generator: a `keras.Model` from noise (and one-hot labels) to images.
        n: number of samples where z is not given, at least 1.
        z: noise of the generator's own shape.
        labels: whole numbers `(n,)`, where the generator takes them.
        seed: of the noise where z is not given.
        prior: what the noise is drawn from, as in `Trainer`.

    Raises ValueError for a number below 1, noise of another shape, and labels that do not fit.

    Example:
        >>> from gan_tutorial import make_generator
        >>> sample(make_generator(), 4).shape
        (4, 28, 28, 1)
    """
    if z is None:
        z = _noise(generator, positive("n", n), prior, draws.key(0, draws.SAMPLE, seed))
    z = tf.cast(z, tf.float32)  # beside one-hot labels Keras takes no NumPy array
    shape = tuple(generator.inputs[0].shape[1:])
    if tuple(z.shape[1:]) != shape:
        raise ValueError(f"z has shape {tuple(z.shape)}, the generator takes (n, *{shape})")
    y = checks.one_hot(generator, labels, len(z))
    slices = [slice(i, i + 1000) for i in range(0, len(z), 1000)]
    return np.concatenate([_call(generator, z[s], y if y is None else y[s], False) for s in slices])


def _noise(generator, n, prior, key):
    return draws.prior(prior)((n, *generator.inputs[0].shape[1:]), key)


def _call(model, x, y, training=True):
    """Call a network; what a layer of lower precision returns goes on as float32."""
    result = model(x if y is None else [x, y], training=training)
    return result if result.dtype == tf.float32 else tf.cast(result, tf.float32)


def _scoring(discriminator, y):
    """Return D as a function of images alone, in training mode, as penalties want it."""
    return lambda images: _call(discriminator, images, y)


def _descend(optimizer, tape, objective, player, numbers):
    """Move one player's trainable variables, and no others, down its objective.

    Return the step's numbers: their means, and the slopes', over all replicas.
    """
    variables = player.trainable_variables
    slopes, numbers = replicas.means(tape.gradient(objective, variables), numbers)
    optimizer.apply(slopes, variables)
    return numbers


def _mean_probability(logits):
    return tf.reduce_mean(tf.sigmoid(logits))
