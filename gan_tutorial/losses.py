"""Each loss of a GAN as a pair of pure functions of the discriminator's logits, real before fake.

All of them are written on logits, so none takes the log of a number that may be 0: with the
sigmoid s, log s(a) = -softplus(-a) and log(1 - s(a)) = -softplus(a). Penalties, which `Trainer`
adds to D's loss, are in `penalties.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keras import ops

from gan_tutorial.penalties import Penalty, gradient_penalty, lazy, r1, r2  # noqa: F401


@dataclass(frozen=True)
class Loss:
    """A pair of functions that map logits `(batch, 1)`, real before fake, to a scalar to minimise.

    Args:
        name: how the loss is called in settings, plots and messages.
        discriminator: `f(real_logits, fake_logits)`, what D minimises.
        generator: `f(real_logits, fake_logits)`, what G minimises.
        undecided: the output of a D that cannot tell real from fake; 0 is the logit of D(x) = 1/2.
        critic: True where the loss has no lower bound of its own, so that a `Trainer` demands a
            penalty or clipping.
        relativistic: True where G's loss looks at real logits too. They cost a pass through D, so
            that all other generator losses get None in their place.

    Example:
        >>> from gan_tutorial import losses
        >>> gentle = losses.Loss("gentle", losses.hinge_d_loss, losses.non_saturating_g_loss)
    """

    name: str
    discriminator: Callable
    generator: Callable
    undecided: float = 0.0
    critic: bool = False
    relativistic: bool = False


def value(real_logits, fake_logits):
    """Map logits, any shape, to V(D, G), a scalar at most 0: D maximises it, G minimises it.

    Source: Goodfellow et al. 2014, equation 1.

    Example:
        >>> round(float(value([[0.0]], [[0.0]])), 3)  # an undecided D: -log 4
        -1.386
    """
    log_d_real = ops.log_sigmoid(ops.convert_to_tensor(real_logits))  # log D(x)
    # log(1 - D(G(z))), since 1 - sigmoid(a) = sigmoid(-a)
    log_not_d_fake = ops.log_sigmoid(-ops.convert_to_tensor(fake_logits))
    return ops.mean(log_d_real) + ops.mean(log_not_d_fake)  # Eq. (1.1)


def sigmoid_d_loss(real_logits, fake_logits):
    """Map logits to D_loss = -V(D, G), at least 0 and log 4 for an undecided D.

    The sign is turned because optimisers only minimise. It equals binary cross-entropy with
    label 1 for real and 0 for fake. Source: Goodfellow et al. 2014, equation 1 and Algorithm 1.

    Example:
        >>> round(float(sigmoid_d_loss([[0.0]], [[0.0]])), 3)
        1.386
    """
    return -value(real_logits, fake_logits)  # Eq. (3.1)


def non_saturating_g_loss(real_logits, fake_logits):
    """Map fake logits to G_loss = -mean(log D(G(z))), at least 0 and log 2 for an undecided D.

    Its gradient stays close to 1 where D rejects a fake with certainty.
    Source: Goodfellow et al. 2014, section 3 (after equation 1).

    Example:
        >>> round(float(non_saturating_g_loss(None, [[0.0]])), 3)
        0.693
    """
    return -ops.mean(ops.log_sigmoid(ops.convert_to_tensor(fake_logits)))  # Eq. (3.2)


def minimax_g_loss(real_logits, fake_logits):
    """Map fake logits to mean(log(1 - D(G(z)))), at most 0 and -log 2 for an undecided D.

    The part of V that depends on G. It saturates: where D rejects a fake, its gradient vanishes.
    Source: Goodfellow et al. 2014, equation 1.

    Example:
        >>> round(float(minimax_g_loss(None, [[0.0]])), 3)
        -0.693
    """
    return ops.mean(ops.log_sigmoid(-ops.convert_to_tensor(fake_logits)))  # Eq. (3.6)


def least_squares_d_loss(real_scores, fake_scores):
    """Map D's raw outputs to (mean (D(x) - 1)^2 + mean D(G(z))^2) / 2, at least 0.

    Real is pulled to 1, fake to 0, with no sigmoid in between.
    Source: Mao et al. 2017 (LSGAN), equation 2 with a = 0, b = 1.

    Example:
        >>> float(least_squares_d_loss([[0.5]], [[0.5]]))
        0.25
    """
    real_error = ops.convert_to_tensor(real_scores) - 1.0
    return (ops.mean(ops.square(real_error)) + ops.mean(ops.square(fake_scores))) / 2  # Eq. (3.12)


def least_squares_g_loss(real_scores, fake_scores):
    """Map D's raw outputs for fakes to mean (D(G(z)) - 1)^2 / 2, at least 0.

    Source: Mao et al. 2017 (LSGAN), equation 2 with c = 1.

    Example:
        >>> float(least_squares_g_loss(None, [[0.5]]))
        0.125
    """
    return ops.mean(ops.square(ops.convert_to_tensor(fake_scores) - 1.0)) / 2  # Eq. (3.13)


def wasserstein_d_loss(real_scores, fake_scores):
    """Map a critic's scores to mean D(G(z)) - mean D(x), any real number.

    Its negative estimates the Wasserstein distance where the critic is 1-Lipschitz, which clipping
    or a penalty has to see to. Source: Arjovsky et al. 2017 (WGAN), equation 3 and Algorithm 1.

    Example:
        >>> float(wasserstein_d_loss([[3.0]], [[1.0]]))
        -2.0
    """
    return ops.mean(fake_scores) - ops.mean(real_scores)  # Eq. (3.10)


def wasserstein_g_loss(real_scores, fake_scores):
    """Map a critic's scores of fakes to -mean D(G(z)), any real number.

    Source: Arjovsky et al. 2017 (WGAN), Algorithm 1. "hinge" uses it too.

    Example:
        >>> float(wasserstein_g_loss(None, [[1.0]]))
        -1.0
    """
    return -ops.mean(fake_scores)  # Eq. (3.11)


def hinge_d_loss(real_logits, fake_logits):
    """Map logits to mean max(0, 1 - D(x)) + mean max(0, 1 + D(G(z))), at least 0.

    Source: Lim and Ye 2017 (Geometric GAN); Miyato et al. 2018, equation 16.

    Example:
        >>> float(hinge_d_loss([[0.0]], [[0.0]]))
        2.0
    """
    real_margin = 1.0 - ops.convert_to_tensor(real_logits)
    fake_margin = 1.0 + ops.convert_to_tensor(fake_logits)
    return ops.mean(ops.relu(real_margin)) + ops.mean(ops.relu(fake_margin))  # Eq. (3.14)


def relativistic_d_loss(real_logits, fake_logits):
    """Map logits to mean softplus(-(D(x) - D(G(z)))), at least 0 and log 2 for an undecided D.

    D has to find each real image more real than the fake at its place in the batch.
    Source: Jolicoeur-Martineau 2019 (relativistic GAN); Huang et al. 2024 (R3GAN), section 2.

    Example:
        >>> round(float(relativistic_d_loss([[0.0]], [[0.0]])), 3)
        0.693
    """
    margin = ops.convert_to_tensor(real_logits) - ops.convert_to_tensor(fake_logits)
    return -ops.mean(ops.log_sigmoid(margin))  # Eq. (RP-D)


def relativistic_g_loss(real_logits, fake_logits):
    """Map logits to mean softplus(-(D(G(z)) - D(x))), at least 0 and log 2 for an undecided D.

    The game with the players' places exchanged; it needs real images in G's update.
    Source: Jolicoeur-Martineau 2019 (relativistic GAN); Huang et al. 2024 (R3GAN), section 2.

    Example:
        >>> round(float(relativistic_g_loss([[0.0]], [[0.0]])), 3)
        0.693
    """
    return relativistic_d_loss(fake_logits, real_logits)  # Eq. (RP-G)


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("minimax", sigmoid_d_loss, minimax_g_loss),
        Loss("non-saturating", sigmoid_d_loss, non_saturating_g_loss),
        Loss("least-squares", least_squares_d_loss, least_squares_g_loss, undecided=0.5),
        Loss("wasserstein", wasserstein_d_loss, wasserstein_g_loss, critic=True),
        Loss("hinge", hinge_d_loss, wasserstein_g_loss),
        Loss("relativistic", relativistic_d_loss, relativistic_g_loss, relativistic=True),
    )
}


def get(loss):
    """Map a name to its `Loss`; a `Loss` comes back as it is.

    Raises ValueError for an unknown name and lists the known ones.

    Example:
        >>> get("hinge").name
        'hinge'
    """
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        raise ValueError(f"unknown loss {loss!r}: choose one of {', '.join(LOSSES)}")
    return LOSSES[loss]
