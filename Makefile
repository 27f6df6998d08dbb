# make review: everything from nothing to pages. make test: everything from nothing to a tested copy.
# Needs Python 3.11 or newer, pip and make. Another Python: make review PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
IN := $(VENV)/bin/python

.PHONY: review test long docs wheel schedulers benchmark course simulate render faults attacks canaries setup clean

review: $(VENV)/core
	$(IN) -m cqi review --profile internal --profile release

test: $(VENV)/dev
	$(IN) -m pytest -n 3 --durations=25 --dist loadfile --no-loadscope-reorder --nbval-lax --nbval-current-env tests notebooks/*.ipynb notebooks/training/*.ipynb

# Minutes: tests that take a minute each, and of which `make test` holds most in a shorter one.
long: $(VENV)/dev
	CQI_LONG=1 $(IN) -m pytest -m long --durations=25 tests

docs: $(VENV)/core
	rm -rf site
	$(IN) docs/build.py

# Minutes: the wheel in an empty environment of every Python that is found; others in CQI_PYTHONS, separated by colons.
wheel: $(VENV)/dev
	CQI_WHEEL=1 $(IN) -m pytest -q tests/test_packaging.py

# Minutes, as root, on a machine of no importance: a real cron daemon (root's crontab is another meanwhile), and a job in JupyterLab.
schedulers: $(VENV)/dev
	$(IN) -m pip install --quiet --disable-pip-version-check --editable ".[dev,schedule]"
	CQI_SCHEDULERS=1 $(IN) -m pytest -q tests/test_scheduling_live.py

# Minutes, not for every change: reading a million stays, counting five million.
benchmark: $(VENV)/dev
	$(IN) benchmarks/read.py
	$(IN) benchmarks/count.py

# Minutes: false alarms, changes noticed and projections on drawn states. More states: make course STATES=40
STATES ?= 14
course: $(VENV)/dev
	$(IN) benchmarks/course.py $(STATES)

# Minutes: the belief lab on 200 drawn data sets whose truth is known.
simulate: $(VENV)/dev
	$(IN) benchmarks/simulate.py

# An hour or two, on a quiet machine: every way of making 48 and 254 counties' reviews.
render: $(VENV)/dev
	$(IN) benchmarks/render.py

# An hour or two: a run killed, stopped, starved, misled and watched, then resumed.
faults: $(VENV)/dev
	$(IN) benchmarks/faults.py

# An hour or more: a thousand cubes of counts attacked, hostile names in every place, addresses, links and versions.
CUBES ?= 1000
attacks: $(VENV)/dev
	$(IN) benchmarks/attacks.py $(CUBES)
	CQI_ATTACKS=1 $(IN) -m pytest -q tests/test_text_is_text.py tests/test_paths.py tests/test_versions.py tests/test_ledger.py

# Half an hour: unique tokens in every confidential field, on clean and malformed files and faults, searched in all that a run leaves.
canaries: $(VENV)/dev
	$(IN) benchmarks/canaries.py

setup: $(VENV)/core

clean:
	rm -rf $(VENV)

# Each stamp is made again when pyproject.toml changes.
$(VENV)/core: pyproject.toml | $(IN)
	$(IN) -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/dev: $(VENV)/core
	$(IN) -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(IN):
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "$(PYTHON) is older than Python 3.11, or is not there. Give another: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -f $(IN); exit 1; }
