"""The playground's engine on its own: finite differences, closed forms, brute force, equal bits.

All draws are fixed by seeds, so nothing here is true by chance on one day alone.
"""

import math
import struct
from unittest.mock import ANY

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from gan_tutorial.models import toys

LOSSES = (
    "minimax",
    "non-saturating",
    "least-squares",
    "wasserstein",
    "hinge",
    "relativistic",
)


# Functions, beside those of Python's `math`, whose last place may be off by one: 1.1e-16.


def apply(js, function, numbers):
    """An engine's function of each number."""
    return js("return given.x.map((x) => numbers[given.name](x));", name=function, x=numbers)


def each(function, numbers):
    return [function(x) for x in numbers.tolist()]


def wide(low, high):
    """Numbers over many orders of magnitude, and over one."""
    return np.concatenate([np.geomspace(low, high, 2001), np.linspace(low, high, 2001)])


def both_signs(numbers):
    return np.concatenate([-numbers, [0.0], numbers])


def test_e_to_the_minus_a_is_right_until_it_leaves_the_range(js):
    a = wide(5e-324, 699.999)
    np.testing.assert_allclose(apply(js, "expMinus", a), each(math.exp, -a), rtol=1e-15)
    ends = apply(js, "expMinus", [0, 700, 1e308, math.inf, math.nan])
    np.testing.assert_array_equal(ends, [1, 0, 0, 0, math.nan])  # e^-700 is 1e-304


def test_the_logarithm_is_right_from_the_smallest_number_to_1(js):
    x = np.concatenate([wide(5e-324, 1), 1 - np.geomspace(2**-53, 0.5, 1001)])
    np.testing.assert_allclose(apply(js, "log", x), each(math.log, x), rtol=1e-15)


def test_the_logarithm_beyond_1_is_right_to_the_last_place_of_log_2(js):
    x = np.concatenate([wide(1, 1.7e308), 1 + np.geomspace(2**-52, 1, 1001)])
    np.testing.assert_allclose(apply(js, "log", x), each(math.log, x), rtol=1e-15, atol=3e-16)


@pytest.mark.parametrize(
    ("name", "exact", "most"),
    [
        ("softplus", lambda a: max(a, 0) + math.log1p(math.exp(-abs(a))), math.inf),
        ("sigmoid", lambda a: 1 / (1 + math.exp(-a)), 1),
    ],
    ids=["softplus", "sigmoid"],
)
def test_softplus_and_sigmoid_are_right_on_both_sides(js, name, exact, most):
    a = both_signs(wide(1e-300, 699.999))
    np.testing.assert_allclose(apply(js, name, a), each(exact, a), rtol=1e-15)
    ends = apply(js, name, [-math.inf, -1e308, 1e308, math.inf, math.nan])
    np.testing.assert_array_equal(ends, [0, 0, min(most, 1e308), most, math.nan])


def test_tanh_is_right_to_the_last_places_of_1(js):
    a = both_signs(wide(1e-300, 1000))
    np.testing.assert_allclose(apply(js, "tanh", a), each(math.tanh, a), rtol=0, atol=5e-16)
    ends = apply(js, "tanh", [-math.inf, math.inf, math.nan])
    np.testing.assert_array_equal(ends, [-1, 1, math.nan])


# Random numbers.


def sfc32(seed):
    """Yield the numbers of 32 bits that the generator sfc32 makes, written once more."""
    a, b, c, counter = 0x9E3779B9 ^ seed % 2**32, 0x243F6A88, 0xB7E15162, seed % 2**32 or 1
    while True:
        total = (a + b + counter) % 2**32
        counter = (counter + 1) % 2**32
        a, b = b ^ (b >> 9), (c + (c << 3)) % 2**32
        c = (((c << 21) | (c >> 11)) + total) % 2**32
        yield total


@pytest.mark.parametrize("seed", [0, 1, 2, 12345, -7, 2**31, 2**32 - 1])
def test_random_bits_are_those_of_sfc32(js, seed):
    code = """
    const random = new numbers.Random(given.seed);
    return Array.from({ length: 500 }, () => random.bits());
    """
    generator = sfc32(seed)
    expected = [next(generator) for _ in range(515)][15:]  # the first ones mix the seed in
    assert js(code, seed=seed) == expected


