# make demo: train the article's GAN and draw digits.   make test: prove that all of it works.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NBVAL := $(BIN)/python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=300 \
	--durations=5 -p no:cacheprovider

DOCS := docs/_build

.PHONY: help demo lab test test-quick test-all style unit notebooks-test stand-in notebooks links \
	bench site site-test translations browser test-colab binder-test oldest clean

help:
	@echo "make demo        train 20,000 steps, about a minute, and say where the pictures are"
	@echo "make lab         open the notebooks in JupyterLab"
	@echo "make test        style, unit tests and notebooks"
	@echo "make test-quick  style and the quick unit tests"
	@echo "make test-all    make test, once more on the stand-in digits, and all ways to launch"
	@echo "make test-colab  notebook 04 and the widgets with Colab's versions"
	@echo "make binder-test what Binder would build"
	@echo "make site        build the read-along site in $(DOCS)/html"
	@echo "make site-test   build it once more and follow its links"
	@echo "make browser     the notebooks and the site in a real browser (needs Chromium)"
	@echo "make translations  update docs/locale from the pages, and say what is left to translate"
	@echo "make bench       the trainer's speed beside what you would use instead; with"
	@echo "                 AGAINST=REV beside itself at another revision, in turn"
	@echo "make notebooks   execute the notebooks afresh and store their outputs (needs MNIST)"
	@echo "make links       write badges and links; REPO=owner/name sets the project's address"
	@echo "make oldest      install the oldest supported dependencies, for make test to run on"

# The virtual environment, made anew when the list of dependencies changes.
$(VENV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11 to 3.13 is needed: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --quiet -e '.[cpu,test]'
	@touch $@

demo: $(VENV)/ready
	$(BIN)/gan-tutorial train --steps 20000 --out runs/demo --overwrite

lab: $(VENV)/ready
	$(BIN)/gan-tutorial lab

test: style unit notebooks-test

test-quick: style
	$(BIN)/python -m pytest -q -m "not slow and not browser" --durations=5

test-all: test stand-in site-test browser test-colab binder-test

style: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

unit: $(VENV)/ready
	$(BIN)/python -m pytest -q -m "not browser" --durations=10

notebooks-test: $(VENV)/ready
	$(NBVAL) notebooks

# Without MNIST everything runs on scikit-learn's digits; what is said of MNIST is not checked.
# Tests of tokens know no images: they are not run a second time.
stand-in: $(VENV)/ready
	env -u GAN_TUTORIAL_MNIST GAN_TUTORIAL_OFFLINE=1 $(BIN)/python -m pytest -q \
		-k "not kills" -m "not browser" \
		--ignore=tests/test_seqgan.py --ignore=tests/test_sequences.py
	env -u GAN_TUTORIAL_MNIST GAN_TUTORIAL_OFFLINE=1 $(NBVAL) notebooks/01_*.ipynb notebooks/04_*.ipynb \
		notebooks/05_*.ipynb

$(VENV)/browser: $(VENV)/site
	$(BIN)/python -m pip install --quiet --quiet -e '.[browser]'
	@touch $@

# Skips, and says why, where there is no chromium.
browser: $(VENV)/browser
	$(BIN)/python -m pytest -q -rs -m browser --durations=0

notebooks: $(VENV)/ready
	$(BIN)/python tools/notebooks.py

links: $(VENV)/ready
	$(BIN)/python tools/links.py $(if $(REPO),--repo $(REPO))

# The versions of Colab, in an environment of its own.
test-colab: $(VENV)/ready
	$(BIN)/python tools/colab.py --venv .venv-colab

$(VENV)/site: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --quiet -e '.[site]'
	@touch $@

site: $(VENV)/site
	$(BIN)/python tools/build_site.py

site-test: $(VENV)/site
	$(BIN)/python -m pytest -q --durations=5 tests/test_site.py tests/test_translations.py

translations: $(VENV)/site
	$(BIN)/python tools/translations.py

binder-test: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --quiet -e '.[binder]'
	$(BIN)/python -m pytest -q --durations=5 tests/test_binder.py

oldest: $(VENV)/ready
	$(BIN)/python tools/oldest.py > $(VENV)/oldest.txt
	$(BIN)/python -m pip install --quiet --quiet -r $(VENV)/oldest.txt

bench: $(VENV)/ready
	$(BIN)/python benchmarks/$(if $(AGAINST),against.py $(AGAINST),throughput.py)

clean:
	rm -rf $(VENV) .venv-colab build $(DOCS) *.egg-info
