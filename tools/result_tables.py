"""Write the results that ship with the package as tables: the papers' numbers next to ours."""

from statistics import mean, stdev

from gan_tutorial import results


def have(*names):
    """Whether all these results ship with the package."""
    return set(names) <= set(results.names())


def nats(row):
    """Map a measured row to its Parzen log-likelihood, with the standard error."""
    return f"{row['parzen']:.1f} ± {row['parzen_se']:.1f}"


def percent(share, digits=2):
    return f"{100 * share:.{digits}f}%"


def likelihoods():
    """Rows of the log-likelihood of Goodfellow et al. (2014), Table 1."""
    article = results.load("gan-article")["snapshots"]
    best = max(article, key=lambda row: row["parzen"])
    paper = results.load("gan-paper")["snapshots"][-1]
    printed = "225 ± 2"
    rows = [
        ("the paper's networks, 250 epochs", printed, nats(paper)),
        (f"the baseline at its best ({best['step']:,} steps)", "", nats(best)),
        (f"the baseline after {article[-1]['step']:,} steps", "", nats(article[-1])),
    ]
    for seed in range(3):
        if have(f"stabilised-{seed}"):
            last = results.load(f"stabilised-{seed}")["snapshots"][-1]
            rows.append((f"the cure, seed {seed}, step {last['step']:,}", "", nats(last)))
    found = results.load("stabilised-recipes")
    last = [run["snapshots"][-1]["parzen"] for run in found["recipes"]["stabilised"]]
    label = f"the faster recipe after {found['after'][-1]} s, five seeds (± their deviation)"
    rows.append((label, "", f"{mean(last):.1f} ± {stdev(last):.1f}"))
    rows.append(("10,000 real images", "", nats(results.load("gan-floors")["real"])))
    return rows


def errors():
    """Rows of the nearest-neighbour error of Radford et al. (2015), Table 3."""
    real = results.load("dcgan-real")
    return [
        ("DCGAN", "2.98%", percent(results.load("dcgan-conditional")["last"]["error"])),
        ("GAN", "6.28%", percent(results.load("dcgan-mlp")["last"]["error"])),
        ("real images, 60,000", "3.1%", percent(real["all"]["error"])),
    ]


def modes():
    """Rows of the modes that PacGAN's two toys keep, mean of the seeds."""
    printed = {"ring": "6.3 of 8", "grid": "17.3 of 25"}
    of = {"ring": 8, "grid": 25}
    rows = []
    for name, kinds in results.load("stabilised-toys")["runs"].items():
        for kind, runs in kinds.items():
            ours = f"{mean(run['modes'] for run in runs):.1f} of {of[name]}"
            label = {"none": "plain GAN", "penalties": "with R1, R2 and an average"}[kind]
            rows.append((f"{name}, {label}", printed[name] if kind == "none" else "", ours))
    return rows


def spread(values):
    """Map the values of several seeds to their mean and standard deviation."""
    return f"{mean(values):.3f} ± {stdev(values):.3f}"


def transfers():
    """Rows of train on synthetic, test on real (Esteban et al. 2017), five initialisations."""
    runs = [results.load(f"lstm-gan-digits-{seed}") for seed in range(5)]
    printed = {"real": "0.991 ± 0.001", "tstr": "0.975 ± 0.002", "trts": "0.988 ± 0.005"}
    named = {"real": "real on real", "tstr": "TSTR", "trts": "TRTS"}
    rows = [
        (named[name], printed[name], spread([run["chosen"][name] for run in runs]))
        for name in printed
    ]
    averaged = spread([run["averaged"]["tstr"] for run in runs])
    return [*rows, ("TSTR, G's weights averaged", "", averaged)]


def tokens():
    """Rows of the NLL under the oracle (Yu et al. 2017, Table 1); ours of three oracles."""
    oracles = results.load("seqgan-baselines")["oracles"].values()
    runs = [results.load(f"seqgan-eighth-{seed}")["arms"] for seed in range(3)]
    rows = [
        (label, printed, spread([arms[arm]["oracle_nll"] for arms in runs]))
        for label, printed, arm in (
            ("SeqGAN (ours: an eighth of D's filters, 30 of 200 iterations)", "8.736", "seqgan"),
            ("the same steps under a constant reward", "", "constant"),
            ("maximum likelihood (ours: 30 of 120 epochs)", "9.038", "pretrained"),
            ("stopped after 5 epochs, temperature 0.8", "", "stopped, temperature 0.8"),
        )
    ]
    rows += [("random", "10.310", "")]
    for writer in ("oracle", "bigram", "unigram", "untrained", "uniform"):
        label = f"{writer}, three oracles"
        rows.append((label, "", spread([oracle[writer]["oracle_nll"] for oracle in oracles])))
    return rows


TABLES = [
    (
        "Log-likelihood by Parzen windows, in nats (Goodfellow et al. 2014, Table 1)",
        ("gan-article", "gan-paper", "gan-floors", "stabilised-recipes"),
        likelihoods,
    ),
    (
        "Error of a nearest-neighbour classifier that learns from samples (Radford et al. 2015, "
        "Table 3)",
        ("dcgan-conditional", "dcgan-mlp", "dcgan-real"),
        errors,
    ),
    (
        "Accuracy of a small CNN between generated and real digits (Esteban et al. 2017)",
        tuple(f"lstm-gan-digits-{seed}" for seed in range(5)),
        transfers,
    ),
    (
        "Negative log-likelihood per token under an oracle, in nats (Yu et al. 2017, Table 1); "
        "5,000 tokens, length 20",
        ("seqgan-baselines", *(f"seqgan-eighth-{seed}" for seed in range(3))),
        tokens,
    ),
    (
        "Modes found in the plane (Lin et al. 2018, PacGAN; with different networks)",
        ("stabilised-toys",),
        modes,
    ),
]


def compared_with_the_papers():
    """Return the tables of the papers' numbers next to ours, in Markdown."""
    lines = []
    for title, needed, rows in TABLES:
        if have(*needed):
            lines += [f"**{title}**", "", "<!-- dots: 1+2 -->"]
            lines += ["| | published | our run |", "|---|---:|---:|"]
            lines += [f"| {' | '.join(row)} |" for row in rows()] + [""]
    return "\n".join(lines)


def how_each_was_made():
    """Return a table of all results: the command that repeats it, its data and its minutes."""
    lines = ["| result | command | data | minutes |", "|---|---|---|---:|"]
    for name in results.names():
        fact = results.load(name)
        minutes = f"{fact['seconds'] / 60:.0f}" if "seconds" in fact else ""
        lines.append(f"| `{name}` | `{fact['command']}` | {fact['data']} | {minutes} |")
    return "\n".join(lines)
