"""How many training steps a second: this package beside what a reader would use instead.

    python benchmarks/throughput.py                                # everyone: five minutes
    python benchmarks/throughput.py --only gan_tutorial pytorch --rounds 3 --output bench.json

All but four play the same game: G 100 -> 128 ReLU -> 784 sigmoid, D 784 -> 128 ReLU -> 1 logit,
Adam(1e-3, epsilon 1e-8), batches of 128, z uniform on [-1, 1]. A step is one update of D and one
of G, each with a fresh z, on the non-saturating loss. Those whose names begin with dcgan play the
same with convolutions: the small unconditional pair of `gan_tutorial.models.dcgan`, batches of 64,
Adam(2e-4, beta_1 0.5). Those that begin with stabilised play with R1 and R2, as the arm
no-momentum of `gan_tutorial.models.stabilised` does.

A contender is a function, written as the people who use its library write it: it takes images
`(n, 784)` in [0, 1] and returns `run(steps)` and `players()`, the weights of G and of D as NumPy
arrays. `CONTENDERS` lists them, each with the module that it cannot do without.

Each lives in a process of its own, with its library, threads and memory to itself, as its users
have it. (Tried both ways: the sleeping ones use no processor time, and all in one process gives
the same figures within 5 %.) All are started and compiled before the clock runs; then each in turn
runs a slice, so that a busy minute of the machine falls on everyone. Nothing else should run:
PyTorch, whose two threads wait for each other at every operation, lost nine tenths of its speed
beside a second program, and then no ratio means anything.
"""

import argparse
import importlib.metadata
import importlib.util
import itertools
import json
import multiprocessing
import os
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np

BATCH, LATENT, HIDDEN, PIXELS = 128, 100, 128, 784
PARAMETERS = [114_064, 100_609]  # of G and of D
DCGAN_BATCH = 64
CALL = 100  # steps in one compiled call, where a contender compiles many into one
WARM_UP = 500  # steps before the clock runs: compilation, first allocations


def initial_weights(fan_in, fan_out):
    """Draw the weights of a two-layer network, N(0, 2 / fan_in), and its biases, which are 0."""
    rng = np.random.default_rng(fan_in)
    w1 = rng.normal(0, (2 / fan_in) ** 0.5, (fan_in, HIDDEN))
    w2 = rng.normal(0, (2 / HIDDEN) ** 0.5, (HIDDEN, fan_out))
    return [a.astype("float32") for a in (w1, np.zeros(HIDDEN), w2, np.zeros(fan_out))]


def mlp(relu, x, w1, b1, w2, b2):
    """Map x `(batch, fan_in)` to `(batch, fan_out)`, for the contenders without layers."""
    return relu(x @ w1 + b1) @ w2 + b2


def gan_tutorial(images):
    """This package, with its default settings."""
    from gan_tutorial import Trainer, make_discriminator, make_generator

    trainer = Trainer(make_generator(), make_discriminator())
    images = images.reshape(-1, 28, 28, 1)

    def run(steps):
        return timed(trainer.fit, images, steps=steps, report_every=steps, progress=False)

    return run, lambda: (trainer.generator.get_weights(), trainer.discriminator.get_weights())


def dcgan(images):
    """This package's small DCGAN, in graph mode, which the trainer chooses for convolutions."""
    from gan_tutorial import Trainer
    from gan_tutorial.models import dcgan as package

    trainer = Trainer(
        package.make_dcgan_generator(),
        package.make_dcgan_discriminator(),
        d_optimizer=package.make_dcgan_optimizer(),
        g_optimizer=package.make_dcgan_optimizer(),
        batch_size=DCGAN_BATCH,
    )
    images = images.reshape(-1, 28, 28, 1)

    def run(steps):
        return timed(trainer.fit, images, steps=steps, report_every=steps, progress=False)

    return run, lambda: (trainer.generator.get_weights(), trainer.discriminator.get_weights())


