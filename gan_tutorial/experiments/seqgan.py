"""The runs behind notebook 07: `gan-tutorial reproduce seqgan`.

The oracle experiment of Yu et al. 2017, section 4, and the controls that it lacked. All arms of a
seed start from the same pretrained policy: SeqGAN; the same policy steps under a constant reward;
maximum likelihood for as many seconds of the processor; and the pretrained policy at other
temperatures. One more stops maximum likelihood where held-out sequences are most likely, and takes
other temperatures from there.
"""

import time
from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_tutorial.checkpoints import find
from gan_tutorial.experiments import longrun
from gan_tutorial.measures import sequences
from gan_tutorial.models.policy import Policy, make_oracle, sample_tokens
from gan_tutorial.models.seqgan import PAPER_FILTERS, SeqGAN, make_token_discriminator

SEEDS = range(3)
TEMPERATURES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
MEASURED, COMPARED = 4000, 1000  # sequences of a measure; of those that compare with each other
D_EPOCHS = 3  # of each round of D's training

# What is drawn, so that no two draws of an experiment, or of two, share a seed.
PURPOSES = ["real", "validation", "held-out", "course", "measures", "oracle", "untrained"]
PURPOSES += ["unigram", "bigram", "uniform"]


def seed_of(purpose, seed):
    """Map what sequences are drawn for and an experiment's seed to the seed of the draw."""
    return 16 * seed + PURPOSES.index(purpose)


_PAPER = {"vocabulary": 5000, "length": 20, "sequences": 10_000, "rollouts": 16}


