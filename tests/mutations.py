"""Break the code on purpose, one line at a time, and see that the test that guards it turns red.

    python tests/mutations.py            all of them, about three minutes
    python tests/mutations.py ema prior  some
    python tests/mutations.py --list     what each breaks, and who notices

Everything happens in a copy. The tests that are named here must pass there first, since a test
that is red anyway proves nothing.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Mutation(NamedTuple):
    """A line of the package, what stands in its place, what that breaks, and who notices."""

    name: str
    breaks: str
    old: str
    new: str
    test: str


MUTATIONS = (
    Mutation(
        "sign",
        "G climbs its loss: it makes fakes that D rejects",
        "return -ops.mean(ops.log_sigmoid(ops.convert_to_tensor(fake_logits)))  # Eq. (3.2)",
        "return ops.mean(ops.log_sigmoid(ops.convert_to_tensor(fake_logits)))  # Eq. (3.2)",
        "test_values_are_the_closed_forms",
    ),
    Mutation(
        "exchanged",
        "D's loss takes fake for real and real for fake",
        "return -value(real_logits, fake_logits)  # Eq. (3.1)",
        "return -value(fake_logits, real_logits)  # Eq. (3.1)",
        "test_d_loss_is_binary_cross_entropy_with_real_1_and_fake_0",
    ),
    Mutation(
        "frozen",
        "D is never updated",
        "numbers = _descend(self.d_optimizer, tape, objective, self.discriminator, numbers)",
        "pass",
        "test_an_update_of_one_player_leaves_the_other_bit_identical",
    ),
    Mutation(
        "summed",
        "several replicas add their slopes instead of averaging them",
        "    optimizer._all_reduce_sum_gradients = list",
        "    pass",
        "test_two_replicas_take_the_steps_of_one",
    ),
    Mutation(
        "stale",
        "G learns from the noise that D has just seen, not from a fresh one",
        "z = self._noise(self._key(draws.G_NOISE, step, update))",
        "z = self._noise(self._key(draws.D_NOISE, step, update))",
        "test_steps_of_adam_for_d_and_for_g_are_what_numpy_computes",
    ),
    Mutation(
        "relu",
        "G's hidden layers are linear, so G is one matrix",
        'activation="relu",\n    output="sigmoid",',
        'activation="linear",\n    output="sigmoid",',
        "test_the_generator_computes_two_dense_layers_and_a_sigmoid",
    ),
    Mutation(
        "prior",
        "z is drawn from [-1/2, 1/2]",
        "tf.float32) * 2.0**-23  # Eq. (A2.1)",
        "tf.float32) * 2.0**-24  # Eq. (A2.1)",
        "test_uniform_noise_is_uniform_on_minus_1_to_1",
    ),
    Mutation(
        "variance",
        "first weights have half of their variance",
        "stddev=math.sqrt(2 / fan_in)",
        "stddev=math.sqrt(1 / fan_in)",
        "test_weights_are_normal_with_variance_2_over_fan_in_and_biases_zero",
    ),
    Mutation(
        "ema",
        "the average forgets as fast as it should remember",
        "mean.assign(self.ema * mean.value + (1 - self.ema) * weight.value)",
        "mean.assign((1 - self.ema) * mean.value + self.ema * weight.value)",
        "test_the_average_trails_the_generator_and_sample_uses_it",
    ),
    Mutation(
        "penalty",
        "R1 looks at fakes",
        "tf.reduce_mean(squared_slope(discriminator, real))  # Eq. (R1)",
        "tf.reduce_mean(squared_slope(discriminator, fake))  # Eq. (R1)",
        "test_r1_looks_at_real_images_and_r2_at_fakes",
    ),
    Mutation(
        "lazy",
        "a lazy penalty is no stronger at the steps at which it is computed",
        "return every * penalty(*args)",
        "return penalty(*args)",
        "test_a_lazy_penalty_is_many_times_as_strong_at_the_steps_it_is_due",
    ),
    Mutation(
        "alpha",
        "the gradient penalty looks outside the line from real to fake",
        "return (replicas.part(uniform(shape, seed)) + 1) / 2",
        "return uniform(shape, seed)",
        "test_alpha_lies_from_0_to_1_one_number_an_image",
    ),
    Mutation(
        "clip",
        "a critic's weights are not bounded",
        "for weight in self.discriminator.trainable_variables if self.clip else ():",
        "for weight in ():",
        "test_clip_bounds_the_critic",
    ),
    Mutation(
        "keys",
        "two purposes of neighbouring seeds share their draws",
        "tf.constant(seed * 8 + purpose, tf.int64)",
        "tf.constant(seed + purpose, tf.int64)",
        "test_every_seed_purpose_and_draw_has_noise_of_its_own",
    ),
    Mutation(
        "places",
        "a place in a sequence shares its draws with a later step",
        "[0, (place + 1) << _DRAW_BITS]",
        "[0, place + 1]",
        "test_no_key_meets_another_over_seeds_purposes_draws_and_places",
    ),
    Mutation(
        "fakes",
        "the fakes that D learns from share their draws with the training data",
        "self.seed, purpose=D_NOISE, first=first)",
        "self.seed, first=first)",
        "test_no_two_draws_of_a_game_share_a_key_with_each_other_or_with_its_data",
    ),
    Mutation(
        "logit",
        "a discriminator may end in a sigmoid",
        "    if end in RANGES:",
        "    if end in ():",
        "test_a_discriminator_must_end_in_a_logit",
    ),
    Mutation(
        "company",
        "a penalty is taken of a discriminator with batch norm",
        "    if penalty is not None:\n        _check_slope(discriminator)",
        "    if penalty is not None:\n        pass",
        "test_a_penalty_wants_a_discriminator_without_batch_norm",
    ),
    Mutation(
        "statistics",
        "the averaged generator's batch norm remembers the statistics of other weights",
        "layer.momentum = i / (i + 1)",
        "layer.momentum = 0.99",
        "test_statistics_are_those_of_the_networks_own_activations",
    ),
    Mutation(
        "nan",
        "weights that are not finite go on in silence where ReLU hides them from the losses",
        "if self.step == report else ()\n",
        "if False else ()\n",
        "test_weights_that_are_not_finite_stop_training_where_the_losses_hide_it",
    ),
    Mutation(
        "lock",
        "two processes may train in one folder",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        "test_a_folder_in_which_another_process_trains_is_refused",
    ),
    Mutation(
        "labels",
        "a fake gets another label than the real image at its place",
        "return x, None if labels is None else tf.gather(labels, drawn)",
        "return x, None if labels is None else labels[: self.batch_size]",
        "test_a_fake_gets_the_label_of_the_real_image_at_its_place",
    ),
    Mutation(
        "training",
        "networks train in inference mode: batch norm never sees a batch",
        "result = model(x if y is None else [x, y], training=training)",
        "result = model(x if y is None else [x, y], training=False)",
        "test_both_players_train_in_training_mode_and_sample_in_the_other",
    ),
    Mutation(
        "parzen",
        "Parzen's density lacks the share of each sample",
        "norms = [math.log(n) + pixels * math.log(s * math.sqrt(2 * math.pi)) for s in sigmas]",
        "norms = [pixels * math.log(s * math.sqrt(2 * math.pi)) for s in sigmas]",
        "test_parzen_agrees_with_brute_force_in_float64",
    ),
    Mutation(
        "frechet",
        "the Fréchet distance counts the overlap once",
        "np.trace(b.covariance) - 2 * overlap",
        "np.trace(b.covariance) - overlap",
        "test_frechet_distance_agrees_with_scipys_matrix_root",
    ),
    Mutation(
        "mmd",
        "MMD compares each sequence with itself, which makes it too large",
        "return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))",
        "return kernel.mean()",
        "test_mmd_is_unbiased",
    ),
    Mutation(
        "reward",
        "SeqGAN's policy runs away from rewarded tokens",
        "return -tf.reduce_sum(log_likelihoods(logits, tokens)",
        "return tf.reduce_sum(log_likelihoods(logits, tokens)",
        "test_the_policy_gradient_is_the_gradient_of_the_expected_reward",
    ),
    Mutation(
        "cut",
        "a file is written in its place, so that a write that is cut short destroys the old one",
        'aside = path.with_name(f".partial-{path.name}")',
        "aside = path",
        "test_a_failed_write_leaves_the_old_file",
    ),
    Mutation(
        "blur",
        "figures have one pixel where screens have two",
        '    figure.savefig(file, format="png", dpi=2 * PX, facecolor="white")',
        '    figure.savefig(file, format="png", dpi=PX, facecolor="white")',
        "test_a_picture_is_sharp_and_small",
    ),
    Mutation(
        "roles",
        "D's loss is drawn in the colour of fakes",
        '        ("D", "d_loss", loss.discriminator, "gan:D"),',
        '        ("D", "d_loss", loss.discriminator, "gan:fake"),',
        "test_each_line_of_a_history_has_the_colour_of_its_player",
    ),
    Mutation(
        "slope",
        "the playground's penalties have twice their gradient",
        "r[k] = gamma / n * slope[k];",
        "r[k] = 2 * gamma / n * slope[k];",
        "test_ds_loss_and_its_gradient_are_the_packages",
    ),
    Mutation(
        "sentence",
        "a text of the playground promises more than its game shows",
        'says: [{ at: 750, modes: "3", highQuality: "95%" }, { at: 4000, modes: "4" }],',
        'says: [{ at: 750, modes: "2", highQuality: "95%" }, { at: 4000, modes: "4" }],',
        "test_what_a_text_says_is_what_the_page_shows",
    ),
    Mutation(
        "start",
        "a game starts by itself",
        "    this.restart();\n    this.watch();",
        "    this.restart();\n    this.watch();\n    this.play();",
        "test_nothing_starts_by_itself",
    ),
)


def files(root=ROOT):
    """Return the package's files, in Python and in JavaScript."""
    return sorted(path for kind in ("*.py", "*.js") for path in (root / "gan_tutorial").rglob(kind))