def article_tf1(images):
    """The article's TensorFlow 1: placeholders, `feed_dict`, two `Session.run` calls a step."""
    import tensorflow.compat.v1 as tf

    def loss(logits, label):  # on logits: the article's log(sigmoid) costs as much and ends in NaN
        labels = label * tf.ones_like(logits)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
        return tf.reduce_mean(entropy)

    with tf.Graph().as_default():  # graph mode in here, whatever TensorFlow 2 does outside
        theta_g = [tf.Variable(w) for w in initial_weights(LATENT, PIXELS)]
        theta_d = [tf.Variable(w) for w in initial_weights(PIXELS, 1)]
        x = tf.placeholder(tf.float32, (None, PIXELS))
        z = tf.placeholder(tf.float32, (None, LATENT))
        fake_logits = mlp(tf.nn.relu, tf.sigmoid(mlp(tf.nn.relu, z, *theta_g)), *theta_d)
        d_loss = loss(mlp(tf.nn.relu, x, *theta_d), 1.0) + loss(fake_logits, 0.0)
        g_loss = loss(fake_logits, 1.0)
        d_solver = tf.train.AdamOptimizer().minimize(d_loss, var_list=theta_d)
        g_solver = tf.train.AdamOptimizer().minimize(g_loss, var_list=theta_g)
        session = tf.Session()
        session.run(tf.global_variables_initializer())

    def sample_z():
        return np.random.uniform(-1.0, 1.0, (BATCH, LATENT))  # noqa: NPY002, as in 2017

    def minibatches():  # as `next_batch` of tensorflow.examples: shuffle every epoch, then slice
        while True:
            shuffled = images[np.random.permutation(len(images))]  # noqa: NPY002
            for start in range(0, len(images) - BATCH + 1, BATCH):
                yield shuffled[start : start + BATCH]

    batches = minibatches()

    def run(steps):
        for x_batch in itertools.islice(batches, steps):
            session.run([d_solver, d_loss], feed_dict={x: x_batch, z: sample_z()})
            session.run([g_solver, g_loss], feed_dict={z: sample_z()})

    return run, lambda: session.run((theta_g, theta_d))


def keras_game():
    """The networks and the step of the next two contenders: Keras layers and optimizers, tapes."""
    import keras
    import tensorflow as tf
    from keras.layers import Dense

    def player(fan_in, fan_out, activation):
        layers = [keras.Input((fan_in,)), Dense(HIDDEN, "relu"), Dense(fan_out, activation)]
        network, optimizer = keras.Sequential(layers), keras.optimizers.Adam(1e-3, epsilon=1e-8)
        network.set_weights(initial_weights(fan_in, fan_out))
        optimizer.build(network.trainable_variables)
        return network, optimizer

    generator, g_optimizer = player(LATENT, PIXELS, "sigmoid")
    discriminator, d_optimizer = player(PIXELS, 1, None)
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(x):
        z = tf.random.uniform((BATCH, LATENT), -1.0, 1.0)
        fake = generator(z, training=True)
        with tf.GradientTape() as tape:
            real_logits = discriminator(x, training=True)
            fake_logits = discriminator(fake, training=True)
            d_loss = cross_entropy(tf.ones_like(real_logits), real_logits)
            d_loss += cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        theta_d = discriminator.trainable_variables
        d_optimizer.apply(tape.gradient(d_loss, theta_d), theta_d)
        z = tf.random.uniform((BATCH, LATENT), -1.0, 1.0)
        with tf.GradientTape() as tape:
            fake_logits = discriminator(generator(z, training=True), training=True)
            g_loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
        theta_g = generator.trainable_variables
        g_optimizer.apply(tape.gradient(g_loss, theta_g), theta_g)
        return d_loss, g_loss

    return train_step, lambda: (generator.get_weights(), discriminator.get_weights())


def tf_function(images):
    """TensorFlow's DCGAN page with dense layers: a `tf.function` call a step, fed by `tf.data`."""
    import tensorflow as tf

    train_step, players = keras_game()
    train_step = tf.function(train_step)
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).repeat()
    batches = iter(dataset.batch(BATCH, drop_remainder=True).prefetch(tf.data.AUTOTUNE))

    def run(steps):
        for x in itertools.islice(batches, steps):
            train_step(x)

    return run, players


def keras_fit(images):
    """Keras' GAN page with dense layers: `fit` with a `train_step` of one's own, under XLA."""
    import keras
    import tensorflow as tf

    play, players = keras_game()

    class GAN(keras.Model):
        def train_step(self, x):
            d_loss, g_loss = play(x)
            return {"d_loss": d_loss, "g_loss": g_loss}

    gan = GAN()
    gan.compile(jit_compile=True, steps_per_execution=CALL)
    # Fed as on that page, and repeated. Best slices in comparison: the images as a NumPy array 3 %
    # slower, shuffled over their whole number 6 % slower, gathered by shuffled indices 2 % slower.
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(1024).repeat()
    dataset = dataset.batch(BATCH, drop_remainder=True).prefetch(tf.data.AUTOTUNE)

    def run(steps):
        return timed(gan.fit, dataset, steps_per_epoch=steps, shuffle=False, verbose=0)

    return run, players