def test_the_first_numbers_of_a_seed_stay_what_they_are(js):
    code = """
    const uniform = new numbers.Random(0), normal = new numbers.Random(0);
    return [0, 0, 0].flatMap(() => [uniform.uniform(), normal.normal()]);
    """
    assert js(code) == [
        0.11025513347703964,
        3.1734665857492748,
        0.9230146397603676,
        -0.7225206438383408,
        0.534505125018768,
        1.6115129284519296,
    ]


def test_uniform_numbers_lie_inside_0_and_1_even_at_the_ends(js):
    code = """
    const random = new numbers.Random(0);
    return [0, 4294967295].map((bits) => { random.bits = () => bits; return random.uniform(); });
    """
    low, high = js(code)
    assert 0 < low < 2**-32
    assert 1 - 2**-32 < high < 1


NUMBERS = """
const random = new numbers.Random(3);
return Array.from({ length: given.n }, () => random[given.kind](...given.args));
"""


def test_uniform_numbers_are_uniform(js):
    x = js(NUMBERS, n=50_000, kind="uniform", args=[])
    assert stats.kstest(x, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(x[1:], x[:-1])[0, 1]) < 4 / math.sqrt(50_000)


def test_an_index_is_each_of_n_equally_often(js):
    counts = np.bincount(js(NUMBERS, n=9_000, kind="index", args=[9]))
    assert len(counts) == 9
    assert stats.chisquare(counts).pvalue > 0.01


def test_normal_numbers_have_the_moments_of_a_gaussian(js):
    x = np.array(js(NUMBERS, n=200_000, kind="normal", args=[]))
    # Bounds of four standard errors.
    assert x.mean() == pytest.approx(0, abs=4 / math.sqrt(len(x)))
    assert x.var() == pytest.approx(1, abs=4 * math.sqrt(2 / len(x)))
    assert stats.skew(x) == pytest.approx(0, abs=4 * math.sqrt(6 / len(x)))
    assert stats.kurtosis(x) == pytest.approx(0, abs=4 * math.sqrt(24 / len(x)))
    assert abs(np.corrcoef(x[::2], x[1::2])[0, 1]) < 4 / math.sqrt(len(x) / 2)  # of a pair
    assert stats.kstest(x[:50_000], "norm").pvalue > 0.01


# Gradients by central differences: no reference but the loss itself.

STEP = 1e-5
# Rounding makes 1e-16 |loss| / STEP of error, about 1e-9; the third derivative STEP^2 / 6, less. A
# kink between the two ends would make as much as the gradient itself: the seeds have none there.
ROUGH = 1e-6

DIFFERENCES = """
const { player, step } = given, random = new numbers.Random(8);
return given.all.map((settings) => {
  const game = new gan.Game(null, { batch: 7, latent: 3, hidden: [5, 6], ...settings });
  for (const numbers of [game.G.theta, game.D.theta, game.rows, game.z]) {
    random.noise(numbers, "normal");
  }
  const alphas = random.noise(new Float64Array(7), "uniform").map((a) => (a + 1) / 2);
  const loss = () => player === "D" ? game.gradientD(alphas) : game.gradientG();
  const { theta, grad } = game[player];
  loss();
  const exact = grad.slice();
  const rough = theta.map((w, k) => {
    const [up, down] = [w + step, w - step].map((moved) => { theta[k] = moved; return loss(); });
    theta[k] = w;
    return (up - down) / (2 * step);
  });
  return { settings, exact, rough };
});
"""


def check_differences(js, player, all_settings):
    for found in js(DIFFERENCES, player=player, step=STEP, all=all_settings):
        exact, rough = np.array(found["exact"]), np.array(found["rough"])
        assert np.abs(exact).max() > 0, found["settings"]
        assert np.abs(exact - rough).max() < ROUGH * np.abs(rough).max(), found["settings"]


