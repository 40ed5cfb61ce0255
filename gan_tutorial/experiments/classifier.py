"""The run behind the digit classifier that ships: `gan-tutorial reproduce classifier`."""

import time

import numpy as np

from gan_tutorial.experiments import longrun
from gan_tutorial.measures import classifier


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


PARTS = {"classifier": reproduce_classifier}
