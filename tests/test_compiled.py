"""XLA where it is faster and compiles; a plain graph, with one line, where it does not."""

import warnings

import pytest
import tensorflow as tf

from gan_tutorial import compiled

pytestmark = pytest.mark.xla  # "auto" must be free to choose it

REASON = "libdevice not found at ./libdevice.10.bc"
ERRORS = {
    "libdevice": tf.errors.InternalError(None, None, f"{REASON}\n\t [[a trace]]"),
    "metal": tf.errors.NotFoundError(None, None, "could not find registered platform METAL"),
    "kernel": tf.errors.InvalidArgumentError(None, None, "no XLA kernel for this operation"),
    "backend": tf.errors.UnimplementedError(None, None, "not implemented"),
}


@pytest.fixture
def no_xla(monkeypatch):
    """A function that makes XLA fail with an error, as on a machine that cannot compile."""
    real = tf.function

    def breaks(error):
        def function(body, jit_compile=None, **options):
            def fail(*tensors):
                raise error

            return fail if jit_compile else real(body, jit_compile=jit_compile, **options)

        monkeypatch.setattr(compiled.tf, "function", function)

    return breaks


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_auto_goes_on_as_a_plain_graph_and_says_so_once(no_xla, make_trainer, dots, error):
    no_xla(error)
    trainer = make_trainer(steps_per_execution=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trainer.fit(dots, 3, progress=False)
    [said] = [str(warning.message) for warning in caught]
    assert said.startswith("XLA cannot compile this game here (")
    assert "\n" not in said
    assert trainer.step == 3
    assert trainer._run.xla is False


def test_the_graph_that_steps_in_computes_what_a_graph_computes(
    no_xla, make_trainer, dots, weights, same
):
    graph = make_trainer(jit_compile=False)
    graph.fit(dots, 3, progress=False)
    no_xla(ERRORS["metal"])
    fallen = make_trainer()
    with pytest.warns(UserWarning, match="METAL"):
        fallen.fit(dots, 3, progress=False)
    assert same(weights(graph.generator), weights(fallen.generator))


def test_who_asked_for_xla_gets_the_reason(no_xla, make_trainer, dots):
    no_xla(ERRORS["libdevice"])
    trainer = make_trainer(jit_compile=True)
    with pytest.raises(RuntimeError, match=rf"\({REASON}\): leave jit_compile=True out") as caught:
        trainer.fit(dots, 3, progress=False)
    assert "\n" not in str(caught.value)
    assert trainer.step == 0


def test_an_error_of_a_program_that_ran_before_is_not_blamed_on_xla(monkeypatch):
    program = compiled.Compiled(lambda: None, "auto", slow=False)
    program()
    error = ERRORS["backend"]
    monkeypatch.setattr(program, "_program", lambda: (_ for _ in ()).throw(error))
    with pytest.raises(tf.errors.UnimplementedError):
        program()
    assert program.xla
