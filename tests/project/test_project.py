"""What stands outside the package: README, environment, licence, and what must not be there."""

import re
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml

from gan_tutorial import results

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


README, RESULTS = read("README.md"), read("docs/results.md")


def sentences(text):
    """Return a text without its line breaks, so that tests pin facts and not where lines end."""
    return " ".join(text.split())


def tracked():
    """All files of the project that git knows, or that lie here where there is no git."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in done.stdout.split("\n") if name and (ROOT / name).is_file()]


def python_blocks(text):
    return re.findall(r"```python\n(.*?)```", text, re.S)


def test_the_readmes_code_runs(tmp_path, monkeypatch, mnist):
    monkeypatch.chdir(tmp_path)
    [program] = python_blocks(README)
    assert "steps=20_000" in program
    exec(program.replace("steps=20_000", "steps=5"), {})
    assert (tmp_path / "digits.png").is_file()


def test_the_code_of_the_page_on_the_package_runs(mnist):
    program = "\n".join(python_blocks(read("docs/package.md")))
    assert program.count("steps=20_000") == 1
    names = {}
    exec(program.replace("steps=20_000", "steps=5"), names)
    names["trainer"].fit(mnist.train_images[:200], 2, progress=False)  # with the reader's loss


def test_the_readme_is_a_storefront_and_names_what_there_is():
    assert len(README.splitlines()) <= 150
    for target in re.findall(r"\]\(([^):#]+)\)", README):
        assert (ROOT / target).exists(), target
    for path in sorted((ROOT / "notebooks").glob("[0-9A]*.ipynb")):
        assert f"notebooks/{path.name}" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_make_target_that_a_page_names_exists(page):
    makefile = read("Makefile")
    text = page.read_text(encoding="utf-8")
    code = [a or b for a, b in re.findall(r"^```bash\n(.*?)^```|`([^`\n]+)`", text, re.M | re.S)]
    for goal in re.findall(r"^make ([a-z][a-z-]+)", "\n".join(code), re.M):
        assert re.search(rf"^{goal}:", makefile, re.M), goal


def test_the_stored_scores_of_the_readme_are_those_of_the_package():
    last = results.load("stabilised-0")["snapshots"][-1]
    assert f"scores {last['parzen']:.1f} after {last['step']:,} steps" in sentences(README)
    assert f"went on for {last['step']:,} steps" in sentences(README)
    assert last["covered"] == 10
    floors = results.load("gan-floors")
    assert f"score {floors['real']['parzen']:.0f} nats" in sentences(README)
    assert f"score {floors['kmeans']['parzen']:.0f}" in sentences(README)
    rows = results.load("gan-article")["snapshots"]
    best = {
        max(rows, key=lambda r: r["parzen"])["step"],
        min(rows, key=lambda r: r["frechet"])["step"],
    }
    assert best == {30_000, 40_000}
    highest = max(row["parzen"] for row in rows)
    assert f"best score in the million steps is {highest:.1f}." in sentences(README)
    late = [row for row in rows if row["step"] >= 300_000]
    assert all(row["histogram"][1] > 0.98 for row in late)  # "almost everything ... is a 1"


def test_the_page_of_results_has_the_baselines_numbers():
    floors, paper = results.load("gan-floors"), results.load("gan-paper")
    rows = results.load("gan-article")["snapshots"]
    at = {row["step"]: row for row in rows}
    table = re.findall(r"^\| ([0-9,]+) \| (.*) \| (.*) \| (\d+)% \|$", RESULTS, re.M)
    assert len(table) == 8
    for step, parzen, frechet, commonest in table:
        row = at[int(step.replace(",", ""))]
        assert parzen == likelihood(row)
        assert frechet == f"{row['frechet']:.1f}"
        assert commonest == f"{100 * row['commonest']:.0f}"
    best = max(rows, key=lambda row: row["parzen"])
    assert f"step {best['step']:,} | {likelihood(best)} |" in RESULTS
    last = paper["snapshots"][-1]
    assert f"our run, {last['step'] // 500} epochs | {likelihood(last)} |" in RESULTS
    assert f"10,000 real images | {likelihood(floors['real'])} |" in RESULTS
    assert f"after 1,000,000 steps | {likelihood(rows[-1])} |" in RESULTS
    real = floors["real"]
    row = f"| {likelihood(real)} | {real['frechet']:.1f} | {real['commonest']:.0%} |"
    assert f"*real images* {row}" in RESULTS
    minutes = results.load("gan-article")["seconds"] / 60
    assert f"{minutes:.0f} minutes" in sentences(RESULTS)
    assert min(row["step"] for row in rows[10:] if row["commonest"] > 0.5) == 150_000
    assert f"50,000 real images | {likelihood(floors['kmeans'])} |" in RESULTS


def test_the_page_of_results_has_the_dcgans_numbers():
    runs = results.load("dcgan-live")["runs"]
    table = re.findall(r"^\| (\d+) s \| (.*) \| (.*) \|$", RESULTS, re.M)
    assert len(table) == 4
    for seconds, *spans in table:
        for kind, span in zip(("dcgan", "mlp"), spans, strict=True):
            rows = [row for name, run in runs.items() if name.startswith(kind) for row in run]
            values = [r["frechet"] for r in rows if round(r["seconds"]) == int(seconds)]
            assert len(values) == 3
            assert span == f"{min(values):.1f} to {max(values):.1f}"
    long_run, real = results.load("dcgan-conditional"), results.load("dcgan-real")
    last, mlp = long_run["last"], results.load("dcgan-mlp")["last"]
    assert f"| DCGAN, with labels | 2.98% | {100 * last['error']:.2f}% |" in RESULTS
    assert f"networks) | 6.28% | {100 * mlp['error']:.2f}% |" in RESULTS
    assert f"first 50,000 | | {100 * real['last']['error']:.2f}% |" in RESULTS
    assert f"all 60,000 | 3.1% | {100 * real['all']['error']:.2f}% |" in RESULTS
    text = sentences(RESULTS)
    assert f"({long_run['steps']:,} steps in {long_run['seconds'] / 60:.0f} minutes" in text
    speed = results.load("dcgan-speed")
    assert f"{speed['full_command']}`: 39,100 steps of {speed['seconds_a_step']:.2f} s" in text
    assert f"requested digit in {last['agreement']:.1%} of the samples" in text


def test_the_page_of_results_has_the_search_for_the_cause():
    for seed, name in enumerate(("gan-article", "collapse-1", "collapse-2")):
        rows = [row for row in results.load(name)["snapshots"] if row["step"] <= 300_000]
        best, last = min(rows, key=lambda row: row["frechet"]), rows[-1]
        cells = f"{best['step']:,} | {best['frechet']:.1f} | {best['covered']}"
        end = f"{last['frechet']:.1f} | {last['covered']} | {np.argmax(last['histogram'])}"
        assert f"| seed {seed} | {cells} | {end}, {last['commonest']:.0%} |" in RESULTS
        for probe in results.load(name).get("probes", []):
            at = f"seed {seed}, {probe['step']:,}"
            assert became(f"{at}: before", probe["now"]) in RESULTS
            for who, kind in (
                ("own D", "now"),
                ("own D, lead", "ahead"),
                ("new D, lead", "fresh"),
            ):
                seen, cells = probe[kind], []
                cells += [f"{seen[key]:.2f}" for key in ("d_real", "d_fake")]
                cells += [f"{seen['right']:.0%}"]
                cells += [f"{seen[f'cosine_by_{by}']:.2f}" for by in ("images", "weights")]
                assert f"| {at}: {who} | {' | '.join(cells)} |" in RESULTS
                later = seen["later"] if "later" in seen else probe["later"]
                assert became(f"{at}: {who}", later) in RESULTS


def became(label, row):
    scores = f"{row['frechet']:.1f} | {row['precision']:.2f} | {row['recall']:.2f}"
    return f"| {label} | {scores} | {min(row['shares']):.1%} and {max(row['shares']):.1%} |"


def test_the_search_for_the_cause_says_what_was_seen():
    for seed in (1, 2):
        before, after = results.load(f"collapse-{seed}")["probes"]
        assert after["now"]["right"] > before["now"]["right"]
        assert after["now"]["cosine_by_images"] < before["now"]["cosine_by_images"] - 0.1
        for probe in (before, after):
            now, fresh = probe["now"], probe["fresh"]["later"]
            digit = np.argmax(now["shares"])
            for same in (probe["later"], probe["ahead"]["later"]):
                assert np.abs(np.subtract(same["shares"], now["shares"])).max() <= 0.0264
            # The error of the difference of two such shares is 0.006.
            assert fresh["shares"][digit] < now["shares"][digit] - 0.03
            assert min(fresh["shares"]) > min(now["shares"]) + 0.001
            assert probe["fresh"]["cosine_by_images"] > 0.98


def test_the_page_of_results_has_the_numbers_of_the_cure():
    for seed in range(3):
        for row in results.load(f"stabilised-{seed}")["snapshots"]:
            if row["step"] >= 60_000:
                cells = f"{row['frechet']:.2f} | {row['precision']:.3f} | {row['recall']:.3f}"
                shares = f"{min(row['histogram']):.1%} and {max(row['histogram']):.1%}"
                label = f"seed {seed}, step {row['step']:,}"
                assert f"| {label} | {likelihood(row)} | {cells} | {shares} |" in RESULTS
    for run in results.load("stabilised-arms")["arms"].values():
        rows = run["snapshots"]
        lowest, last = min(row["frechet"] for row in rows), rows[-1]
        end = f"{last['frechet']:.1f} | {last['commonest']:.0%}"
        assert f"| {last['step']:,} | {lowest:.1f} | {end} |" in RESULTS


def test_the_page_of_results_has_the_modes_of_the_toys():
    for name, kinds in results.load("stabilised-toys")["runs"].items():
        for kind, rows in kinds.items():
            cells = []
            for key, form in (("modes", ".1f"), ("high_quality", ".1%"), ("reverse_kl", ".3f")):
                values = [row[key] for row in rows]
                error = np.std(values, ddof=1) / np.sqrt(len(values))
                cells.append(f"{np.mean(values):{form}} ± {error:{form}}")
            label = {"none": "no penalty", "penalties": "R1, R2 and average"}[kind]
            line = f"{label} | {' | '.join(cells)} |"
            assert re.search(rf"\| {name} of \d+: {re.escape(line)}", RESULTS), line
    [row] = results.load("stabilised-pacgan")["rows"]
    cells = f"{row['modes']} | {row['high_quality']:.1%} | {row['reverse_kl']:.2f}"
    assert f"| grid of 25: GAN, the paper's networks, our run | {cells} |" in RESULTS
    assert f"trained once, without packing, for {row['step']:,} steps" in sentences(RESULTS)


def test_the_pages_have_both_recipes_with_their_spreads():
    found, text = results.load("stabilised-recipes"), sentences(RESULTS)
    last = [run["snapshots"][-1]["parzen"] for run in found["recipes"]["stabilised"]]
    reached = f"reaches {np.mean(last):.1f} ± {np.std(last, ddof=1):.1f} nats in five minutes"
    assert reached in sentences(README)
    assert found["after"][-1] == 5 * 60
    for arm, label in (("no-momentum", "slow"), ("stabilised", "faster")):
        assert f"{found['speeds'][arm]:.0f} steps per second" in text
        for i, seconds in enumerate(found["after"]):
            rows = [run["snapshots"][i] for run in found["recipes"][arm]]
            assert len({row["step"] for row in rows}) == 1
            cells = [
                f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"
                for name, digits in (("frechet", 2), ("precision", 3), ("recall", 3), ("parzen", 1))
                for values in [[row[name] for row in rows]]
            ]
            rarest = min(min(row["histogram"]) for row in rows)
            line = f"| {label}, {seconds} s | {rows[0]['step']:,} | {' | '.join(cells)} |"
            assert f"{line} {rarest:.1%} |" in RESULTS


def test_the_page_of_results_has_the_numbers_of_a_million_steps():
    measured = {row["step"]: row for row in results.load("manifold")["generators"]["gan-article"]}
    for name, label in (("gan-article", "as it is"), ("stabilised-million", "with R1 and R2")):
        rows = {row["step"]: row for row in results.load(name)["snapshots"]}
        for step in (30_000, 200_000, 1_000_000):
            row = measured[step] | rows[step]
            variety = f"{row['precision']:.3f} | {row['recall']:.3f}"
            shares = f"{min(row['histogram']):.1%} and {max(row['histogram']):.1%}"
            line = f"| {label}, step {step:,} | {row['frechet']:.1f} | {variety} | {shares} |"
            assert line in RESULTS
    assert f"ends at {likelihood(rows[1_000_000])}" in sentences(RESULTS)
    assert f"most common digit now makes up {max(rows[1_000_000]['histogram']):.0%}" in README
    assert f"the rarest {min(rows[1_000_000]['histogram']):.0%}" in sentences(README)


def test_the_page_of_results_has_the_numbers_of_sequences():
    runs = [results.load(f"lstm-gan-digits-{seed}") for seed in range(5)]
    text = sentences(RESULTS)
    for kind, label in (
        ("chosen", "close to the paper's protocol"),
        ("averaged", "G's weights averaged"),
    ):
        cells = [[run[kind][name] for run in runs] for name in ("real", "tstr", "trts")]
        row = " | ".join(f"{np.mean(c):.3f} ± {np.std(c, ddof=1):.3f}" for c in cells)
        assert f"| our run, {label} | {row} |" in RESULTS
        assert ", ".join(f"{run[kind]['tstr']:.3f}" for run in runs) in text
    sines = results.load("lstm-gan-sines")
    chosen = sines["chosen"]
    assert f"{sines['steps']:,} of 150,000 steps" in text
    assert f"measured at step {chosen['step']:,}" in text
    for name in ("generated", "noise", "quiet_noise"):
        assert f"{chosen[name]['mmd']:.4f}" in text
    assert f"{chosen['generated']['in_band']:.0%} of the samples have the peak" in text


def test_the_page_of_results_has_the_numbers_of_tokens():
    oracles = results.load("seqgan-baselines")["oracles"].values()
    for writer in ("oracle", "bigram", "unigram", "untrained", "uniform"):
        values = [oracle[writer]["oracle_nll"] for oracle in oracles]
        assert f"{min(values):.2f} to {max(values):.2f}" in sentences(RESULTS)
    runs = [results.load(f"seqgan-eighth-{seed}") for seed in range(3)]
    labels = {
        "pretrained": "30 epochs (the next four start here)",
        "likelihood": "continued for SeqGAN's CPU time",
        "seqgan": "| SeqGAN",
        "constant": "constant reward",
        "temperature 0.9": "temperature 0.9, no more training",
        "stopped": "stopped after 5 epochs",
        "stopped, temperature 0.8": "stopped after 5 epochs, temperature 0.8",
        "stopped, temperature 0.7": "stopped after 5 epochs, temperature 0.7",
    }
    for arm, label in labels.items():
        rows = [run["arms"][arm] for run in runs]
        measures = ("oracle_nll", "held_out_nll", "distinct_2", "self_bleu_3")
        cells = [[r[m] for r in rows] for m in measures]
        row = " | ".join(f"{np.mean(c):.3f} ± {np.std(c, ddof=1):.3f}" for c in cells)
        assert f"{label} | {row} |" in RESULTS


def test_the_page_of_results_has_precision_and_recall():
    found = results.load("manifold")
    names = ("frechet", "precision", "recall", "density", "coverage")
    digits = {"frechet": 2}

    def cells(row):
        return " | ".join(f"{row[name]:.{digits.get(name, 3)}f}" for name in names)

    at = {row["step"]: row for row in found["generators"]["gan-article"]}
    for step in (5000, 20_000, 30_000, 100_000, 1_000_000):
        assert f"| baseline, step {step:,} | {cells(at[step])} |" in RESULTS
    for name, label in (
        ("dcgan-mlp", "baseline's networks with labels"),
        ("dcgan-conditional", "conditional DCGAN"),
        ("stabilised-0", "the cure, seed 0"),
    ):
        assert f"| {label} | {cells(found['generators'][name][0])} |" in RESULTS
    real = [[block[name] for block in found["real"]] for name in names]
    row = [
        f"{np.mean(c):.{digits.get(name, 3)}f} ± {np.std(c, ddof=1):.{digits.get(name, 3)}f}"
        for name, c in zip(names, real, strict=True)
    ]
    assert f"| *real images* | {' | '.join(row)} |" in RESULTS
    assert f"falls to {at[1_000_000]['recall']:.3f}" in sentences(RESULTS)
    [cure] = found["generators"]["stabilised-0"]
    for name, row in zip(names, real, strict=True):
        worse = np.mean(row) - cure[name] if name != "frechet" else cure[name] - np.mean(row)
        assert worse > 5 * np.std(row, ddof=1), name  # "by much more than their spread"


def test_labels_are_the_only_change_where_their_worth_is_given():
    plain, labelled = results.load("gan-article"), results.load("dcgan-mlp")
    assert plain["settings"] == labelled["settings"]
    pair = [
        next(row for row in run["snapshots"] if row["step"] == 50_000)["frechet"]
        for run in (plain, labelled)
    ]
    assert f"is {pair[0]:.1f}, and with them {pair[1]:.1f}" in sentences(RESULTS)


def test_the_page_of_results_has_nine_draws_and_what_they_differ_by():
    found = results.load("neighbours")
    for name, label in (
        ("dcgan-conditional", "DCGAN, with labels"),
        ("dcgan-mlp", "GAN, with labels (the baseline's networks)"),
    ):
        rows = found["generators"][name]
        errors = [100 * row["error"] for row in rows]
        alone, real_alone = zip(*(row["alone_wrong"] for row in rows), strict=True)
        p = [row["p"] for row in rows]
        chance = f"{min(p):.2f} to {max(p):.2f}" if min(p) > 0.01 else "below 10⁻¹⁹⁶"
        assert max(p) < 1e-196 or min(p) > 0.01
        cells = (
            label,
            f"{np.mean(errors):.2f}% ± {np.std(errors, ddof=1):.2f}",
            f"{min(alone):,} to {max(alone):,}",
            f"{min(real_alone):,} to {max(real_alone):,}",
            chance,
            f"{rows[-1]['together']['error']:.2%}",
        )
        assert f"| {' | '.join(cells)} |" in RESULTS
        assert rows[0]["error"] == pytest.approx(results.load(name)["last"]["error"], abs=2e-4)
    better = [row for row in found["generators"]["dcgan-conditional"] if row["error"] < 0.0334]
    assert found["real"]["error"] == 0.0334
    assert len(better) == 3
    assert "three of the nine have fewer errors" in sentences(RESULTS)


def test_the_page_of_results_has_the_distances_with_their_spreads():
    found = results.load("limits")
    at = {row["step"]: row for row in found["generators"]["gan-article"]}
    for label, row in (
        ("baseline, step 30,000", at[30_000]),
        ("baseline's networks with labels", found["generators"]["dcgan-mlp"][0]),
        ("conditional DCGAN", found["generators"]["dcgan-conditional"][0]),
        ("the cure, seed 0", found["generators"]["stabilised-0"][0]),
        ("*real images*", found["real"]),
    ):
        cells = "{block:.2f} ± {spread:.2f} | {whole:.2f} | {limit:.2f} ± {limit_se:.2f}"
        assert f"| {label} | {cells.format(**row)} |" in RESULTS
    near, real = found["generators"]["dcgan-conditional"][0], found["real"]
    assert near["block"] - real["block"] < 2 * (near["spread"] + real["spread"])
    assert near["limit"] - real["limit"] > 4 * np.hypot(near["limit_se"], real["limit_se"])


def test_the_page_of_results_has_all_scores_with_their_spreads():
    found = results.load("spreads")
    at = {(name, row["step"]): row for name, rows in found["generators"].items() for row in rows}
    labels = {
        ("gan-article", 30_000): "baseline, step 30,000",
        ("gan-article", 1_000_000): "baseline, step 1,000,000",
        ("stabilised-million", 1_000_000): "with R1 and R2 alone, step 1,000,000",
        ("dcgan-mlp", 50_000): "baseline's networks with labels",
        ("stabilised-0", 300_000): "the cure, seed 0, step 300,000",
        ("dcgan-conditional", 39_100): "conditional DCGAN",
    }
    assert set(labels) == set(at)
    scores = {"frechet": 2, "precision": 3, "recall": 3, "density": 3, "coverage": 3, "parzen": 1}
    for label, row in ((labels[key], at[key]) for key in labels):
        assert spread_row(label, row, scores) in RESULTS
    assert spread_row("*real images*", found["real"], scores) in RESULTS
    cure, real = at["stabilised-0", 300_000], found["real"]
    for name in ("precision", "recall", "density", "coverage", "parzen"):
        gap = cure[name][0] - real[name][0]
        assert abs(gap) > 2 * (cure[name][1] + real[name][1]), name
        assert (gap > 0) == (name == "parzen")


def spread_row(label, row, scores):
    cells = [f"{row[n][0]:.{digits}f} ± {row[n][1]:.{digits}f}" for n, digits in scores.items()]
    return (
        f"| {label} | {' | '.join(cells)} | {row['rarest'][0]:.1%} and {row['commonest'][0]:.1%} |"
    )


def likelihood(row):
    return f"{row['parzen']:.1f} ± {row['parzen_se']:.1f}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_option_that_a_page_names_exists(page, capsys):
    from gan_tutorial.cli import main

    helps = ""
    for command in ("train", "sample", "evaluate", "reproduce", "lab"):
        main([command, "--help"])
        helps += capsys.readouterr().out
    for line in re.findall(r"^gan-tutorial .*$", page.read_text(encoding="utf-8"), re.M):
        for option in re.findall(r"--[a-z-]+", line):
            assert option in helps, option


def test_dependencies_have_lower_bounds_and_no_upper_ones():
    groups = PROJECT["optional-dependencies"].values()
    everything = PROJECT["dependencies"] + [d for group in groups for d in group]
    for requirement in everything:
        wanted = requirement.split(";")[0]
        assert ">=" in wanted or wanted.startswith("gan-tutorial["), requirement
        assert not re.search(r"[<~!]|==", wanted), requirement


def test_conda_gets_the_same_bounds_and_a_literal_python():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    conda = [d for d in environment["dependencies"] if isinstance(d, str)]
    assert "python=3.12" in conda  # repo2docker reads no other form
    assert not (ROOT / "binder").exists()  # it would hide environment.yml
    assert set(PROJECT["dependencies"]) <= set(conda)
    normal = [requirement.replace('"', "'") for requirement in pip]
    assert normal == PROJECT["optional-dependencies"]["cpu"]
    for name in ("jupyter", "nbval", "ipywidgets", "matplotlib", "numpy"):
        assert any(d.startswith(name) for d in conda), name


def test_citation_and_licence():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["repository-code"] == PROJECT["urls"]["Repository"]
    assert citation["license"] == PROJECT["license"] == "MIT"


@pytest.mark.skipif(not tracked(), reason="not a git checkout")
def test_no_data_and_no_machines_paths_are_in_the_project():
    for path in tracked():
        assert path.name != "mnist.npz"
        limit = 5e6 if path.parent.name == "results" else 1e6  # all results together: 10 MB
        assert path.stat().st_size < limit, path
        if path.suffix in (".py", ".md", ".toml", ".yml", ".cff", "") and path.parent.name != ".ci":
            text = path.read_text(encoding="utf-8")
            assert "/work" + "/" not in text, path
            assert "../" + "shared" not in text, path