STRENGTHS = (
    {},
    {"r1": 0.7},
    {"r2": 0.7},
    {"gp": 2.0},
    {"r1": 0.3, "r2": 0.7, "gp": 0.5},
)


@pytest.mark.parametrize("loss", LOSSES)
def test_ds_gradient_is_the_slope_of_its_loss_with_penalties(js, loss):
    check_differences(js, "D", [{"loss": loss, **strengths} for strengths in STRENGTHS])


@pytest.mark.parametrize("loss", LOSSES)
def test_gs_gradient_is_the_slope_of_its_loss(js, loss):
    check_differences(js, "G", [{"loss": loss}])


SHAPES = (
    {"hidden": []},
    {"hidden": [1]},
    {"hidden": [3, 9, 4], "latent": 1},
    {"hidden": [8], "dHidden": [4, 4], "dim": 1},
    {"leak": 0},
    {"leak": 0, "dLeak": 0.1},
    {"leak": "tanh"},
)


@pytest.mark.parametrize("player", ["D", "G"])
def test_gradients_hold_for_all_shapes_and_slopes_of_hidden_units(js, player):
    check_differences(js, player, [{**shape, "r1": 0.3, "gp": 0.5} for shape in SHAPES])


@pytest.mark.parametrize("player", ["D", "G"])
def test_gradients_hold_for_a_d_of_tanh_without_penalties(js, player):
    check_differences(js, player, [{"dLeak": "tanh"}])


@pytest.mark.parametrize("penalty", ["r1", "r2", "gp"])
def test_a_penalty_is_refused_for_a_d_of_tanh(js, penalty):
    code = """
    try {
      new gan.Game(null, given.settings);
      return "taken";
    } catch (error) {
      return error.message;
    }
    """
    assert "tanh" in js(code, settings={"dLeak": "tanh", penalty: 0.1})
    assert js(code, settings={"leak": "tanh", penalty: 0.1}) == "taken"  # G's units alone bend


# The start.


def test_kernels_are_normal_with_variance_2_over_inputs_and_biases_zero(js):
    code = """
    const game = new gan.Game(null, given.settings);
    return [game.D, game.G].map((net) => net.layers.map(({ I, W, b }) => ({ I, W, b })));
    """
    settings = {"hidden": [150, 100], "latent": 50, "gScale": 0.5, "shift": [-1, 0.8]}
    d, g = js(code, settings=settings)
    *hidden, last = g
    for layer in (*d, *hidden):
        assert stats.kstest(np.array(layer["W"]) / math.sqrt(2 / layer["I"]), "norm").pvalue > 0.01
        assert not np.any(layer["b"])
    # G's first heap is as narrow, and lies, as it was asked to.
    assert stats.kstest(np.array(last["W"]) / (0.5 * math.sqrt(2 / 100)), "norm").pvalue > 0.01
    assert last["b"] == [-1, 0.8]


def test_d_can_start_some_steps_ahead(js):
    code = """
    const { draw } = data.DATA.ring(), ahead = new gan.Game(draw, { ahead: 3 });
    const game = new gan.Game(draw);
    for (let k = 0; k < 3; k++) game.stepD();
    return [ahead, game].map(({ D, G, steps }) => [D.theta, G.theta, steps]);
    """
    ahead, expected = js(code)
    assert ahead == expected


# One player at a time, and pictures that leave the game as it is.

EVERYTHING = {"loss": "relativistic", "r1": 0.1, "gp": 0.1, "r2": 0.1, "ema": 0.9}


def test_an_update_of_one_player_leaves_the_other_bit_identical(js):
    code = """
    const game = new gan.Game(data.DATA.ring().draw, given.settings);
    game.step();
    const weights = () => ["D", "G"].map((player) => game[player].theta.slice());
    const moments = [weights()];
    for (const update of ["stepD", "stepG"]) { game[update](); moments.push(weights()); }
    return moments;
    """
    start, after_d, after_g = js(code, settings=EVERYTHING)
    (d0, g0), (d1, g1), (d2, g2) = start, after_d, after_g
    assert g1 == g0
    assert d2 == d1
    assert np.not_equal(d0, d1).all()
    assert np.not_equal(g1, g2).all()


