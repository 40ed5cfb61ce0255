"""Films: as many frames as titles, the samples as they are, the same title on the same band."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_tutorial import films

LEVELS = np.linspace(0, 1, 5)
ROWS = [np.full((6, 4, 4, 1), level) for level in LEVELS]


def read(data):
    """Map the bytes of a GIF to its frames, arrays `(H, W)`, and their times in milliseconds."""
    with Image.open(io.BytesIO(data)) as gif:
        frames, times = [], []
        for i in range(gif.n_frames):
            gif.seek(i)
            frames.append(np.asarray(gif.convert("L")))
            times.append(gif.info["duration"])
        return frames, times, gif.info["loop"]


def test_a_film_has_a_frame_for_each_title_and_stands_still_in_the_end():
    frames, times, loop = read(films.film(ROWS, list("abcde"), columns=3, hold=2000))
    assert len(frames) == 5
    assert times == [350] * 4 + [2000]
    assert loop == 1  # once more after the first time, not endlessly
    for shown, level in zip(frames, LEVELS, strict=True):
        assert shown.shape == (2 * 12 + films.BAND, 3 * 12)
        nearest = np.round(level * 7) / 7 * 255  # of eight greys: a frame is not stretched
        assert np.abs(shown[films.BAND :] - nearest).max() <= 1


def test_the_title_alone_is_written_on_the_band():
    plain, written = (np.asarray(films.frame(ROWS[0], title)) for title in ("", "step 5,000"))
    assert (plain[: films.BAND] == films.GROUND).all()
    assert written[: films.BAND].max() > 200
    assert (plain[films.BAND :] == written[films.BAND :]).all()


def test_a_film_of_colours_is_refused():
    with pytest.raises(ValueError, match="a film is grey"):
        films.film([np.zeros((2, 4, 4, 3))], ["a"])


@pytest.mark.parametrize(("rows", "titles"), [([], []), (ROWS, ["a"])])
def test_a_film_needs_as_many_titles_as_sets(rows, titles):
    with pytest.raises(ValueError, match="titles: give as many"):
        films.film(rows, titles)
