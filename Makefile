# The two commands of the README, and what developers run beside them.
SOURCES := vision models pipelines api benchmarks sample_videos deploy tests citygate.py
BIN := .venv/bin

.PHONY: demo test check lock clean

demo: .venv/.run  ## enrol a face, play the gate clip, serve the API; ARGS=--once ends by itself
	$(BIN)/citygate demo $(ARGS)

test: .venv/.dev
	$(BIN)/python -m pytest $(ARGS)

check: .venv/.dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

lock:  ## needs uv; both files pin every package by hash and name no registry
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml \
		-c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.run: requirements.lock pyproject.toml bootstrap.sh
	./bootstrap.sh run
	touch $@

.venv/.dev: requirements-dev.lock pyproject.toml bootstrap.sh
	./bootstrap.sh dev
	touch $@ .venv/.run
