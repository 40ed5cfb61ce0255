"""A small package for a series of notebooks on generative adversarial networks (GANs).

Where each equation is computed. x is a real image, z is noise, D returns logits, s is the sigmoid:

===================================================================  ===============================
equation                                                             code
===================================================================  ===============================
(1.1) V(D, G) = E log D(x) + E log(1 - D(G(z)))                      `losses.value`
(3.1) D_loss = -mean log D(x) - mean log(1 - D(G(z)))                `losses.sigmoid_d_loss`
(3.2) G_loss = -mean(log D(G(z))), "non-saturating"                  `losses.non_saturating_g_loss`
(3.6) mean(log(1 - D(G(z)))), "minimax": what V itself asks of G     `losses.minimax_g_loss`
(2.3) G: z -> dense, ReLU -> dense, sigmoid                          `make_generator`
(2.4) D: x -> dense, ReLU -> dense, a logit                          `make_discriminator`
(2.8) weights ~ N(0, 2 / fan_in), biases 0                           `networks.initializer`
(4.2) Algorithm 1: one update of D, then one of G, with fresh z      `Trainer.train_step`
(A2.1) z ~ U(-1, 1)                                                  `draws.uniform`
(MX) maxout: the largest of five linear functions                    `make_paper_discriminator`
(PW) log p(x) = log mean exp(-|x - s|^2 / 2 sigma^2) - log norm      `parzen_log_likelihood`
(FD) |m_1 - m_2|^2 + tr(A + B - 2 (A B)^(1/2))                       `frechet_distance`
(R1) gamma/2 E|grad_x D(x)|^2 at real images, (R2) at fake ones      `losses.r1`, `losses.r2`
(GP) lambda E(|grad_x D| - 1)^2 between real and fake images         `losses.gradient_penalty`
(RP-D), (RP-G) -E log s(D(x) - D(G(z))), and with players exchanged  `losses.relativistic_d_loss`
(SIN) A sin(2 pi f t / steps + phi)                                  `models.lstm_gan.sines`
(MMD) mean k(x, x') + mean k(y, y') - 2 mean k(x, y)                 `measures.mmd.mmd`
(NLL) -mean log p(y_t | y_1..t-1) over places and sequences          `measures.sequences.nll`
(Q)  Q(y_1..t) = mean of D over sequences that go on from y_1..t     `models.seqgan.rewards`
(PG) -sum log G(y_t | y_1..t-1) Q(y_1..t), the policy gradient       `models.seqgan.policy_loss`
===================================================================  ===============================

The names below are imported when they are first used, so `import gan_tutorial` is quick and the
command line can answer `--help` without waiting for TensorFlow.
"""

import importlib
import importlib.util
import os

from gan_tutorial import quiet

__version__ = "0.2.0"

# Warnings and errors of TensorFlow, without its start-up lines; who sets the level to 0 sees all.
if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1") != "0":
    quiet.install()

_HOME = {
    "load_mnist": "data",
    "load_images": "pictures",
    "StandInWarning": "data",
    "make_generator": "networks",
    "make_discriminator": "networks",
    "load_generator": "checkpoints",
    "Trainer": "trainer",
    "sample": "algorithm",
}
_MODULES = (
    "quiet",
    "results",
    "draws",
    "arrays",
    "data",
    "pictures",
    "networks",
    "losses",
    "penalties",
    "ends",
    "checks",
    "pairs",
    "averages",
    "settings",
    "players",
    "compiled",
    "cluster",
    "devices",
    "launch",
    "meeting",
    "workers",
    "replicas",
    "algorithm",
    "history",
    "interrupts",
    "state",
    "loop",
    "trainer",
    "callbacks",
    "checkpoints",
    "slips",
    "exercises",
    "style",
    "figures",
    "films",
    "models",
    "measures",
    "runs",
    "playground",
    "widgets",
    "experiments",
)

__all__ = ["__version__", *_HOME, *_MODULES]


def __getattr__(name):
    if name in _HOME:
        return getattr(__getattr__(_HOME[name]), name)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_tensorflow()
    return importlib.import_module(f"{__name__}.{name}")


def __dir__():
    return sorted(__all__)


def require_tensorflow():
    """Raise ImportError, with the command that helps, where TensorFlow is not installed."""
    if importlib.util.find_spec("tensorflow") is None:
        raise ImportError(
            "TensorFlow is not installed: run pip install 'gan-tutorial[cpu]', "
            "or pip install -e '.[cpu]' in a clone"
        )