def timed(fit, data, **settings):
    """Run a `fit`; return the seconds from its `on_train_begin` to its `on_train_end`.

    Before that it checks and copies the images, which a user pays once in a run of many thousand
    steps. Paid in every slice it would look ten times as dear.
    """
    import keras

    marks = []
    watch = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: marks.append(time.perf_counter()),
        on_train_end=lambda logs: marks.append(time.perf_counter()),
    )
    fit(data, callbacks=[watch], **settings)
    return marks[1] - marks[0]


def pytorch(images):
    """PyTorch as its DCGAN page has it, eager; the images are a tensor, batches drawn by index.

    Threads are left at the default, one a core: a single one is 30 % slower. Adam(fused=True),
    which that page does not use, is 10 % faster.
    """
    import torch
    from torch import nn

    def player(fan_in, fan_out, *last):
        layers = [nn.Linear(fan_in, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, fan_out), *last]
        network = nn.Sequential(*layers)
        with torch.no_grad():
            weights = initial_weights(fan_in, fan_out)
            for parameter, array in zip(network.parameters(), weights, strict=True):
                parameter.copy_(torch.from_numpy(array.T))
        return network

    players = player(LATENT, PIXELS, nn.Sigmoid()), player(PIXELS, 1)
    run = pytorch_game(torch.from_numpy(images), *players, BATCH, lr=1e-3)

    def weights(network):
        return [parameter.detach().numpy().T for parameter in network.parameters()]

    return run, lambda: tuple(map(weights, players))


def pytorch_game(images, generator, discriminator, batch, **adam):
    """The step of both PyTorch contenders: two optimizers, one criterion, two backward passes."""
    import torch

    g_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **adam)
    criterion = torch.nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def sample_z():
        return torch.rand(batch, LATENT) * 2 - 1

    def run(steps):
        for _ in range(steps):
            x = images[torch.randint(len(images), (batch,))]
            fake = generator(sample_z()).detach()
            d_optimizer.zero_grad()
            d_loss = criterion(discriminator(x), ones) + criterion(discriminator(fake), zeros)
            d_loss.backward()
            d_optimizer.step()
            g_optimizer.zero_grad()
            g_loss = criterion(discriminator(generator(sample_z())), ones)
            g_loss.backward()
            g_optimizer.step()

    return run


