"""The command line: gan-tutorial train | sample | evaluate | reproduce | doctor | lab.

TensorFlow is imported by the commands that need it, not for `--help`.
"""

import argparse
import math
import sys
import warnings

from gan_tutorial import __version__, commands, devices, launch

LOSSES = ("minimax", "non-saturating", "least-squares", "wasserstein", "hinge", "relativistic")
LARGEST_SEED = 2**60 - 1  # that of draws, which would load TensorFlow to say it
INTERRUPTED = {
    "train": "interrupted; what was trained is kept, continue with --resume",
    "reproduce": "interrupted; what was done is kept, the same command resumes it",
}


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose help shows the defaults that matter."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


def make_parser():
    """Return the parser of the whole command line."""
    parser = _Parser(
        prog="gan-tutorial",
        description="Train a GAN, draw samples, measure them, or open the notebooks.",
        epilog="Example: gan-tutorial train --steps 20000 --out runs/first",
    )
    parser.add_argument("--version", action="version", version=f"gan-tutorial {__version__}")
    debug = argparse.ArgumentParser(add_help=False)
    debug.add_argument("--debug", action="store_true", help="show the traceback of an error")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary, add_options in (
        ("train", "train a GAN and keep all of it in a folder", _train_options),
        ("sample", "draw images from a trained run", _sample_options),
        ("evaluate", "measure a trained run's samples", _evaluate_options),
        ("reproduce", "repeat a long run behind the results", _reproduce_options),
        ("doctor", "say what is here, and what is missing", _doctor_options),
        ("lab", "open the notebooks in JupyterLab", _lab_options),
    ):
        command = subparsers.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            parents=[debug],
            argument_default=argparse.SUPPRESS,
        )
        add_options(command)
        command.set_defaults(run=getattr(commands, f"run_{name}"))
    return parser


def main(argv=None):
    """Run the command line with a list of arguments; return the exit code.

    0: done. 1: failed, with one line on stderr. 2: wrong usage. 130: interrupted by Ctrl-C.
    """
    try:
        parser = make_parser()
        args = vars(parser.parse_args(argv))
        if problem := devices.misuse(**args):
            parser.error(problem)
    except SystemExit as stop:
        return stop.code
    debug, run, command = args.pop("debug"), args.pop("run"), args.pop("command")
    who = f"worker {args['worker']}: " if "worker" in args else ""
    if isinstance(args.get("workers"), int):
        return launch.start(sys.argv[1:] if argv is None else argv, args["workers"])
    with warnings.catch_warnings():
        # What is for users, once each; what is for developers of libraries is not shown.
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = lambda message, *_, **__: _say(f"{who}note: {message}")
        try:
            return run(**args) or 0
        except KeyboardInterrupt as stop:  # its text, if any, says that it was another worker
            text = INTERRUPTED.get(command, "interrupted")
            _say(who + text.replace("interrupted", str(stop) or "interrupted", 1))
            return 130
        except Exception as error:  # one line for whatever went wrong: that is the promise
            if debug:
                raise
            _say(f"{who}error: {error or type(error).__name__}")
            return 1


def console():
    """Run the command line as a program."""
    sys.exit(main())


def _say(text):
    print("gan-tutorial:", " ".join(str(text).split()), file=sys.stderr)


def _whole(least, most=math.inf):
    def convert(text):
        number = int(text) if text.lstrip("-").isdigit() else None
        if number is None or number < least:
            raise argparse.ArgumentTypeError(
                f"must be a whole number of at least {least}, not {text}"
            )
        if number > most:
            raise argparse.ArgumentTypeError(f"must be at most {most}, not {text}")
        return number

    return convert


def _above_zero(text):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return number


def _workers(text):
    """Map "2" to a number of processes, "host1:2222,host2:2222" to a list of addresses."""
    return _whole(2)(text) if text.lstrip("-").isdigit() else text.split(",")


