# The house's commands. Everything they need is set up by the first of them that is called.
PYTHON ?= python3
PY = .venv/bin/python
BEGAN := $(shell date +%s)

.PHONY: demo demo-reset serve manage test check figure figures screenshots lock messages nightly setup setup-tests

demo: setup            ## the whole product with invented people; PORT=8000
	@$(PY) -m deploy.run demo --began $(BEGAN)

demo-reset: setup      ## forget the demonstration's data
	@$(PY) -m deploy.run reset

serve: setup           ## the same product with DEBUG=0 and real gateways; settings from the environment or var/serve.env
	@$(PY) -m deploy.run serve --began $(BEGAN)

manage: setup          ## a command of the running `make serve`: make manage ARGS="first_admin --help"
	@$(PY) -m deploy.command $(ARGS)

test: setup-tests      ## everything that must pass; ARGS="tests/unit -k name" for a part
	@$(PY) -m deploy.test --began $(BEGAN) $(ARGS)

nightly: setup-tests   ## the same tests with nothing taken in turns
	@$(PY) -m deploy.test --began $(BEGAN) --nightly $(ARGS)

check: setup-tests     ## format, lint, types, imports, templates, migrations, translations; no tests
	@$(PY) -m deploy.tools check

figure: setup-tests    ## one measurement: make figure NAME=oversell
	@$(if $(NAME),,$(error Name a figure: make figure NAME=oversell))$(PY) -m bench $(NAME)

figures: setup-tests   ## all measurements, written to docs/figures.md; PROFILE=long runs everything
	@$(PY) -m bench

screenshots: setup-tests  ## the pictures of the README, of the demonstration
	@$(PY) -m deploy.run screenshots

messages: setup-tests  ## merge and compile the translations
	@$(PY) -m deploy.tools messages

lock: setup-tests      ## resolve the newest allowed versions into requirements*.txt, with hashes
	@$(PY) -m deploy.tools lock

setup:
	@$(PYTHON) -m deploy.setup

setup-tests:
	@$(PYTHON) -m deploy.setup --tests
