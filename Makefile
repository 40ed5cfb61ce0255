# make demo: train the article's GAN and draw digits.   make test: prove that all of it works.
# PYTHON= names an interpreter; without it the first that will do is found (tools/environment.sh).
# LOCKED=0 takes the newest versions that others have published, instead of those in lock.txt.
PYTHON ?=
VENV ?= .venv
LOCKED ?= 1
BIN := $(VENV)/bin
READY := $(VENV)/ready-$(LOCKED)
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
	$(if $(filter 1,$(LOCKED)),--constraint lock.txt,--upgrade --upgrade-strategy eager)
# Tests run in JOBS processes of one thread each: TensorFlow's own threads would wait for each other.
JOBS ?= 2
ALONE := TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 OMP_NUM_THREADS=1
PYTEST := $(ALONE) $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal
NBVAL := $(ALONE) $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --nbval-lax --nbval-current-env \
	--nbval-cell-timeout=300 --durations=5 -p no:cacheprovider

# The longest first, so that no process waits for the last one.
LONGEST_FIRST := $(patsubst %,notebooks/%_*.ipynb,04 06 09 08 07 02 A1 A2 03 05 01)

DOCS := docs/_build

.PHONY: help demo lab test test-quick test-all style unit notebooks-test stand-in notebooks student links lock \
	bench site screenshots site-test translations playground machines browser test-colab binder-test oldest mutations faults clean

help:
	@echo "make demo        train 20,000 steps, about a minute, and say where the pictures are"
	@echo "make lab         open the notebooks in JupyterLab"
	@echo "make test        style, unit tests and notebooks"
	@echo "make test-quick  style and the quick unit tests"
	@echo "make test-all    make test, once more on the stand-in digits, and all ways to launch"
	@echo "make test-colab  notebook 04 and the widgets with Colab's versions"
	@echo "make binder-test what Binder would build"
	@echo "make site        build the read-along site in $(DOCS)/html"
	@echo "make screenshots photograph its main pages, for you to look at (needs Chromium)"
	@echo "make site-test   build it once more and follow its links"
	@echo "make playground  play each game of the playground with five seeds"
	@echo "make machines    training on several devices and in several processes"
	@echo "make browser     the notebooks and the site in a real browser (needs Chromium)"
	@echo "make translations  update docs/locale from the pages, and say what is left to translate"
	@echo "make bench       the trainer's speed, and that of what you would use instead; with"
	@echo "                 AGAINST=REV compared with itself at another revision, in turn"
	@echo "make mutations   break a copy of the code on purpose, and see which tests notice"
	@echo "make faults      kill a hundred processes that train, and see that nothing is lost"
	@echo "make notebooks   execute the notebooks afresh and store their outputs (needs MNIST)"
	@echo "make student    write an edition of the notebooks without answers, in build/student"
	@echo "make links       write badges and links; REPO=owner/name sets the project's address"
	@echo "make lock        write lock.txt again: the versions that the other commands install"
	@echo "make oldest      install the oldest supported dependencies, for make test to run on"

# The virtual environment, made afresh when the list of dependencies changes.
$(READY): pyproject.toml lock.txt tools/environment.sh
	@tools/environment.sh $(VENV) $(PYTHON)
	@echo "Installing TensorFlow, Jupyter and the rest into $(VENV): about 0.5 GB to download, two" \
		"to five minutes, once."
	@$(INSTALL) -e '.[cpu,test]'
	@touch $@

demo: $(READY)
	$(BIN)/gan-tutorial train --steps 20000 --out runs/demo --overwrite

lab: $(READY)
	$(BIN)/gan-tutorial lab

test: style unit notebooks-test

test-quick: style
	$(PYTEST) -m "not slow and not browser and not site and not playground and not machines" --durations=5

test-all: test stand-in site-test playground machines browser test-colab binder-test

style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

unit: $(READY)
	$(PYTEST) -m "not browser and not site and not playground and not machines" --durations=10

notebooks-test: $(READY)
	$(NBVAL) $(LONGEST_FIRST)

# Without MNIST: what reads digits runs once more on scikit-learn's, and what is said of MNIST is
# not checked.
stand-in: $(READY)
	env -u GAN_TUTORIAL_MNIST GAN_TUTORIAL_OFFLINE=1 $(PYTEST) -m "digits and not browser"
	env -u GAN_TUTORIAL_MNIST GAN_TUTORIAL_OFFLINE=1 $(NBVAL) notebooks/01_*.ipynb notebooks/04_*.ipynb \
		notebooks/05_*.ipynb

$(READY)-browser: $(READY)-site
	$(INSTALL) -e '.[browser]'
	@touch $@

# Skips, and says why, where there is no chromium.
browser: $(READY)-browser
	$(BIN)/python -m pytest -q -rs -m browser --durations=0

# All games with five seeds each, in two processes.
playground: $(READY)
	$(PYTEST) -m playground --durations=3

# One after another: each of them starts several processes.
machines: $(READY)
	$(BIN)/python -m pytest -q -m machines --durations=5

notebooks: $(READY)
	$(BIN)/python tools/notebooks.py

# For a class: the notebooks without answers and outputs, in build/student.
student: $(READY)
	$(BIN)/python tools/student.py

links: $(READY)
	$(BIN)/python tools/links.py $(if $(REPO),--repo $(REPO))

# The versions of Colab, in an environment of its own.
test-colab: $(READY)
	$(BIN)/python tools/colab.py --venv .venv-colab

$(READY)-site: $(READY)
	$(INSTALL) -e '.[site]'
	@touch $@

site: $(READY)-site
	$(BIN)/python tools/build_site.py

# The top of the main pages at three widths, light and dark, in $(DOCS)/screenshots.
screenshots: $(READY)-browser site
	$(BIN)/python tools/screenshots.py

site-test: $(READY)-site
	$(BIN)/python -m pytest -q --durations=5 tests/project/test_site.py tests/project/test_translations.py

translations: $(READY)-site
	$(BIN)/python tools/translations.py

binder-test: $(READY)
	$(INSTALL) -e '.[binder]'
	$(BIN)/python -m pytest -q --durations=5 tests/project/test_binder.py

oldest: $(READY)
	$(BIN)/python tools/oldest.py > $(VENV)/oldest.txt
	$(BIN)/python -m pip install --quiet --quiet -r $(VENV)/oldest.txt

# The newest versions that fit together on Python 3.11 to 3.13, on every system.
lock: $(READY)
	$(BIN)/python -m pip install --quiet --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade pyproject.toml \
		--extra cpu --extra test --extra site --extra browser --extra binder \
		--custom-compile-command "make lock" --no-annotate --output-file lock.txt

bench: $(READY)
	$(BIN)/python benchmarks/$(if $(AGAINST),against.py $(AGAINST),throughput.py)

# Break a copy of the package on purpose, and see that the tests notice: tests/README.md.
mutations: $(READY)
	$(BIN)/python tests/mutations.py

# Kill a hundred processes that train, fill the disk, and so on: tests/README.md.
faults: $(READY)
	GAN_TUTORIAL_KILLS=100 $(PYTEST) -v tests/test_faults.py tests/test_checkpoints.py

clean:
	rm -rf $(VENV) $(VENV)-uv .venv-colab build $(DOCS) *.egg-info