def test_pictures_leave_the_game_untouched(js):
    code = """
    const states = [false, true].map((looking) => {
      const game = new gan.Game(data.DATA.ring().draw, given.settings);
      const other = new numbers.Random(4);
      const look = (n) => {
        if (!looking) return;
        const fakes = game.fakes(other.noise(new Float64Array(2 * n), "normal"), n);
        game.judge(fakes, n);
        game.pushes(fakes, n);
      };
      for (const n of [1, 50, 200, 3]) {
        game.stepD();
        look(n);
        game.stepG();
        look(n);
      }
      const { D, G, average, rows, z, c, r, push, random } = game;
      const nets = [D, G].flatMap((net) => [net.theta, net.grad, ...net.layers.map((l) => l.y)]);
      return [...nets, average, rows, z, c, r, push, [random.bits()]];
    });
    return states.map((state) => state.map((numbers) => Array.from(numbers)));
    """
    alone, looked_at = js(code, settings=EVERYTHING)
    assert alone == looked_at


def test_a_picture_is_not_changed_by_the_next_one(js):
    code = """
    const game = new gan.Game(data.DATA.ring().draw), random = new numbers.Random(4);
    const draw = () => random.noise(new Float64Array(20), "normal");
    const see = () => {
      const fakes = game.fakes(draw(), 10);
      return [fakes, game.judge(fakes, 10), game.pushes(fakes, 10)];
    };
    const seen = see(), copies = seen.map((numbers) => numbers.slice());
    const again = see();
    return { seen, copies, again };
    """
    found = js(code)
    assert found["seen"] == found["copies"]
    assert found["seen"] != found["again"]


def test_pictures_show_the_average_of_g_where_there_is_one(js):
    code = """
    const game = new gan.Game(data.DATA.ring().draw, { ema: given.ema, gRate: 0.01 });
    for (let k = 0; k < 5; k++) game.step();
    const shown = game.fakes(game.z, 128), trained = game.G.forward(game.z, 128).slice();
    if (game.average) game.G.theta.set(game.average);
    return [shown, trained, game.G.forward(game.z, 128)];
    """
    shown, trained, averaged = js(code, ema=0.9)
    assert shown == averaged
    assert shown != trained
    shown, trained, _ = js(code, ema=0)
    assert shown == trained


@pytest.mark.parametrize("loss", LOSSES)
def test_a_push_is_minus_n_times_the_gradient_of_gs_loss_by_the_fake(js, loss):
    code = """
    const game = new gan.Game(data.DATA.ring().draw, { loss: given.loss, dRate: 0.01 }), n = 20;
    for (let k = 0; k < 20; k++) game.step();
    const { g } = gan.LOSSES[given.loss], fakes = game.fakes(game.z, n);
    const lossWith = (k, x) => {
      const points = fakes.slice();
      points[k] = x;
      const logits = game.judge(points, n);
      return logits.reduce((sum, logit) => sum + g(game.realLogit, logit)[0], 0) / n;
    };
    const { step } = given;
    const slope = fakes.map((x, k) => (lossWith(k, x + step) - lossWith(k, x - step)) / (2 * step));
    return [game.pushes(fakes, n), slope];
    """
    pushes, slope = np.array(js(code, loss=loss, step=STEP))
    assert np.abs(pushes).max() > 0.01
    np.testing.assert_allclose(pushes, -20 * slope, rtol=0, atol=ROUGH * np.abs(pushes).max())


# Data and measures.


@pytest.mark.parametrize("name", ["one", "two", "nine", "twenty-five", "ring", "line"])
def test_a_mixture_draws_its_clusters_equally_often_and_round(js, name):
    code = """
    const { centres, deviation, draw } = data.DATA[given.name](), n = 5000;
    const out = new Float64Array(n * centres[0].length);
    draw(new numbers.Random(6), out, n);
    return { centres, deviation, out };
    """
    found = js(code, name=name)
    centres, deviation = np.array(found["centres"]), found["deviation"]
    points = np.reshape(found["out"], (5000, -1))
    assert points.mean(0) == pytest.approx(centres.mean(0), abs=0.05)
    assert points.var(0) == pytest.approx(centres.var(0) + deviation**2, rel=0.08)
    if name != "line":  # whose clusters overlap
        covered = toys.coverage(points, toys.Density(centres, deviation))
        # Within three deviations of a round Gaussian in a plane lie 1 - exp(-9/2) of its points.
        assert covered == (len(centres), pytest.approx(1 - math.exp(-4.5), abs=0.005), ANY)
        assert covered.reverse_kl < 0.006


