# make demo   set up and run the main job: a spreadsheet goes in, codes come out
# make test   set up and run every check and test
# make help   the rest

VENV := .venv
BIN := $(VENV)/bin
# The first Python on this machine that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
CATALOGUES := $(wildcard src/mintmark/locale/*/LC_MESSAGES/*.po)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint soak bench docs format clean help

demo: $(VENV)/.installed
	@BIN=$(BIN) sh examples/demo.sh

test: $(VENV)/.installed-dev lint
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(VENV)/.installed-dev
	MINTMARK_KILL_ROUNDS=40 MINTMARK_KILL_ROWS=120000 MINTMARK_IMPORT_EXAMPLES=200 \
	MINTMARK_TORMENT_ROUNDS=$${MINTMARK_TORMENT_ROUNDS:-200} \
	MINTMARK_TORMENT_SEED=$${MINTMARK_TORMENT_SEED:-$$(date +%s)} $(BIN)/pytest tests/faults \
	tests/laws/test_importing.py

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/minting.py
	$(BIN)/python benchmarks/sealing.py
	$(BIN)/python benchmarks/main_job.py
	$(BIN)/python benchmarks/rules.py
	$(BIN)/python benchmarks/infer.py
	$(BIN)/python benchmarks/recovery.py
	$(BIN)/python benchmarks/linking.py
	$(BIN)/python benchmarks/importing.py

docs: $(VENV)/.installed-dev
	$(BIN)/python docs/generate.py --pictures

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src -name '*.mo' -delete

help:
	@sed -n 's/^# make \([a-z]*\)   /make \1    /p' Makefile
	@echo 'make lint    only the checks        make format  tidy the code'
	@echo 'make soak    imports killed, servers stopped, connections cut, for hours'
	@echo 'make bench   the benchmarks         make docs      write the generated pages'
	@echo 'make clean   forget the set-up and the demo'

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'Mintmark needs Python 3.11 or newer / 需要 Python 3.11 或更高版本: make PYTHON=/path/to/python3' >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo 'Python has no venv module / 缺少 venv 模块 (Debian, Ubuntu: apt-get install python3-venv)' >&2; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt hatch_build.py $(CATALOGUES) | $(VENV)/bin/python
	@echo 'Setting up Mintmark in $(VENV) / 正在安装 …' >&2
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	@echo 'Setting up the rivals in $(VENV) / 正在安装对照软件 …' >&2
	@$(INSTALL) --editable '.[dev,bench]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo 'Setting up the test tools in $(VENV) / 正在安装测试工具 …' >&2
	@$(INSTALL) --editable '.[dev]'
	@touch $@
