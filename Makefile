# Two commands are all there is to know: `make demo` and `make test`.
PYTHON ?= python3
SOURCES := pyproject.toml README.md LICENSE $(shell find hyllm prompts cassettes/demo -type f -not -name '*.pyc')

.PHONY: demo test format schemas requirements
demo: .venv/installed  ## the sample pages, with their recorded answers
	.venv/bin/hyllm demo

test: .venv-test/installed  ## everything that is checked
	. .venv-test/bin/activate && ruff check && ruff format --check && lint-imports && pyright && pytest

format: .venv-test/installed
	. .venv-test/bin/activate && ruff check --fix && ruff format

schemas: .venv-test/installed  ## after a change of a record class
	.venv-test/bin/hyllm schemas write schemas

requirements: .venv-test/installed  ## after a change of a dependency in pyproject.toml
	mkdir -p build && .venv-test/bin/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))\
	['dependency-groups']['dev'], sep='\n')" >build/dev.in
	. .venv-test/bin/activate && pip install --quiet pip-tools && pip-compile --quiet --upgrade --strip-extras \
		--allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--output-file requirements-dev.txt pyproject.toml build/dev.in

.venv/installed: $(SOURCES)
	test -d .venv || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check .
	touch $@

.venv-test/installed: pyproject.toml requirements-dev.txt
	test -d .venv-test || $(PYTHON) -m venv .venv-test
	.venv-test/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	.venv-test/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
