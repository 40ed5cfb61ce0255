"""The networks of each named system, and the settings with which its paper trained them.

`goodfellow` 2014, `dcgan`, `lstm_gan`, `policy` and `seqgan`, `toys` (points in the plane), and
`stabilised`, the cure for collapse. The networks of the article are in `gan_tutorial.networks`.
"""

from gan_tutorial import require_tensorflow

require_tensorflow()
