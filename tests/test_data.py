"""MNIST from its four sources, what is said of bad files, and the stand-in."""

import socket
import sys
import threading

import numpy as np
import pytest

from gan_tutorial import StandInWarning, data, load_mnist
from gan_tutorial.arrays import ALIGNMENT


@pytest.fixture
def tiny():
    """A small .npz in Keras' layout, as a dict of arrays."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (20, 28, 28), np.uint8),
        "y_train": np.arange(20, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (10, 28, 28), np.uint8),
        "y_test": np.arange(10, dtype=np.uint8),
    }


def saved(folder, arrays, name="mnist.npz"):
    np.savez(folder / name, **arrays)
    return folder / name


def test_pixels_are_divided_by_255_and_labels_kept(tmp_path, tiny):
    path = saved(tmp_path, tiny)
    mnist = load_mnist(path)
    assert mnist.source == str(path)
    assert mnist.train_images.dtype == np.float32
    np.testing.assert_allclose(mnist.train_images[..., 0], tiny["x_train"] / 255, atol=1e-7)
    np.testing.assert_array_equal(mnist.test_labels, tiny["y_test"])


def test_images_lie_where_a_tensor_can_share_their_memory(tmp_path, tiny):
    images = load_mnist(saved(tmp_path, tiny)).train_images
    assert images.ctypes.data % ALIGNMENT == 0
    assert images.flags.carray


def test_the_path_comes_before_the_variable(tmp_path, tiny, monkeypatch):
    first, second = saved(tmp_path, tiny, "a.npz"), saved(tmp_path, tiny, "b.npz")
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(first))
    assert load_mnist().source == str(first)
    assert load_mnist(second).source == str(second)


@pytest.mark.mnist
def test_mnist_has_70000_digits(mnist):
    assert mnist.train_images.shape == (60_000, 28, 28, 1)
    assert mnist.test_images.shape == (10_000, 28, 28, 1)
    assert np.bincount(mnist.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


CHANGES = {
    "lacks y_test": lambda a: a.pop("y_test"),
    "x_train has shape": lambda a: a.update(x_train=a["x_train"][:, :14]),
    "y_train has shape": lambda a: a.update(y_train=a["y_train"][:-1]),
    "whole numbers from 0 to 9": lambda a: a.update(y_train=a["y_train"] + np.uint8(5)),
    "values from 0 to 300": lambda a: a.update(x_train=a["x_train"].astype(int) % 2 * 300),
    "NaN or infinite": lambda a: a.update(x_train=np.where(a["x_train"] > 250, np.nan, 0.5)),
    "values from 0.0 to 2.0": lambda a: a.update(x_test=a["x_test"] % 2 * 2.0),
    "not numbers": lambda a: a.update(x_train=a["x_train"].astype(str)),
    "pickled objects": lambda a: a.update(x_train=np.array([{}] * 20)),
}


@pytest.mark.parametrize("message", CHANGES)
def test_a_bad_npz_is_named_with_its_fault_in_one_line(tmp_path, tiny, message):
    CHANGES[message](tiny)
    path = saved(tmp_path, tiny)
    with pytest.raises(ValueError, match=message) as caught:
        load_mnist(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_truncated_or_foreign_file_is_named(tmp_path, tiny):
    with pytest.raises(FileNotFoundError, match="no such file"):
        load_mnist(tmp_path / "none.npz")
    path = saved(tmp_path, tiny)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="damaged"):
        load_mnist(path)
    path.write_text("hello")
    with pytest.raises(ValueError, match=r"mnist.npz: (damaged|holds pickled)"):
        load_mnist(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        load_mnist(tmp_path)


@pytest.fixture
def no_mnist(monkeypatch):
    """A machine where MNIST is neither at hand nor to be downloaded."""
    monkeypatch.delenv("GAN_TUTORIAL_MNIST", raising=False)
    monkeypatch.setattr(data, "_failure", None)
    monkeypatch.delenv("GAN_TUTORIAL_OFFLINE", raising=False)
    return monkeypatch


def test_offline_the_stand_in_is_a_fixed_stratified_split(no_mnist):
    no_mnist.setenv("GAN_TUTORIAL_OFFLINE", "1")
    with pytest.warns(StandInWarning, match="no MNIST.*OFFLINE=1.*not comparable"):
        digits = load_mnist()
    assert digits.source == "digits"
    assert digits.train_images.shape == (1437, 28, 28, 1)
    assert digits.test_images.shape == (360, 28, 28, 1)
    assert digits.train_images.min() == 0
    assert digits.train_images.max() == 1
    counts = np.bincount(digits.test_labels, minlength=10)
    assert counts.min() >= 34
    with pytest.warns(StandInWarning):
        assert np.array_equal(load_mnist().train_images, digits.train_images)


def test_the_download_is_kerass_and_its_labels_arrive(no_mnist, tiny):
    import keras

    halves = (tiny["x_train"], tiny["y_train"]), (tiny["x_test"], tiny["y_test"])
    no_mnist.setattr(keras.datasets.mnist, "load_data", lambda: halves)
    mnist = load_mnist()
    assert mnist.source == "keras"
    assert np.array_equal(mnist.train_labels, tiny["y_train"])


def test_a_server_that_says_nothing_is_given_up_and_tried_once(no_mnist, tmp_path):
    import keras

    server = socket.create_server(("127.0.0.1", 0))
    calls = []
    threading.Thread(target=lambda: calls.append(server.accept()), daemon=True).start()
    origin = f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz"
    tries = []

    def download():
        tries.append(origin)
        return keras.utils.get_file("mnist.npz", origin, cache_dir=tmp_path)

    no_mnist.setattr(keras.datasets.mnist, "load_data", download)
    no_mnist.setattr(data, "SILENCE", 0.3)
    for _ in range(2):
        with pytest.warns(StandInWarning, match="download failed"):
            assert load_mnist().source == "digits"
    assert len(tries) == 1
    assert socket.getdefaulttimeout() is None
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    calls[0][0].close()
    server.close()


def test_reading_data_needs_no_tensorflow():
    # In a fresh interpreter: here TensorFlow is loaded already.
    import subprocess

    code = "import sys, gan_tutorial.data; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_held_out_images_are_the_last_sixth_of_the_training_images(mnist):
    held_out = mnist.held_out
    assert len(mnist.not_held_out) + len(held_out) == len(mnist.train_images)
    assert len(held_out) == len(mnist.train_images) // 6  # 10,000 of MNIST, from 50,000
    np.testing.assert_array_equal(held_out[-1], mnist.train_images[-1])
