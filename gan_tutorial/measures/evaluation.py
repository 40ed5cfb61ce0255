"""All measures of a set of samples together, and what real images score.

What real images score against other real images is the floor of a measure: no generator can be
told from the data by a measure once it has reached that.
"""

from gan_tutorial.measures import classifier, manifold
from gan_tutorial.measures.copies import nearest_neighbours
from gan_tutorial.measures.digits import shares_of
from gan_tutorial.measures.frechet import frechet_distance, of_features
from gan_tutorial.measures.parzen import parzen_log_likelihood

COMPARED = 1000  # samples whose nearest training image is looked for


def evaluate(samples, data, of_digits=True):
    """Map samples, and a dataset as `load_mnist` returns it, to all measures by their names.

    samples: their number. parzen, parzen_se, parzen_sigma: see `parzen_log_likelihood`. frechet:
    `frechet_distance` to the test images. precision, recall, density, coverage: those of as many
    test images (`precision_recall`). histogram, covered, `commonest`, confidence: see
    `digit_shares`. nearest: mean distance of the first 1,000 samples to the nearest training image.
    Those that the digit classifier takes are left out where `of_digits` is False.

    Raises ValueError as these functions do.
    """
    seen = _as_digits(samples, data) if of_digits else {}  # first: it says best what does not fit
    parzen = parzen_log_likelihood(samples, data.test_images, data.held_out[:1000])
    return {
        "samples": len(samples),
        "parzen": parzen.mean,
        "parzen_se": parzen.standard_error,
        "parzen_sigma": parzen.sigma,
        **seen,
        "nearest": float(nearest_neighbours(samples[:COMPARED], data.train_images)[1].mean()),
    }


def _as_digits(samples, data):
    features, probabilities = classifier.see(samples)
    shares, real = shares_of(probabilities), classifier.see(data.test_images)[0]
    return {
        **compared(features, real),
        **shares._asdict(),
        "histogram": shares.histogram.tolist(),
    }


def compared(features, real):
    """Map features of samples and of real images to their Fréchet distance and `Manifold`, a dict.

    Both are cut to the number of the smaller set for the latter, because recall rises with it.
    """
    n = min(len(features), len(real))
    found = manifold.of_features(features[:n], real[:n])._asdict()
    return {"frechet": frechet_distance(of_features(features), of_features(real)), **found}


def compared_to(real):
    """Map real images `(n, 28, 28, 1)` in [0, 1] to a measure for `KeepBest`.

    It maps samples to a dict: their Fréchet distance to these images, which decides, and their
    precision, recall, density and coverage.

    Example:
        >>> import numpy as np
        >>> images = np.random.default_rng(0).random((100, 28, 28, 1))
        >>> list(compared_to(images)(images))
        ['frechet', 'precision', 'recall', 'density', 'coverage']
    """
    reference = classifier.see(real)[0]
    return lambda samples: compared(classifier.see(samples)[0], reference)


def floors(data, n=10_000, of_digits=True):
    """Map a dataset to what real images score: n training images instead of samples.

    They come from those that are not held out; `nearest` is that of test images instead, since a
    training image's nearest training image is itself. With fewer images all are taken.
    """
    real = data.not_held_out[:n]
    scores = evaluate(real, data, of_digits)
    distances = nearest_neighbours(data.test_images[:COMPARED], data.train_images)[1]
    return {**scores, "nearest": float(distances.mean())}


def table(scores, floor):
    """Map the measures of samples, and those of real images, to a table of text, a row a measure.

    Measures that were left out have no row.

    Example:
        >>> scores = {"parzen": 87.1, "parzen_se": 2, "frechet": 60, "covered": 9, "commonest": 0.3,
        ...           "confidence": 0.9, "nearest": 6, "samples": 10000}
        >>> print(table(scores, scores).splitlines()[1])
        Parzen log-likelihood, nats                    87.1 ± 2.0         87.1 ± 2.0
    """
    rows = [("", f"{scores['samples']:,} samples", f"{floor['samples']:,} real images")]
    for key, (name, form) in _ROWS.items():
        if key in scores:
            rows.append((name, form.format(**scores), form.format(**floor)))
    return "\n".join(f"{name:<40}{here:>17}{there:>19}" for name, here, there in rows)


_ROWS = {
    "parzen": ("Parzen log-likelihood, nats", "{parzen:.1f} ± {parzen_se:.1f}"),
    "frechet": ("Fréchet classifier distance", "{frechet:.2f}"),
    "precision": ("precision, k = 3", "{precision:.3f}"),
    "recall": ("recall, k = 3", "{recall:.3f}"),
    "density": ("density, k = 3", "{density:.3f}"),
    "coverage": ("coverage, k = 3", "{coverage:.3f}"),
    "covered": ("digits covered, of 10", "{covered}"),
    "commonest": ("share of the most common digit", "{commonest:.1%}"),
    "confidence": ("mean confidence of the classifier", "{confidence:.3f}"),
    "nearest": ("distance to the nearest training image", "{nearest:.2f}"),
}