def home_of(mutation, root=ROOT):
    """Map a mutation to the one file that holds its line; raise ValueError where it is not one."""
    counts = {path: path.read_text(encoding="utf-8").count(mutation.old) for path in files(root)}
    found = [path for path, count in counts.items() if count]
    if sum(counts.values()) != 1:
        raise ValueError(
            f"{mutation.name}: its line is in the package {sum(counts.values())} times"
        )
    return found[0]


def guard_of(mutation, root=ROOT):
    """Map a mutation to its test, as pytest names it; raise ValueError where there is none."""
    for path in sorted((root / "tests").rglob("test_*.py")):
        if re.search(rf"^def {mutation.test}\(", path.read_text(encoding="utf-8"), re.M):
            return f"{path.relative_to(root)}::{mutation.test}"
    raise ValueError(f"{mutation.name}: no test is called {mutation.test}")


def copied(folder):
    """Copy what the tests need to a folder, which then holds the package that they import."""
    folder.mkdir()
    for name in ("gan_tutorial", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def run(root, tests):
    """Run tests in a copy; return pytest's exit code: 0 all passed, 1 some failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=root, capture_output=True).returncode


def caught(mutation, root):
    """Return whether the mutation's test fails, and fails as a test, once the line is changed."""
    path = home_of(mutation, root)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        return run(root, [guard_of(mutation, root)]) == 1
    finally:
        path.write_text(text, encoding="utf-8")


def main(argv=None):
    """Try mutations; return 1 where one is not caught."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="some of them (all)")
    parser.add_argument("--list", action="store_true", help="name them and stop")
    args = parser.parse_args(argv)
    unknown = set(args.names) - {mutation.name for mutation in MUTATIONS}
    if unknown:
        parser.error(f"no mutation is called {unknown.pop()}; --list names them")
    chosen = [m for m in MUTATIONS if not args.names or m.name in args.names]
    if args.list:
        print("\n".join(f"{m.name:10} {m.breaks}: {m.test}" for m in chosen))
        return 0
    return try_all(chosen)


def try_all(chosen, jobs=2):
    """Try mutations, each worker in a copy of its own, and print a line each; return 1 where one
    is not caught."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as workers:
        roots = Queue()
        for i in range(jobs):
            copied(Path(folder, str(i)))
            roots.put(Path(folder, str(i)))
        if run(Path(folder, "0"), sorted({guard_of(mutation) for mutation in chosen})):
            print("the tests do not pass on the code as it is: mend that first")
            return 1
        seen = list(workers.map(lambda mutation: tried(mutation, roots), chosen))
    print(f"{sum(seen)} of {len(chosen)} caught")
    return int(not all(seen))


def tried(mutation, roots):
    """Try a mutation in the next copy that is free; print and return whether it is caught."""
    root, started = roots.get(), time.perf_counter()
    seen = caught(mutation, root)
    roots.put(root)
    seconds, said = time.perf_counter() - started, "caught" if seen else "NOT CAUGHT"
    print(f"{mutation.name:10} {said:10} by {mutation.test} ({seconds:.0f} s)", flush=True)
    return seen


if __name__ == "__main__":
    sys.exit(main())