COVERAGE = "return data.coverage(given.points.flat(), given.points.length, given);"


def near(density, n, seed):
    """Points of a mixture, some of them strays, and its last centre left out."""
    rng = np.random.default_rng(seed)
    at = density.centres[rng.integers(len(density.centres) - 1, size=n)]
    return at + density.deviation * rng.standard_normal((n, 2)) * rng.uniform(0.5, 4, (n, 1))


@pytest.mark.parametrize("density", [toys.ring(), toys.grid(), toys.ring(3, 0.1, 0.2)])
def test_coverage_is_that_of_the_package(js, density):
    points = near(density, 700, seed=5)
    found = js(COVERAGE, points=points, centres=density.centres, deviation=density.deviation)
    expected = toys.coverage(points, density)
    assert found["modes"] == expected.modes
    assert found["highQuality"] == pytest.approx(expected.high_quality)
    assert found["reverseKL"] == pytest.approx(expected.reverse_kl, abs=1e-12)
    counts = [0] * len(density.centres)
    for point in points:
        distances = [math.dist(point, centre) for centre in density.centres]
        if min(distances) < 3 * density.deviation:
            counts[int(np.argmin(distances))] += 1
    assert found["counts"] == counts


def test_coverage_of_points_on_a_line_is_that_of_a_plane_with_the_second_number_0(js):
    rng = np.random.default_rng(7)
    centres, points = np.array([[-1.0], [0.0], [2.0]]), rng.normal(0, 1.2, (300, 1))
    found, expected = (
        js(COVERAGE, points=wider(points), centres=wider(centres), deviation=0.2)
        for wider in (lambda x: x, lambda x: np.hstack([x, 0 * x]))
    )
    assert found == expected
    assert 0 < found["highQuality"] < 1


@pytest.mark.parametrize("where", [9.0, math.nan])
def test_points_that_are_nowhere_cover_nothing(js, where):
    found = js(COVERAGE, points=[[where, where]] * 4, centres=[[0, 0], [1, 1]], deviation=0.1)
    expected = {"modes": 0, "highQuality": 0, "reverseKL": math.inf, "counts": [0, 0]}
    assert found | expected == found


JSD = (
    "return data.jsdOnGrid(given.real.flat(), given.fake.flat(), given.real.length, ...given.grid);"
)


def shares(points, half, cells):
    """The share of each cell, and last of all that outside: one point and one edge at a time."""
    edges = np.linspace(-half, half, cells + 1)
    counts = np.zeros(cells * cells + 1)
    for x, y in points:
        i, j = (sum(edge <= at for edge in edges) - 1 for at in (x, y))
        counts[j * cells + i if 0 <= i < cells and 0 <= j < cells else -1] += 1
    return counts / len(points)


@pytest.mark.parametrize("grid", [(1.6, 16), (1.0, 5)])
def test_the_divergence_on_a_grid_is_that_of_the_shares_of_its_cells(js, grid):
    rng = np.random.default_rng(9)
    real, fake = rng.normal(0, 0.6, (400, 2)), rng.normal(0.2, 0.8, (400, 2))
    expected = jensenshannon(shares(real, *grid), shares(fake, *grid)) ** 2
    assert 0.01 < expected < 0.6
    assert js(JSD, real=real, fake=fake, grid=grid) == pytest.approx(expected, rel=1e-12)
    if grid == (1.6, 16):
        assert js(JSD, real=real, fake=fake, grid=()) == pytest.approx(expected, rel=1e-12)


