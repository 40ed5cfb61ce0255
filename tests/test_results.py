"""The stored results: each says how it was made, and all of them are small."""

import pytest

from gan_tutorial import draws, results


@pytest.mark.parametrize("name", results.names())
def test_a_result_says_how_it_was_made(name):
    result = results.load(name)
    assert result["command"].startswith("gan-tutorial reproduce ")
    made = {"stabilised-toys": "ring and grid", "stabilised-pacgan": "grid"}
    made["lstm-gan-sines"] = "sines"
    of_tokens = "sequences of an oracle" if name.startswith("seqgan") else "MNIST"
    assert result["data"] == made.get(name, of_tokens)
    if name != "dcgan-real":  # which draws nothing
        assert "seed" in result["settings"]
    assert {"tensorflow", "keras", "numpy", "python"} <= result["versions"].keys()
    assert "cores" in result["machine"]
    assert result["seconds"] > 0


def test_results_of_tokens_name_the_scheme_of_their_keys():
    schemes = {results.load(name)["keys"] for name in results.names() if "seqgan" in name}
    assert schemes <= {1, draws.SCHEME}


def test_results_take_ten_megabytes_at_most():
    assert sum(path.stat().st_size for path in results.FOLDER.iterdir()) < 10e6


def test_results_are_found_by_name():
    assert "digit-classifier" in results.names()
    with pytest.raises(ValueError, match="unknown result 'fid': choose one of"):
        results.load("fid")
    with pytest.raises(ValueError, match="digit-classifier has no weights of step 3"):
        results.weights("digit-classifier", 3)
    with pytest.raises(ValueError, match="gan-article has no weights of step 3: .*0, 200, 1000"):
        results.weights("gan-article", 3)
    with pytest.raises(ValueError, match="gan-article has weights of several steps: .*0, 200"):
        results.weights("gan-article")