def dcgan_pytorch(images):
    """The same small DCGAN in PyTorch, eager."""
    import torch
    from torch import nn

    generator = nn.Sequential(
        *(nn.Linear(LATENT, 64 * 7 * 7, bias=False), nn.BatchNorm1d(64 * 7 * 7), nn.ReLU()),
        nn.Unflatten(1, (64, 7, 7)),
        *(nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU()),
        *(nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Sigmoid()),
    )
    discriminator = nn.Sequential(
        *(nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(32, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(64 * 7 * 7, 1)),
    )
    for network in (generator, discriminator):
        for name, parameter in network.named_parameters():
            if parameter.ndim > 1:
                nn.init.normal_(parameter, 0, 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
    pictures = torch.from_numpy(images.reshape(-1, 1, 28, 28))
    players = generator, discriminator
    run = pytorch_game(pictures, *players, DCGAN_BATCH, lr=2e-4, betas=(0.5, 0.999))

    def weights(network):
        """The weights as Keras keeps them: channels last, statistics behind scale and shift."""
        state = {name: array.numpy() for name, array in network.state_dict().items() if array.ndim}
        for array in state.values():
            if array.ndim == 4:
                array = array.transpose(2, 3, 1, 0)
            elif array.shape[-1] == LATENT:
                array = array.T.reshape(LATENT, 64, 49).transpose(0, 2, 1).reshape(LATENT, -1)
            elif array.shape[-1] == 64 * 49:
                array = array.reshape(-1, 64, 49).transpose(0, 2, 1).reshape(array.shape).T
            yield array

    return run, lambda: tuple(list(weights(network)) for network in players)


def jax_scan(images):
    """JAX: a hundred steps in one jitted `lax.scan`, Adam by hand, the images in memory."""
    import jax_game

    players = initial_weights(LATENT, PIXELS), initial_weights(PIXELS, 1)
    return jax_game.scan(images, jax_game.Game(*players), BATCH, CALL)


def stabilised(images):
    """This package, with penalties of second order: R1, R2, averaged weights, wider networks."""
    from gan_tutorial.models.stabilised import make_arm

    trainer = make_arm("no-momentum")
    images = images.reshape(-1, 28, 28, 1)

    def run(steps):
        return timed(trainer.fit, images, steps=steps, progress=False)

    return run, lambda: [trainer.sampler.get_weights(), trainer.discriminator.get_weights()]


def stabilised_jax(images):
    """The same in JAX, from the same first weights."""
    import jax_game

    from gan_tutorial.models.stabilised import DECAY, PATIENT, make_arm

    ours = make_arm("no-momentum")
    players = ours.generator.get_weights(), ours.discriminator.get_weights()
    settings = {"normal": True, "slope": 0.2, "rate": 4e-4, "beta_1": 0.0, "beta_2": 0.99}
    game = jax_game.Game(*players, **settings, gamma=PATIENT.gamma, decay=DECAY)
    return jax_game.scan(images, game, BATCH, CALL)


CONTENDERS = {
    "gan_tutorial": (gan_tutorial, "gan_tutorial"),
    "jax_scan": (jax_scan, "jax"),
    "keras_fit": (keras_fit, "keras"),
    "article_tf1": (article_tf1, "tensorflow"),
    "tf_function": (tf_function, "tensorflow"),
    "pytorch": (pytorch, "torch"),
    "stabilised": (stabilised, "gan_tutorial"),
    "stabilised_jax": (stabilised_jax, "jax"),
    "dcgan": (dcgan, "gan_tutorial"),
    "dcgan_pytorch": (dcgan_pytorch, "torch"),
}


def serve(name, images, pipe):
    """Be a contender's process: run the steps asked for, tell the seconds, at last the weights."""
    run, players = CONTENDERS[name][0](images)
    for steps in iter(pipe.recv, None):
        start = time.perf_counter()
        seconds = run(steps)  # a `fit` keeps its own time
        pipe.send(seconds or time.perf_counter() - start)
    pipe.send(players())


def hire(name, images):
    """Start a contender's process; return the function that asks it something and waits."""
    spawn = multiprocessing.get_context("spawn")  # a fork would inherit half of TensorFlow
    pipe, theirs = spawn.Pipe()
    process = spawn.Process(target=serve, args=(name, images, theirs), name=name, daemon=True)
    process.start()
    theirs.close()  # so that we hear of it when the process dies

    def ask(request):
        try:
            pipe.send(request)
            return pipe.recv()
        except (EOFError, OSError):
            process.join()
            sys.exit(f"{name} ended early, exit code {process.exitcode} (negative: a signal)")

    return ask


def measure(names, images, rounds, seconds):
    """Let contenders run slices in turn; return name -> result, None where one is not installed."""
    asks, rates, results = {}, {}, dict.fromkeys(names)
    for name in results:
        if importlib.util.find_spec(CONTENDERS[name][1]):
            print(f"compiling {name}", file=sys.stderr)
            asks[name] = hire(name, images)
            asks[name](WARM_UP)
            rates[name] = [WARM_UP / asks[name](WARM_UP)]
    for i in range(rounds):
        print(f"round {i + 1} of {rounds}", file=sys.stderr)
        for name, ask in asks.items():
            steps = max(1, round(seconds * rates[name][-1] / CALL)) * CALL
            rates[name].append(steps / ask(steps))
    for name, ask in asks.items():
        slices = rates[name][1:]  # the first only told how long a slice should be
        result = {"best": max(slices), "median": statistics.median(slices), "slices": slices}
        results[name] = {**result, **referee(name, ask(None), images)}
    return results


def referee(name, players, images):
    """Look at a contender's networks: of the right size, finite, and both have learnt."""

    def softplus(a):
        return np.logaddexp(0, a)

    def sigmoid(a):
        return np.exp(-softplus(-a))

    rng = np.random.default_rng(0)
    x, z = images[rng.integers(len(images), size=1000)], rng.uniform(-1, 1, (1000, LATENT))
    fake, real_logits, fake_logits = PLAY[game_of(name)](players, x, z)
    found = {
        "d_loss": float(softplus(-real_logits).mean() + softplus(fake_logits).mean()),
        "g_loss": float(softplus(-fake_logits).mean()),
        "d_real": float(sigmoid(real_logits).mean()),
        "d_fake": float(sigmoid(fake_logits).mean()),
    }
    # Before training D cannot tell fakes from images, and the pixels of G have the mean 0.5.
    d_learnt = found["d_real"] > found["d_fake"]
    g_learnt = abs(fake.mean() - x.mean()) < 0.75 * abs(0.5 - x.mean())
    if not (np.isfinite(list(found.values())).all() and d_learnt and g_learnt):
        sys.exit(f"{name} has not learnt: {found}, mean of the fakes {fake.mean()}")
    return found


def play_mlp(players, x, z):
    """Map both players' weights, images and noise to fakes and the logits of both, in NumPy."""

    def relu(a):
        return np.maximum(a, 0)

    parameters = [sum(w.size for w in player) for player in players]
    if parameters != PARAMETERS:
        sys.exit(f"another game: {parameters} parameters")
    theta_g, theta_d = players
    fake = np.exp(-np.logaddexp(0, -mlp(relu, z, *theta_g)))
    return fake, mlp(relu, x, *theta_d), mlp(relu, fake, *theta_d)


def play_dcgan(players, x, z):
    """The same for convolutions, by the package's networks, which take no weights but their own."""
    from gan_tutorial.models import dcgan as package

    return play_networks(
        package.make_dcgan_generator(), package.make_dcgan_discriminator(), players, x, z
    )


def play_stabilised(players, x, z):
    """The same for the wide networks, whose z is normal."""
    from gan_tutorial.models.stabilised import make_arm

    ours = make_arm("no-momentum")
    z = np.random.default_rng(0).normal(size=z.shape)
    return play_networks(ours.generator, ours.discriminator, players, x, z)


def play_networks(generator, discriminator, players, x, z):
    """Give Keras' networks both players' weights, and play."""
    for network, weights in zip((generator, discriminator), players, strict=True):
        network.set_weights(weights)
    fake = np.array(generator(z, training=False))
    judge = [discriminator(a.reshape(-1, 28, 28, 1), training=False) for a in (x, fake)]
    return fake, *map(np.array, judge)


PLAY = {"gan_tutorial": play_mlp, "dcgan": play_dcgan, "stabilised": play_stabilised}


def game_of(name):
    """Map a contender to the one of this package that plays its game."""
    game = name.partition("_")[0]
    return game if game in PLAY else "gan_tutorial"


def machine():
    """Name the processor and the versions that were measured."""
    cpuinfo = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(": ")[1] for line in cpuinfo.splitlines() if "model name" in line]
    cpu = (*models, platform.processor() or platform.machine())[0]
    owners = importlib.metadata.packages_distributions()  # tensorflow may be of tensorflow-cpu
    versions = {
        module: importlib.metadata.version(owners[module][0])
        for module in ("tensorflow", "keras", "torch", "jax")
        if module in owners
    }
    return {"cpu": cpu, "cores": os.cpu_count(), "python": platform.python_version(), **versions}


def table(results):
    """Render the results as markdown, with ours at the same game as the measure."""
    lines = ["| contender | best, steps/s | median, steps/s | ours / best | ours / median |"]
    lines.append("|---|---:|---:|---:|---:|")
    for name, result in results.items():
        ours = results.get(game_of(name))
        cells = ["not installed", "", "", ""]
        if result:
            cells = [f"{result[key]:.0f}" for key in ("best", "median")]
            cells += [f"{ours[k] / result[k]:.2f}" if ours else "" for k in ("best", "median")]
        lines.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=CONTENDERS, default=CONTENDERS)
    parser.add_argument("--rounds", type=int, default=10, help="slices of each contender (10)")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a slice (1.5)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the results as JSON too")
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error("--rounds must be at least 1")

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only; the processes inherit it
    from gan_tutorial import load_mnist

    data = load_mnist()
    images = data.train_images.reshape(-1, PIXELS)
    results = measure(args.only, images, args.rounds, args.seconds)
    source = "the stand-in" if data.source == "digits" else "MNIST"
    facts = {**machine(), "data": f"{len(images)} images of {source}"}
    print(table(results), ", ".join(f"{key} {value}" for key, value in facts.items()), sep="\n\n")
    if any(result and result["median"] < 0.8 * result["best"] for result in results.values()):
        print("\nSlices differ much: other programs ran. Measure again on a quiet machine.")
    if args.output:
        report = {"machine": facts, "contenders": results}
        args.output.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