def test_the_divergence_is_0_of_the_same_points_and_log_2_of_points_without_a_common_cell(js):
    points = np.random.default_rng(2).uniform(-1, 1, (50, 2))
    assert js(JSD, real=points, fake=points[::-1], grid=()) == pytest.approx(0, abs=1e-15)
    for fake in (points + 10, points * math.nan):
        assert js(JSD, real=points, fake=fake, grid=()) == pytest.approx(math.log(2))


# The same bits everywhere.

WEIGHTS = """
const game = new gan.Game(data.DATA.ring().draw, given.settings);
for (let k = 0; k < given.steps; k++) game.step();
return game.G.theta;
"""
BITS = {  # what any engine must come to after 300 steps
    "relativistic, all penalties, average": (EVERYTHING, "86bbce63"),
    "wasserstein, GP, tanh in G": (
        {"loss": "wasserstein", "gp": 1, "leak": "tanh", "prior": "uniform", "beta1": 0.5},
        "33bddbf0",
    ),
    "minimax, clipping, SGD": (
        {"loss": "minimax", "clip": 0.5, "optimizer": "sgd", "dRate": 0.1, "gRate": 0.1},
        "d7978da7",
    ),
}


def bits_of(weights):
    """The hash FNV-1a of numbers of 64 bits."""
    value = 0x811C9DC5
    for byte in struct.pack(f"<{len(weights)}d", *weights):
        value = (value ^ byte) * 0x01000193 % 2**32
    return value


@pytest.mark.parametrize(("settings", "bits"), BITS.values(), ids=BITS)
def test_a_game_ends_in_the_bits_that_it_has_always_ended_in(js, settings, bits):
    assert f"{bits_of(js(WEIGHTS, settings=settings, steps=300)):08x}" == bits


@pytest.mark.browser
@pytest.mark.parametrize(("settings", "bits"), BITS.values(), ids=BITS)
def test_node_and_chromium_come_to_the_same_bits(engines, settings, bits):
    found = {name: bits_of(js(WEIGHTS, settings=settings, steps=300)) for name, js in engines}
    assert {name: f"{value:08x}" for name, value in found.items()} == dict.fromkeys(found, bits)


def test_a_seed_makes_the_game(js):
    first, again, other = (
        bits_of(js(WEIGHTS, settings={"seed": seed, "hidden": [8]}, steps=5)) for seed in (1, 1, 2)
    )
    assert first == again != other


# A game that runs away.


@pytest.mark.parametrize(
    "settings",
    [{"optimizer": "sgd", "dRate": 1e6, "gRate": 1e6}, {"dRate": 1e200, "gRate": 1e200}],
    ids=["SGD", "Adam"],
)
def test_a_rate_that_explodes_gives_losses_that_are_not_finite_and_no_exception(js, settings):
    code = """
    const game = new gan.Game(data.DATA.ring().draw, { r1: 1, ...given.settings });
    const before = game.broken;
    for (let k = 0; k < 50; k++) game.step();
    const fakes = game.fakes(game.z, 128);
    game.judge(fakes, 128);
    game.pushes(fakes, 128);
    return { dLoss: game.dLoss, gLoss: game.gLoss, before, after: game.broken };
    """
    found = js(code, settings=settings)
    assert not math.isfinite(found["dLoss"])
    assert not math.isfinite(found["gLoss"])
    assert (found["before"], found["after"]) == (False, True)


# What stands between Python and the engines.


@pytest.mark.parametrize("number", [0.1, 5e-324, -0.0, math.inf, -math.inf, math.nan])
def test_a_number_goes_to_the_engine_and_back_as_it_is(js, number):
    with np.errstate(all="ignore"):
        inverse = float(1 / np.float64(number))  # tells 0 from -0
    back = js("return [given.x[0], 1 / given.x[0]];", x=[number])
    assert struct.pack("<2d", *back) == struct.pack("<2d", number, inverse)


def test_an_error_in_javascript_is_one_in_python(js):
    with pytest.raises(RuntimeError, match="gone wrong"):
        js("throw new Error('gone wrong');")
    with pytest.raises(RuntimeError, match="returns nothing"):
        js("const x = 1;")
    assert js("return 1;") == 1
