# Two commands do everything: `make demo` and `make test`.
#   make demo PORT=8123          another port
#   make test PYTHON=python3.13  another Python, best with a VENV of its own
#   make test TESTS=tests/e2e    some of the tests

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
TESTS ?= tests
CHECK ?= check
BIN = $(abspath $(VENV))/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile

demo: $(VENV)/.installed
	@cd examples/shop && $(BIN)/python manage.py demo --port $(PORT)

test: $(VENV)/.installed-test $(CHECK)
	$(BIN)/python -m pytest $(TESTS)

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (a minute, once) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
	@$(INSTALL) --upgrade pip
	@$(INSTALL) --editable '.[reflex]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(INSTALL) --group test
	@touch $@

clean:
	rm -rf $(VENV) examples/shop/.web examples/shop/.states examples/shop/staticfiles
	rm -rf examples/shop/reflex.lock examples/shop/db.sqlite3
