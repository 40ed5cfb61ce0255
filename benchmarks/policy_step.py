"""How long does one policy step of SeqGAN take at the paper's sizes, and its roll-outs?

    python benchmarks/policy_step.py          # about three minutes
    python benchmarks/policy_step.py --xla    # the roll-outs under XLA too, some minutes more

Sequences of 20 tokens, 5,000 different ones, batches of 64, 16 roll-outs of each of 19 beginnings,
scored by the paper's discriminator. `together` is the package's way: one pass keeps the state at
each place, then all beginnings are finished as one growing batch. `one by one` calls the policy for
each beginning and each roll-out, which reads the beginning anew. All are traced before the clock
runs; the best of some rounds in turn counts.

On two cores of an AMD EPYC, Python 3.11, TensorFlow 2.21, Keras 3.15, nothing else running:

                                    best, s  median, s
    roll-outs, together                2.19       2.22
    roll-outs, one by one              3.07       3.19
    policy step, with D's answers      5.26       5.28
"""

import argparse
import time

import numpy as np
import tensorflow as tf

from gan_tutorial.draws import ROLL_OUT, key, place_key
from gan_tutorial.models.policy import Policy, make_oracle, roll_out, sample_tokens
from gan_tutorial.models.seqgan import SeqGAN, make_token_discriminator

VOCABULARY, LENGTH, BATCH, ROLL_OUTS = 5000, 20, 64, 16


def finisher(policy):
    """Return a function that finishes the first t tokens of sequences, reading them anew."""

    @tf.function
    def finish(tokens, t, seed):
        state = policy.states(tokens[:, : t + 1])[-1]
        rows = [tokens[:, :t]]
        for place in range(t, LENGTH):
            drawn = policy.draw(state, place_key(seed, place))
            rows.append(drawn[:, None])
            state = policy.read(drawn, state)
        return tf.concat(rows, axis=1)

    return finish


def one_by_one(finish, tokens, seed):
    """Roll out as `roll_out` does, with a call for each beginning and each roll-out."""
    return np.stack(
        [
            [finish(tokens, t, seed + tf.constant([0, i], tf.int64)) for i in range(ROLL_OUTS)]
            for t in range(1, LENGTH)
        ]
    )


def ways(xla):
    """Return the contenders by name, functions of a key."""
    real = sample_tokens(make_oracle(VOCABULARY), 1000, LENGTH)
    policy, judge = Policy(VOCABULARY), make_token_discriminator(VOCABULARY, LENGTH)
    game, tokens = SeqGAN(policy, judge, real, ROLL_OUTS, BATCH), tf.constant(real[:BATCH])
    finish, together = finisher(policy), tf.function(roll_out)
    contenders = {
        "roll-outs, together": lambda seed: together(policy, tokens, ROLL_OUTS, seed).numpy(),
        "roll-outs, one by one": lambda seed: one_by_one(finish, tokens, seed),
        "policy step, with D's answers": lambda seed: game.policy_step(),
    }
    if xla:
        compiled = tf.function(roll_out, jit_compile=True)
        contenders["roll-outs, together, XLA"] = lambda seed: compiled(
            policy, tokens, ROLL_OUTS, seed
        ).numpy()
    return contenders


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4, help="of each in turn (default: 4)")
    parser.add_argument("--xla", action="store_true", help="the roll-outs under XLA as well")
    args = parser.parse_args()
    contenders = ways(args.xla)
    seconds = {name: [] for name in contenders}
    for i in range(args.rounds + 1):
        for name, run in contenders.items():
            started = time.perf_counter()
            run(key(0, ROLL_OUT, i))
            if i:  # the first round traces
                seconds[name].append(time.perf_counter() - started)
    print(f"{'':30} {'best, s':>8} {'median, s':>10}")
    for name, times in seconds.items():
        print(f"{name:30} {min(times):8.2f} {np.median(times):10.2f}")


if __name__ == "__main__":
    main()
