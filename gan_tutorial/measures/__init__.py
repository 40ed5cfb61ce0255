"""How good are the samples? Measures to trust a little, each with what real data score."""

from gan_tutorial import require_tensorflow

require_tensorflow()
