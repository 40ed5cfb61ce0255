"""The runs behind notebook 05: `gan-tutorial reproduce gan`. Training is resumable."""

import time
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans

from gan_tutorial.checkpoints import find
from gan_tutorial.experiments import longrun
from gan_tutorial.measures import evaluation
from gan_tutorial.models import goodfellow
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.trainer import Trainer

_SCALE = (m * 10**k // 10 for k in range(2, 6) for m in (10, 15, 20, 30, 40, 50, 70))
ARTICLE_STOPS = (0, *_SCALE, 1_000_000)
ARTICLE_SHIPPED = (  # the generators that the package carries
    *(0, 200, 1000, 5000, 10_000, 20_000, 30_000, 50_000),
    *(100_000, 200_000, 500_000, 1_000_000),
)
# With seed 0 G's pixels are all saturated, black or white, after six epochs: no gradient is left.
PAPER_SEED = 1
PAPER_EPOCHS = (0, 1, 2, 5, 10, 20, 30, 50, 75, 100, 125, 150, 175, 200, 225, 250)


def article_trainer(seed=0):
    """Return the article's game: two-layer networks of 128 units, Adam, batches of 128."""
    return Trainer(make_generator(seed=seed), make_discriminator(seed=seed + 1), seed=seed)


def paper_trainer(images, seed=PAPER_SEED):
    """Map images to the game of Goodfellow et al. 2014: wide networks, maxout, dropout, SGD."""
    d_optimizer, g_optimizer = goodfellow.make_paper_optimizers()
    return Trainer(
        goodfellow.make_paper_generator(images.mean(0, np.float64), seed=seed),
        goodfellow.make_paper_discriminator(images.shape[1:], seed=seed + 1),
        d_optimizer=d_optimizer,
        g_optimizer=g_optimizer,
        batch_size=100,
        prior=goodfellow.paper_prior,
        seed=seed,
    )


def reproduce_article(data, out, minutes):
    """The article's own run, all 1,000,000 iterations; write gan-article.json and .npz to `out`."""
    folder, trainer = Path(out) / "article", article_trainer()
    images = data.train_images
    longrun.train_in_pieces(trainer, images, folder, ARTICLE_STOPS, minutes)
    facts = longrun.run_facts(trainer, images, data, folder, "gan", "article")
    facts["snapshots"] = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
    longrun.write_result(out, "gan-article", facts, longrun.shipped(folder, ARTICLE_SHIPPED))


def reproduce_paper(data, out, minutes):
    """The paper's networks for up to 250 epochs; write gan-paper.json and .npz to `out`."""
    images = data.not_held_out
    folder, trainer = Path(out) / "paper", paper_trainer(images)
    stops = [epoch * len(images) // trainer.batch_size for epoch in PAPER_EPOCHS]
    longrun.train_in_pieces(trainer, images, folder, stops, minutes, save_every=1000)
    facts = longrun.run_facts(trainer, images, data, folder, "gan", "paper")
    facts["snapshots"] = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
    trainer.generator.set_weights(longrun.read_snapshot(find(folder / "snapshots")[-1]))
    shown = np.uint8(np.rint(255 * trainer.sample(100)))
    longrun.write_result(out, "gan-paper", facts, {"samples": shown})


def reproduce_floors(data, out, minutes):
    """Real images and k-means centroids instead of samples; write gan-floors.json to `out`."""
    del minutes  # it trains nothing
    images = data.not_held_out
    clusters = min(longrun.SAMPLES, len(images) // 5)
    started = time.perf_counter()
    settings = {"init": "random", "n_init": 1, "max_iter": 20}
    kmeans = KMeans(clusters, **settings, random_state=0)
    kmeans.fit(images.reshape(len(images), -1))
    centroids = kmeans.cluster_centers_.clip(0, 1).reshape(-1, *images.shape[1:])
    facts = {
        **longrun.circumstances(images, data, "gan", "floors"),
        "settings": {"kmeans": settings, "seed": 0},
        "real": longrun.rounded(evaluation.floors(data, longrun.SAMPLES)),
        "kmeans": longrun.rounded(evaluation.evaluate(centroids, data)),
        "kmeans_clusters": clusters,
        "kmeans_iterations": kmeans.n_iter_,
        "seconds": round(time.perf_counter() - started, 1),
    }
    shown = np.uint8(np.rint(255 * centroids[:: max(1, clusters // 16)][:16]))
    longrun.write_result(out, "gan-floors", facts, {"centroids": shown})


PARTS = {"article": reproduce_article, "floors": reproduce_floors, "paper": reproduce_paper}
