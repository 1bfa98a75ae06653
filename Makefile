# `make demo` and `make test` need Python 3.11 or newer, make and a package index; both make .venv at their first run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# pip's warnings go to a file: with some indexes there are hundreds. Where it fails, all that is not about a folder of
# packages that is not there is shown.
define INSTALL
@$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt $(1) 2> $(VENV)/pip.log \
	|| { grep -v '^WARNING: Location .* is ignored' $(VENV)/pip.log >&2; exit 1; }
endef

.PHONY: demo serve test test-slow browser lint clean

demo: $(VENV)/.installed
	$(BIN)/quaere demo

serve: $(VENV)/.installed
	$(BIN)/quaere serve

test: $(VENV)/.installed-dev $(VENV)/.browser
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(VENV)/.installed-dev $(VENV)/.browser
	$(BIN)/python -m pytest -m slow

browser: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.programs.browser

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis artefacts

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Quaere needs Python 3.11 or newer, %s is %d.%d" % (sys.executable, *sys.version_info[:2]) if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Quaere into $(VENV) (a few minutes the first time) ..."
	$(call INSTALL,-e .)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Quaere and its test tools into $(VENV) (a few minutes the first time) ..."
	$(call INSTALL,-e ".[dev]")
	@touch $(VENV)/.installed $@

# The tests of the pages drive a browser. Getting one is tried once; `make browser` tries again.
$(VENV)/.browser: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.programs.browser || true
	@touch $@
