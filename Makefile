# From a bare clone: needs Python 3.11 or later, make and a package index. Each target makes the environment it needs first.
#
#   make demo [CLIP=path]   analyse a clip and leave everything in results/demo
#   make test               format, lint, types, packages, docs, tests and doctests; stops at the first failure
#   make check              the same without tests that take over a second
#   make serve [PORT=8000]  the web application on this machine
#   make stress             kill, starve and flood the web application, and record what came of it (about an hour)
#   make bench              measure speed and memory, and record them
#   make record             docs/results.md and docs/benchmarks.md from their JSON, docs/corpora.md from the corpora
#   make docs               the documentation in site/

.PHONY: demo serve test long stress check bench record docs lint clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
OUT := results/demo
PORT := 8000
WEB := $(wildcard benchmarks/web_*.py)
BENCHMARKS := $(filter-out $(WEB) benchmarks/comparators.py benchmarks/commands.py benchmarks/copies.py benchmarks/baseline.py benchmarks/calibrating.py benchmarks/choosing.py,$(wildcard benchmarks/*.py)) # those measure accuracy, on data one must have
# Tests share the cores by process; one thread each keeps them out of each other's way.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

# The clip to show: the one asked for, else a real one where there is one, else one that the package makes.
CLIP ?= $(firstword $(wildcard ../shared/data/clips/pyfeat_*.mp4 ../shared/data/clips/*.mp4))
export CLIP # as a variable, so that its name may hold any sign

# Runs a command, says how long it took, and ends as the command did: $(call timed,name,command)
timed = began=$$(date +%s); status=0; { $(2); } || status=$$?; echo "make $(1): $$(($$(date +%s) - began)) s"; exit $$status

demo: .venv/.demo
	@$(call timed,demo,sh -e -c '\
	  if [ -z "$$EMOFUSE_HOME" ] && [ -d ../shared/models ]; then export EMOFUSE_HOME=../shared/models; fi; \
	  clip="$$CLIP"; \
	  if [ -z "$$clip" ]; then clip=$(OUT)/portrait.mp4; $(BIN)/python -m emofuse.demo "$$clip"; fi; \
	  $(BIN)/emofuse analyze "$$clip" --out $(OUT) --annotate --plot; \
	  echo; echo "In $(OUT):"; ls -1sh $(OUT) | tail -n +2')

test: .venv/.dev
	@$(call timed,test,$(MAKE) --no-print-directory lint docs && $(PYTEST) -m "not gpu and not long and not stress")

long: .venv/.dev
	@$(call timed,long,$(PYTEST) -m long)

serve: .venv/.web
	@if [ -z "$$EMOFUSE_HOME" ] && [ -d ../shared/models ]; then export EMOFUSE_HOME=../shared/models EMOFUSE_WEB_HOME=$(CURDIR)/results/web; fi; \
	exec $(BIN)/emofuse serve --port $(PORT)

stress: .venv/.dev
	@$(call timed,stress,sh -c 'status=0; for script in $(WEB); do $(BIN)/python $$script || status=1; done; $(BIN)/python -m emofuse.evaluation.record; exit $$status')

check: .venv/.dev
	@$(call timed,check,$(MAKE) --no-print-directory lint && $(PYTEST))

lint: .venv/.dev
	@$(BIN)/python -c "$$FORBIDDEN"
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: .venv/.dev
	@$(call timed,bench,sh -e -c 'for script in $(BENCHMARKS); do $(BIN)/python $$script; done; $(BIN)/python -m emofuse.evaluation.record')

record: .venv/.dev
	@$(BIN)/python -m emofuse.evaluation.record
	@$(BIN)/python -m emofuse.sheet

docs: .venv/.dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean:
	rm -rf .venv site results .mypy_cache .ruff_cache .pytest_cache

# What must never come along: it does not load beside a torch for processors, or weighs gigabytes.
define FORBIDDEN
import importlib.metadata, sys
names = {(d.metadata["Name"] or "").lower() for d in importlib.metadata.distributions()}
found = sorted(n for n in names if n in {"torchvision", "torchaudio", "torchcodec"} or n.startswith("nvidia-"))
cv2 = sorted(n for n in names if n.startswith("opencv-"))
if found:
    sys.exit(f"Installed but unwanted: {', '.join(found)}. Expected a torch for processors and nothing beside it; "
             "find what brings them with `uv pip tree --invert`, or point PIP_FIND_LINKS at such a torch, and remove .venv.")
if cv2 != ["opencv-python-headless"]:
    sys.exit(f"Installed: {', '.join(cv2) or 'no OpenCV'}. Expected opencv-python-headless alone; remove the others.")
endef
export FORBIDDEN

# The environment. A stamp says that a step was finished, so an interrupted one is done again, never half-used.
# uv installs in a third of pip's time; where it cannot be had or cannot resolve, pip does it.
.venv/.python:
	@test -n "$(PYTHON)" || { echo "No python3.11 or python3 found. emofuse needs Python 3.11 or later; name one with PYTHON=path."; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(sys.version_info < (3, 11) and f"This is Python {v}. emofuse needs 3.11 or later; name one with PYTHON=path.")'
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv || echo "No uv to be had; pip will do."
	@touch $@

.venv/.demo: EXTRA := demo
.venv/.web: EXTRA := web
.venv/.dev: EXTRA := dev
.venv/.demo .venv/.web .venv/.dev: pyproject.toml constraints.txt | .venv/.python
	@echo "Installing emofuse[$(EXTRA)] as constraints.txt says"
	@links=$$(echo "$$PIP_FIND_LINKS" | tr -s ' ' ','); index="$$PIP_INDEX_URL"; \
	if [ -n "$$links" ]; then export UV_FIND_LINKS="$$links"; else export UV_TORCH_BACKEND=cpu; fi; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	UV_COMPILE_BYTECODE=1 $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --build-constraint constraints.txt --editable '.[$(EXTRA)]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRA)]'
	@touch $@
