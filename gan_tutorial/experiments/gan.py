"""The runs behind the results: `gan-tutorial reproduce NAME`. Training is resumable."""

import time
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans

from gan_tutorial.checkpoints import find
from gan_tutorial.experiments import dcgan as reproduce_dcgan
from gan_tutorial.experiments import longrun
from gan_tutorial.experiments import lstm_gan as reproduce_lstm_gan
from gan_tutorial.experiments import seqgan as reproduce_seqgan
from gan_tutorial.experiments import stabilised as reproduce_stabilised
from gan_tutorial.experiments.dcgan import article_trainer
from gan_tutorial.measures import classifier, evaluation
from gan_tutorial.models import goodfellow
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
    images = evaluation.not_held_out(data)
    folder, trainer = Path(out) / "paper", paper_trainer(images)
    stops = [epoch * len(images) // trainer.batch_size for epoch in PAPER_EPOCHS]
    longrun.train_in_pieces(trainer, images, folder, stops, minutes, save_every=1000)
    facts = longrun.run_facts(trainer, images, data, folder, "gan", "paper")
    facts["snapshots"] = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
    trainer.generator.set_weights(longrun.read_snapshot(find(folder / "snapshots")[-1]))
    shown = np.uint8(np.rint(255 * trainer.sample(100)))
    longrun.write_result(out, "gan-paper", facts, {"samples": shown})


def reproduce_floors(data, out, minutes):
    """Real images and k-means centroids in the place of samples; write gan-floors.json to `out`."""
    del minutes  # it trains nothing
    images = evaluation.not_held_out(data)
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


def reproduce_classifier(data, out, minutes):
    """Train the digit classifier that ships; write digit-classifier.json and .npz to `out`."""
    del minutes  # it is not resumable
    started = time.perf_counter()
    settings = {"epochs": 15, "seed": 0}
    trained = classifier.train_classifier(data.train_images, data.train_labels, **settings)
    weights = [weight.astype(np.float16) for weight in trained.get_weights()]
    trained.set_weights([weight.astype(np.float32) for weight in weights])
    guesses = trained.predict(data.test_images, batch_size=500, verbose=0).argmax(1)
    facts = {
        **longrun.circumstances(data.train_images, data, "classifier"),
        "settings": settings,
        "parameters": trained.count_params(),
        "test_accuracy": float(np.mean(guesses == data.test_labels)),
        "seconds": round(time.perf_counter() - started, 1),
    }
    arrays = {str(i): weight for i, weight in enumerate(weights)}
    longrun.write_result(out, "digit-classifier", facts, arrays)


RUNS = {
    "classifier": {"classifier": reproduce_classifier},
    "dcgan": reproduce_dcgan.PARTS,
    "gan": {"article": reproduce_article, "floors": reproduce_floors, "paper": reproduce_paper},
    "lstm-gan": reproduce_lstm_gan.PARTS,
    "seqgan": reproduce_seqgan.PARTS,
    "stabilised": reproduce_stabilised.PARTS,
}