def _tier(share, epochs, iterations, d_rounds=10, d_rounds_each=1, **sizes):
    """Return a tier: epochs of maximum likelihood; rounds of D before the game; iterations of one
    policy step and some rounds of D; and D's filters, a share of the paper's."""
    filters = {width: n // share for width, n in PAPER_FILTERS.items()}
    game = {"epochs": epochs, "d_rounds": d_rounds, "iterations": iterations}
    return {**_PAPER, "filters": filters, **game, "d_rounds_each": d_rounds_each, **sizes}


_SMALL = {"vocabulary": 500, "length": 10, "sequences": 5000, "rollouts": 8}
TIERS = {  # the paper's own sizes come last
    "small": _tier(1, 10, 50, filters=dict.fromkeys(range(1, 6), 50), **_SMALL),
    "eighth": _tier(8, 30, 30),
    "quarter": _tier(4, 30, 50),
    "half": _tier(2, 30, 100),
    "paper": _tier(1, 120, 200, d_rounds=50, d_rounds_each=5),
}


class Experiment:
    """One seed of a tier: its oracle and its data, the game, and how far each arm has come.

    Resume it on as many cores as it began with: the draws of its data depend on their number.
    """

    def __init__(self, tier, seed, folder, minutes):
        self.tier, self.seed, self.folder = tier, seed, Path(folder)
        self.limit = 60 * minutes  # CPU seconds of training, over all arms
        self.oracle = make_oracle(tier["vocabulary"], seed=1000 + seed)
        n, length = tier["sequences"], tier["length"]
        self.real, self.validation, self.held_out = (
            sample_tokens(self.oracle, size, length, seed_of(purpose, seed))
            for purpose, size in (("real", n), ("validation", MEASURED), ("held-out", MEASURED))
        )
        self.seconds = {}  # of each arm

    def game(self, reward=None):
        """Return a new game on this seed's data, with the first weights of this seed."""
        tier = self.tier
        return SeqGAN(
            Policy(tier["vocabulary"], seed=2 * self.seed),
            make_token_discriminator(
                tier["vocabulary"], tier["length"], tier["filters"], seed=2 * self.seed + 1
            ),
            self.real,
            rollouts=tier["rollouts"],
            reward=reward,
            seed=self.seed,
        )

    def train(self, arm, game, advance, total, every=5, seconds=np.inf):
        """Advance a game by single units up to a total, or some CPU seconds; go on where it was.

        Returns the course, a list of dicts: units so far, NLL under the oracle, of held-out data.
        """
        folder, course, done, spent = self.folder / arm, [], 0, 0.0
        if find(folder):
            facts = game.restore(folder)
            course, done, spent = facts["course"], facts["step"], facts["seconds"]
        elsewhere = sum(self.seconds.values())
        while done < total and spent < seconds and elsewhere + spent < self.limit:
            started = time.process_time()  # of the processor: other programs do not count
            advance(game, done)
            spent, done = spent + time.process_time() - started, done + 1
            if done % every == 0 or done == total or spent >= seconds:
                course.append({"units": done, "seconds": round(spent), **self.short(game.policy)})
                game.save(folder, done, course=course, seconds=spent)
                print(f"{arm} {self.seed}: {course[-1]}", flush=True)
        self.seconds[arm] = spent
        return course

    def short(self, policy):
        """Map a policy to the two measures that are followed while it learns."""
        drawn = sample_tokens(policy, MEASURED, self.tier["length"], seed_of("course", self.seed))
        return longrun.rounded(
            {
                "oracle_nll": sequences.nll(self.oracle, drawn),
                "validation_nll": sequences.nll(policy, self.validation),
            }
        )

    def measures(self, policy, temperature=1.0):
        """Map a policy at a temperature to all measures, a dict."""
        seed = seed_of("measures", self.seed)
        drawn = sample_tokens(policy, MEASURED, self.tier["length"], seed, temperature)
        held_out = sequences.nll(policy, self.held_out, temperature)
        return {**measures_of(drawn, self.oracle, self.real), "held_out_nll": round(held_out, 4)}


def measures_of(drawn, oracle, real):
    """Map sequences to their NLL under the oracle and their diversity, a dict."""
    some = drawn[:COMPARED]
    return longrun.rounded(
        {
            "oracle_nll": sequences.nll(oracle, drawn),
            **{f"distinct_{n}": sequences.distinct(some, n) for n in (1, 2, 3)},
            "self_bleu_3": sequences.self_bleu(some, 3),
            "copied_3": sequences.share_copied(some, real, 3),
            "copied": sequences.share_copied(drawn, real),
        }
    )


def constant_reward(tokens):
    """Map sequences to the same reward for every token, one half: the control arm."""
    return tf.fill(tf.shape(tokens), 0.5)


def reproduce_seed(data, out, minutes, tier, seed):
    """All arms of one seed of a tier; write seqgan-TIER-SEED.json to `out`."""
    part = f"{tier}-{seed}"
    experiment = Experiment(TIERS[tier], seed, Path(out) / part, minutes)
    facts = longrun.circumstances(experiment.real, data, "seqgan", part)
    facts |= {"data": "sequences of an oracle", "settings": {**TIERS[tier], "seed": seed}}
    facts["baselines"] = baselines(experiment.oracle, experiment.real, TIERS[tier]["length"], seed)
    facts["arms"] = _arms(experiment)
    facts["seconds_of"] = longrun.rounded(experiment.seconds)
    facts["seconds"] = round(sum(experiment.seconds.values()), 1)
    longrun.write_result(out, f"seqgan-{part}", facts)


def _arms(experiment):
    """Train and measure every arm; return them by name: a course where there is one, measures."""
    tier, arms = experiment.tier, {}

    def one_epoch(game, done):
        game.pretrain(epochs=1)

    def one_iteration(game, done):
        if done < tier["d_rounds"]:
            game.train_discriminator(1, D_EPOCHS)
        else:
            game.policy_step()
            game.train_discriminator(tier["d_rounds_each"], D_EPOCHS)

    def one_step(game, done):
        game.policy_step()

    game = experiment.game()
    course = experiment.train("pretrained", game, one_epoch, tier["epochs"])
    arms["pretrained"] = {"course": course, **experiment.measures(game.policy)}
    arms |= _temperatures(experiment, game.policy, "temperature")
    best = min(course, key=lambda point: point["validation_nll"])["units"]
    game = experiment.game()
    course = experiment.train("stopped", game, one_epoch, best)
    arms["stopped"] = {"course": course, **experiment.measures(game.policy)}
    arms |= _temperatures(experiment, game.policy, "stopped, temperature")
    for arm, reward, advance, total in (
        ("seqgan", None, one_iteration, tier["d_rounds"] + tier["iterations"]),
        ("constant", constant_reward, one_step, tier["iterations"]),
    ):
        game = _from_pretrained(experiment, reward)
        course = experiment.train(arm, game, advance, total)
        arms[arm] = {"course": course, **experiment.measures(game.policy)}
    game, time_of_seqgan = _from_pretrained(experiment), experiment.seconds["seqgan"]
    course = experiment.train("likelihood", game, one_epoch, 10**6, seconds=time_of_seqgan)
    arms["likelihood"] = {"course": course, **experiment.measures(game.policy)}
    return arms


def _temperatures(experiment, policy, label):
    """Measure a policy at all temperatures; return them by name."""
    return {
        f"{label} {t}": {"temperature": t, **experiment.measures(policy, t)} for t in TEMPERATURES
    }


def _from_pretrained(experiment, reward=None):
    game = experiment.game(reward)
    game.restore(experiment.folder / "pretrained")
    return game


def baselines(oracle, real, length, seed):
    """Map an oracle and its training sequences to the measures of who learned nothing, by name."""
    untrained = Policy(oracle.vocabulary, seed=seed)
    rng = np.random.default_rng(seed_of("uniform", seed))
    drawn = {
        "oracle": sample_tokens(oracle, MEASURED, length, seed_of("oracle", seed)),
        "unigram": sequences.unigram_draws(real, MEASURED, seed_of("unigram", seed)),
        "bigram": sequences.bigram_draws(real, MEASURED, seed_of("bigram", seed)),
        "untrained": sample_tokens(untrained, MEASURED, length, seed_of("untrained", seed)),
        "uniform": rng.integers(oracle.vocabulary, size=(MEASURED, length)),
    }
    return {name: measures_of(tokens, oracle, real) for name, tokens in drawn.items()}


def reproduce_baselines(data, out, minutes):
    """The baselines at the paper's sizes, three oracles; write seqgan-baselines.json to `out`."""
    del minutes  # nothing is trained
    started, found = time.perf_counter(), {}
    for seed in SEEDS:
        oracle = make_oracle(_PAPER["vocabulary"], seed=1000 + seed)
        real = sample_tokens(oracle, _PAPER["sequences"], _PAPER["length"], seed_of("real", seed))
        found[str(seed)] = baselines(oracle, real, _PAPER["length"], seed)
        print(f"oracle {seed}: {found[str(seed)]}", flush=True)
    facts = {
        **longrun.circumstances(real, data, "seqgan", "baselines"),
        "data": "sequences of an oracle",
        "settings": {**_PAPER, "seed": list(SEEDS)},
        "oracles": found,
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "seqgan-baselines", facts)


PARTS = {"baselines": reproduce_baselines}
for _name in TIERS:
    PARTS |= {f"{_name}-{n}": partial(reproduce_seed, tier=_name, seed=n) for n in SEEDS}
