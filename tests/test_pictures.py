"""The reader's own pictures: folders and arrays of all kinds, and what is said of bad ones."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from gan_tutorial import load_images
from gan_tutorial.pictures import class_names, load_labels


def saved(folder, arrays, name="mnist.npz"):
    np.savez(folder / name, **arrays)
    return folder / name


MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_folder_of_all_sizes_and_modes(tmp_path, channels):
    for i, mode in enumerate(MODES):
        grey = np.linspace(0, 255, (20 + i) * 30).reshape(20 + i, 30)
        if mode == "I;16":
            picture = Image.fromarray((grey * 257).astype(np.uint16))
        else:
            picture = Image.fromarray(grey.astype(np.uint8)).convert(
                "L" if mode in ("L", "LA", "1") else "RGB"
            )
            picture = picture.convert(mode)
        picture.save(tmp_path / f"{i}.{'jpg' if mode == 'CMYK' else 'png'}")
    (tmp_path / "notes.txt").write_text("not a picture, and not named as one")
    images = load_images(tmp_path, size=16, channels=channels)
    assert images.shape == (len(MODES), 16, 16, channels)
    assert images.dtype == np.float32
    # Dark on top, bright below, in the middle half: whatever the mode, the same picture comes out.
    for image, mode in zip(images, MODES, strict=True):
        assert image[:4].mean() < 0.3, mode
        assert image[-4:].mean() > 0.7, mode


def test_colour_survives_where_it_is_asked_for(tmp_path):
    Image.new("RGB", (50, 40), (255, 0, 128)).save(tmp_path / "a.JPEG", quality=95)
    (colour,) = load_images(tmp_path, size=8, channels=3)
    np.testing.assert_allclose(colour.mean((0, 1)), [1, 0, 0.5], atol=0.03)


def test_transparent_parts_are_white(tmp_path):
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert load_images(tmp_path).min() == 1


def test_sixteen_bits_are_scaled_not_clipped(tmp_path):
    Image.fromarray(np.full((9, 9), 32768, np.uint16)).save(tmp_path / "a.png")
    assert load_images(tmp_path).mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_arrays_of_bytes_and_of_numbers_are_the_same_images(tmp_path, suffix):
    grey = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    for name, array in (("bytes", grey), ("numbers", grey / 255), ("deep", grey[..., None])):
        path = tmp_path / f"{name}.{suffix}"
        np.save(path, array) if suffix == "npy" else np.savez(path, images=array)
        np.testing.assert_allclose(load_images(path)[..., 0], grey / 255, atol=1e-6)


def test_arrays_are_resized_and_recoloured(tmp_path):
    np.save(tmp_path / "x.npy", np.full((3, 10, 20), 0.5))
    images = load_images(tmp_path / "x.npy", size=6, channels=3)
    assert images.shape == (3, 6, 6, 3)
    assert images.mean() == pytest.approx(0.5, abs=0.01)


def test_bad_pictures_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        load_images(tmp_path / "none")
    with pytest.raises(ValueError, match="no picture in it"):
        load_images(tmp_path)
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(ValueError, match="text.png: not a readable PNG or JPEG"):
        load_images(tmp_path)
    np.savez(tmp_path / "two.npz", a=np.zeros(3), b=np.zeros(3))
    with pytest.raises(ValueError, match="holds a, b; name the array"):
        load_images(tmp_path / "two.npz")
    np.save(tmp_path / "flat.npy", np.zeros((4, 9)))
    with pytest.raises(ValueError, match=r"shape \(4, 9\)"):
        load_images(tmp_path / "flat.npy")
    with pytest.raises(ValueError, match="channels must be 1"):
        load_images(tmp_path, channels=4)


def test_a_truncated_picture_is_named(tmp_path):
    path = tmp_path / "half.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(ValueError, match="half.png: not a readable"):
        load_images(tmp_path)


def test_labels_are_read_from_an_npz_or_refused_in_words(tmp_path):
    images, labels = np.zeros((3, 4, 4)), np.array([2, 0, 1], np.uint8)
    path = saved(tmp_path, {"images": images, "labels": labels}, "a.npz")
    assert load_labels(path, 3).tolist() == [2, 0, 1]
    assert load_labels(path, 3).dtype == np.int64
    np.save(tmp_path / "b.npy", images)
    for bare in (tmp_path / "b.npy", saved(tmp_path, {"images": images}, "c.npz")):
        with pytest.raises(ValueError, match="no labels in it; an .npz with the arrays"):
            load_labels(bare, 3)
    for bad in (labels[:2], labels.astype(float), labels.astype(int) - 1):
        path = saved(tmp_path, {"images": images, "labels": bad}, "d.npz")
        with pytest.raises(ValueError, match="labels must be 3 whole numbers from 0"):
            load_labels(path, 3)
    with pytest.raises(FileNotFoundError, match="no such file"):
        load_labels(tmp_path / "none.npz", 3)


def test_subfolders_are_classes(tmp_path):
    for i, name in enumerate(["dogs/small/a.png", "cats/b.png", "dogs/c.png", "cats/d.jpg"]):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((5, 5), 60 * i, np.uint8)).save(path)
    assert class_names(tmp_path) == ["cats", "dogs"]
    labels = load_labels(tmp_path, 4)
    assert labels.tolist() == [0, 0, 1, 1]
    brightness = load_images(tmp_path, 5).mean((1, 2, 3)) * 255
    assert brightness == pytest.approx([60, 180, 120, 0], abs=2)  # in the order of the labels
    assert labels.dtype == np.int64


def test_a_picture_without_a_class_and_a_class_alone_are_named(tmp_path):
    (tmp_path / "cats").mkdir()
    for name in ("cats/a.png", "b.png"):
        Image.fromarray(np.zeros((5, 5), np.uint8)).save(tmp_path / name)
    with pytest.raises(ValueError, match=r"b.png: lies in no subfolder, which would name"):
        load_labels(tmp_path, 2)
    (tmp_path / "b.png").unlink()
    with pytest.raises(ValueError, match="has one class, cats"):
        load_labels(tmp_path, 1)


def test_cifar_in_keras_layout_has_pictures_and_labels(tmp_path):
    images = np.random.default_rng(0).integers(0, 255, (5, 32, 32, 3), np.uint8)
    np.savez(tmp_path / "cifar.npz", x_train=images, y_train=np.arange(5)[:, None])
    assert load_images(tmp_path / "cifar.npz", 32, 3) == pytest.approx(images / 255)
    assert load_labels(tmp_path / "cifar.npz", 5).tolist() == [0, 1, 2, 3, 4]


def test_a_wide_picture_is_cut_unless_it_was_squashed_and_comes_back_when_stretched(tmp_path):
    """A ramp from left to right is the same ramp after squashing, and shorter after cutting."""
    wide = np.tile(np.linspace(0, 1, 48, dtype="float32"), (1, 32, 1))[..., None]
    np.save(tmp_path / "wide.npy", wide)
    np.save(tmp_path / "squashed.npy", tf.image.resize(wide, (28, 28)).numpy())
    cut, whole = (load_images(tmp_path / f"{name}.npy") for name in ("wide", "squashed"))
    assert np.ptp(cut) < 0.7
    back = tf.image.resize(whole, (32, 48)).numpy()
    assert np.abs(back - wide).max() < 0.02
