"""What stands outside the package: README, environment, licence, and what must not be there."""

import re
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml

from gan_tutorial import results
from gan_tutorial.models import toys

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def tracked():
    """All files of the project that git knows, or that lie here where there is no git."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in done.stdout.split("\n") if name and (ROOT / name).is_file()]


def test_the_readmes_code_runs(tmp_path, monkeypatch, mnist):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(blocks) == 3
    program = "\n".join(blocks)
    assert "steps=20_000" in program
    names = {}
    exec(program.replace("steps=20_000", "steps=5"), names)
    assert (tmp_path / "digits.png").is_file()
    names["trainer"].fit(mnist.train_images[:200], 2, progress=False)  # with the loss of one's own


def test_the_readme_names_what_there_is():
    for target in re.findall(r"\]\(([^):#]+)\)", README):
        assert (ROOT / target).exists(), target
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for goal in re.findall(r"make ([a-z][a-z-]+)", README):
        assert re.search(rf"^{goal}:", makefile, re.M), goal
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        assert f"notebooks/{path.name}" in README


def test_the_readmes_results_are_those_of_the_package():
    floors, paper = results.load("gan-floors"), results.load("gan-paper")
    rows = results.load("gan-article")["snapshots"]
    at = {row["step"]: row for row in rows}
    table = re.findall(r"^\| ([0-9,]+) \| (.*) \| (.*) \| (\d+)% \|$", README, re.M)
    assert len(table) == 8
    for step, parzen, frechet, commonest in table:
        row = at[int(step.replace(",", ""))]
        assert parzen == likelihood(row)
        assert frechet == f"{row['frechet']:.1f}"
        assert commonest == f"{100 * row['commonest']:.0f}"
    best = max(rows, key=lambda row: row["parzen"])
    assert f"({best['step']:,} iterations) | {likelihood(best)} |" in README
    last = paper["snapshots"][-1]
    assert f"our run, {last['step'] // 500} epochs | {likelihood(last)} |" in README
    assert f"10,000 real images | {likelihood(floors['real'])} |" in README
    assert f"after 1,000,000 iterations | {likelihood(rows[-1])} |" in README
    real = floors["real"]
    row = f"| {likelihood(real)} | {real['frechet']:.1f} | {real['commonest']:.0%} |"
    assert f"*real images* {row}" in README
    assert f"{results.load('gan-article')['seconds'] / 60:.0f}\nminutes beside" in README
    late = [row for row in rows if row["step"] >= 300_000]
    assert all(row["histogram"][1] > 0.98 for row in late)  # "nothing but ones"
    assert f"50,000 real images | {likelihood(floors['kmeans'])} |" in README


def test_the_readmes_dcgan_tables_are_those_of_the_package():
    runs = results.load("dcgan-live")["runs"]
    table = re.findall(r"^\| (\d+) s \| (.*) \| (.*) \|$", README, re.M)
    assert len(table) == 4
    for seconds, *spans in table:
        for kind, span in zip(("dcgan", "mlp"), spans, strict=True):
            rows = [row for name, run in runs.items() if name.startswith(kind) for row in run]
            values = [r["frechet"] for r in rows if round(r["seconds"]) == int(seconds)]
            assert len(values) == 3
            assert span == f"{min(values):.1f} to {max(values):.1f}"
    long_run, real = results.load("dcgan-conditional"), results.load("dcgan-real")
    last, mlp = long_run["last"], results.load("dcgan-mlp")["last"]
    assert f"| DCGAN, with labels | 2.98 % | {100 * last['error']:.2f} % |" in README
    assert f"networks) | 6.28 % | {100 * mlp['error']:.2f} % |" in README
    assert f"first 50,000 | | {100 * real['last']['error']:.2f} % |" in README
    assert f"all 60,000 | 3.1 % | {100 * real['all']['error']:.2f} % |" in README
    assert f"({long_run['steps']:,} steps in\n{long_run['seconds'] / 60:.0f} minutes" in README
    speed = results.load("dcgan-speed")
    assert f"{speed['full_command']}`: 39,100 steps of {speed['seconds_a_step']:.2f} s" in README
    assert f"chosen digit in {last['agreement']:.1%} of its samples" in README


def test_the_readmes_tables_of_the_cure_are_those_of_the_package():
    for seed in range(3):
        run = results.load(f"stabilised-{seed}")
        assert f"{run['steps']:,} steps" in README
        last = run["snapshots"][-1]
        shares = f"{min(last['histogram']):.1%} and {max(last['histogram']):.1%}"
        assert f"| {seed} | {likelihood(last)} | {last['frechet']:.2f} | {shares} |" in README
    for run in results.load("stabilised-arms")["arms"].values():
        rows = run["snapshots"]
        lowest, last = min(row["frechet"] for row in rows), rows[-1]
        end = f"{last['frechet']:.1f} | {last['commonest']:.0%}"
        assert f"| {last['step']:,} | {lowest:.1f} | {end} |" in README
    for name, kinds in results.load("stabilised-toys")["runs"].items():
        for kind, rows in kinds.items():
            modes, high, kl = (np.mean([row[key] for row in rows]) for key in toys.Coverage._fields)
            label = {"none": "no penalty", "penalties": "R1, R2 and average"}[kind]
            line = f"{label} | {modes:.1f} | {100 * high:.1f} % | {kl:.2f} |"
            assert re.search(rf"\| {name} of \d+: {re.escape(line)}", README), line


def test_the_readmes_table_of_sequences_is_that_of_the_package():
    runs = [results.load(f"lstm-gan-digits-{seed}") for seed in range(5)]
    for kind, label in (
        ("chosen", "close to the paper's protocol"),
        ("averaged", "G's weights averaged"),
    ):
        cells = [[run[kind][name] for run in runs] for name in ("real", "tstr", "trts")]
        row = " | ".join(f"{np.mean(c):.3f} ± {np.std(c, ddof=1):.3f}" for c in cells)
        assert f"| our run, {label} | {row} |" in README
        assert ", ".join(f"{run[kind]['tstr']:.3f}" for run in runs) in README
    sines = results.load("lstm-gan-sines")
    chosen = sines["chosen"]
    assert f"{sines['steps']:,} of 150,000 steps" in README
    assert f"measured at step {chosen['step']:,}" in README
    for name in ("generated", "noise", "quiet_noise"):
        assert f"{chosen[name]['mmd']:.4f}" in README
    assert f"band in {chosen['generated']['in_band']:.0%} of the samples" in README


def test_the_readmes_table_of_tokens_is_that_of_the_package():
    oracles = results.load("seqgan-baselines")["oracles"].values()
    for writer in ("oracle", "bigram", "unigram", "untrained", "uniform"):
        values = [oracle[writer]["oracle_nll"] for oracle in oracles]
        assert f"{min(values):.2f} to {max(values):.2f}" in README
    runs = [results.load(f"seqgan-eighth-{seed}") for seed in range(3)]
    labels = {
        "pretrained": "30 epochs: where the next four start",
        "likelihood": "on for as many CPU seconds as SeqGAN",
        "seqgan": "| SeqGAN",
        "constant": "constant reward",
        "temperature 0.9": "at a temperature of 0.9, no more training",
        "stopped": "stopped after 5 epochs",
        "stopped, temperature 0.8": "stopped after 5 epochs, temperature 0.8",
        "stopped, temperature 0.7": "stopped after 5 epochs, temperature 0.7",
    }
    for arm, label in labels.items():
        rows = [run["arms"][arm] for run in runs]
        measures = ("oracle_nll", "held_out_nll", "distinct_2", "self_bleu_3")
        cells = [[r[m] for r in rows] for m in measures]
        row = " | ".join(f"{np.mean(c):.3f} ± {np.std(c, ddof=1):.3f}" for c in cells)
        assert f"{label} | {row} |" in README


def likelihood(row):
    return f"{row['parzen']:.1f} ± {row['parzen_se']:.1f}"


def test_every_option_of_the_readme_exists(capsys):
    from gan_tutorial.cli import main

    helps = ""
    for command in ("train", "sample", "evaluate", "reproduce", "lab"):
        main([command, "--help"])
        helps += capsys.readouterr().out
    for line in re.findall(r"^gan-tutorial .*$", README, re.M):
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