def _train_options(command):
    add = command.add_argument
    add("--out", default="runs/gan", metavar="FOLDER", help="the run's folder (runs/gan)")
    add("--resume", action="store_true", default=False, help="resume the run in that folder")
    add("--overwrite", action="store_true", default=False, help="replace the run in that folder")
    add("--quiet", action="store_true", default=False, help="no progress bar")
    add("--data", metavar="PATH", help="an mnist.npz, a folder of pictures, or .npz/.npy (MNIST)")
    add("--model", choices=("mlp", "dcgan"), metavar="NAME", help="mlp, or dcgan (mlp)")
    add("--width", type=_whole(1), metavar="N", help="channels of dcgan's widest images (32)")
    conditional = "one network for all classes, told which; a folder has a subfolder for each"
    add("--conditional", action="store_true", help=conditional)
    add("--size", type=_whole(1), metavar="N", help="pixels a side of your own pictures (28)")
    add("--channels", type=int, choices=(1, 3), help="of your own pictures: 1 grey, 3 colour (1)")
    add("--loss", choices=LOSSES, metavar="NAME", help=f"{', '.join(LOSSES)} (non-saturating)")
    add("--steps", type=_whole(1), metavar="N", help="steps in all (20000)")
    add("--batch-size", type=_whole(1), metavar="N", help="images in a batch (128; dcgan 64)")
    add("--latent-dim", type=_whole(1), metavar="N", help="entries of the noise z (100)")
    widths = {"type": _whole(1), "nargs": "+", "metavar": "N"}
    add("--g-hidden", **widths, help="widths of the generator's hidden layers (128)")
    add("--d-hidden", **widths, help="widths of the discriminator's hidden layers (128)")
    rate = {"type": _above_zero, "metavar": "X"}
    add("--g-learning-rate", **rate, help="of the generator (0.001; dcgan 0.0002)")
    add("--d-learning-rate", **rate, help="of the discriminator (0.001; dcgan 0.0002)")
    add("--prior", choices=("uniform", "normal"), help="of the noise z (uniform)")
    add("--d-steps", type=_whole(1), metavar="N", help="updates of D in a step (1)")
    add("--g-steps", type=_whole(1), metavar="N", help="updates of G in a step (1)")
    normed = "normalisation in dcgan's D (batch; none with a penalty)"
    add("--d-norm", choices=("batch", "layer", "none"), help=normed)
    add("--clip", type=_above_zero, metavar="X", help="bound on D's weights, for wasserstein")
    add("--gp", type=_above_zero, metavar="X", help="strength of WGAN-GP's penalty; its paper: 10")
    add("--r1", type=_above_zero, metavar="X", help="gamma of a penalty on D's slope at images")
    add("--r2", type=_above_zero, metavar="X", help="the same at fakes; try 0.1 for both")
    add("--lazy", type=_whole(1), metavar="K", help="penalties at every K-th step, times K")
    add("--ema", type=_above_zero, metavar="X", help="average G's weights, decay such as 0.999")
    add("--seed", type=_whole(0, LARGEST_SEED), metavar="N", help="decides every random draw (0)")
    add("--report-every", type=_whole(1), metavar="N", help="steps between pictures (500)")
    add("--checkpoint-every", type=_whole(1), metavar="N", help="steps between checkpoints (1000)")
    best = "keep the best generator by Fréchet classifier distance, measured every N steps (no)"
    add("--keep-best", type=_whole(1), metavar="N", help=best)
    _device_options(add)


def _device_options(add):
    add("--gpus", choices=("all",), help="train on all GPUs of this machine (one)")
    workers = "addresses host:port of all machines, in order; a number: so many processes here"
    add("--workers", type=_workers, metavar="LIST", help=workers)
    add("--worker", type=_whole(0), metavar="K", help="which of them this one is, from 0")


def _sample_options(command):
    add = command.add_argument
    add("folder", metavar="RUN", help="the folder that train wrote")
    add("--n", type=_whole(1), default=64, metavar="N", help="number of images (64)")
    add("--seed", type=_whole(0, LARGEST_SEED), default=0, metavar="N", help="of the noise (0)")
    label = "the one class to draw, of a conditional run (all in turn)"
    add("--label", type=_whole(0), default=None, metavar="K", help=label)
    add("--which", choices=("latest", "best"), default="latest", help="which generator (latest)")
    add("--out", default=None, metavar="FILE", help=".png: a grid; .npz: an array (RUN/sample.png)")


def _evaluate_options(command):
    add = command.add_argument
    add("folder", metavar="RUN", help="the folder that train wrote")
    add("--n", type=_whole(100), default=10_000, metavar="N", help="samples to measure (10000)")
    add("--seed", type=_whole(0, LARGEST_SEED), default=0, metavar="N", help="of the noise (0)")
    add("--which", choices=("latest", "best"), default="latest", help="which generator (latest)")


def _reproduce_options(command):
    add = command.add_argument
    add("name", choices=commands.REPRODUCED, metavar="NAME", help=", ".join(commands.REPRODUCED))
    parts = "some of its parts (all but those that take many hours, and tiers that are smaller)"
    add("--parts", nargs="+", default=None, metavar="PART", help=parts)
    add("--out", default="runs/reproduce", metavar="FOLDER", help="where (runs/reproduce)")
    minutes = "of training after which a part stops early (90)"
    add("--minutes", type=_above_zero, default=90.0, metavar="X", help=minutes)


def _doctor_options(command):
    block = "print it as a block to paste into an issue"
    command.add_argument("--report", action="store_true", default=False, help=block)


def _lab_options(command):
    command.add_argument(
        "--folder", default=None, help="where the notebooks are (notebooks/ here or in the clone)"
    )
