"""All measures of a set of samples together, and what real images score.

What real images score against other real images is the floor of a measure: no generator can be
told from the data by a measure once it has reached that.
"""

from gan_tutorial.measures import classifier
from gan_tutorial.measures.copies import nearest_neighbours
from gan_tutorial.measures.digits import shares_of
from gan_tutorial.measures.frechet import frechet_distance, of_features
from gan_tutorial.measures.parzen import parzen_log_likelihood

COMPARED = 1000  # samples whose nearest training image is looked for


def evaluate(samples, data):
    """Map samples, and a dataset as `load_mnist` returns it, to all measures by their names.

    samples: their number. parzen, parzen_se, parzen_sigma: see `parzen_log_likelihood`. frechet:
    `frechet_distance` to the test images. histogram, covered, commonest, confidence: see
    `digit_shares`. nearest: mean distance of the first 1,000 samples to the nearest training image.

    Raises ValueError as these functions do.
    """
    features, probabilities = classifier.see(samples)
    distance = frechet_distance(of_features(features), data.test_images)
    parzen = parzen_log_likelihood(samples, data.test_images, data.held_out[:1000])
    seen = shares_of(probabilities)
    return {
        "samples": len(samples),
        "parzen": parzen.mean,
        "parzen_se": parzen.standard_error,
        "parzen_sigma": parzen.sigma,
        "frechet": distance,
        "histogram": seen.histogram.tolist(),
        "covered": seen.covered,
        "commonest": seen.commonest,
        "confidence": seen.confidence,
        "nearest": float(nearest_neighbours(samples[:COMPARED], data.train_images)[1].mean()),
    }


def floors(data, n=10_000):
    """Map a dataset to what real images score: n training images in the place of samples.

    They come from those that are not held out; `nearest` is that of test images instead, since a
    training image's nearest training image is itself. With fewer images all are taken.
    """
    real = data.not_held_out[:n]
    scores = evaluate(real, data)
    distances = nearest_neighbours(data.test_images[:COMPARED], data.train_images)[1]
    return {**scores, "nearest": float(distances.mean())}


def table(scores, floor):
    """Map the measures of samples, and those of real images, to a table of text, a row a measure.

    Example:
        >>> scores = {"parzen": 87.1, "parzen_se": 2, "frechet": 60, "covered": 9, "commonest": 0.3,
        ...           "confidence": 0.9, "nearest": 6, "samples": 10000}
        >>> print(table(scores, scores).splitlines()[1])
        Parzen log-likelihood, nats                    87.1 ± 2.0         87.1 ± 2.0
    """
    rows = [("", f"{scores['samples']:,} samples", f"{floor['samples']:,} real images")]
    for name, form in _ROWS.items():
        rows.append((name, form.format(**scores), form.format(**floor)))
    return "\n".join(f"{name:<40}{here:>17}{there:>19}" for name, here, there in rows)


_ROWS = {
    "Parzen log-likelihood, nats": "{parzen:.1f} ± {parzen_se:.1f}",
    "Frechet classifier distance": "{frechet:.2f}",
    "digits covered, of 10": "{covered}",
    "share of the commonest digit": "{commonest:.1%}",
    "mean confidence of the classifier": "{confidence:.3f}",
    "distance to the nearest training image": "{nearest:.2f}",
}
