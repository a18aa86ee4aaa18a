# aforo: the words a person types. `make help` lists them.
#
# Builds live in build/<preset> (CMakePresets.json); the binary that people run is build/release/aforo.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PRESET ?= release
# Only these tests, as a regular expression: make test TESTS=dataset
TESTS ?= .
FUZZ_SECONDS ?= 60
CTEST := ctest --output-on-failure --parallel $(JOBS)
# The sanitizers' shadow memory cannot stand where newer kernels' address randomisation may put the program.
STABLE_ADDRESSES := $(shell setarch -R true 2>/dev/null && echo setarch -R)
# What ccache must overlook to store what was compiled with precompiled headers.
export CCACHE_SLOPPINESS ?= pch_defines,time_macros
LAUNCHER := $(if $(shell command -v ccache),-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)

.PHONY: help demo build test web bench accuracy accuracy-checkpoints check format lint sanitize asan tsan fuzz deps-build deps-test deps-check clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build  ## install what is missing, build, and train two small jobs against this directory's disk
	@scripts/demo.sh build/release/aforo

build: deps-build  ## the release binary: build/release/aforo
	@$(MAKE) --no-print-directory build/release/build.ninja
	@cmake --build build/release --target aforo --parallel $(JOBS)

test: deps-test  ## install what is missing, build and pass every test (PRESET=dev for assertions, TESTS=regex)
	@$(MAKE) --no-print-directory build/$(PRESET)/build.ninja
	@cmake --build build/$(PRESET) --parallel $(JOBS)
	@$(CTEST) --test-dir build/$(PRESET) --tests-regex '$(TESTS)' --no-tests=error

web:  ## make web/dist, which is embedded as it is, from web/src (needs Node 20.19 and npm; commit what changes)
	@AFORO_REQUIRE_PEERS=1 scripts/web.sh build/web build web/dist

check: format lint  ## format and lint, changing nothing

format: deps-check  ## say which files clang-format would change (make format FIX=1 changes them)
	@git ls-files -co --exclude-standard '*.h' '*.cc' | xargs -r clang-format-14 $(if $(FIX),-i,--dry-run --Werror)

lint: deps-check  ## clang-tidy over every source (LINT_FILES=regex for some of them)
	@$(MAKE) --no-print-directory build/lint/build.ninja
	@scripts/lint.sh build/lint '$(LINT_FILES)' $(LINT_SECONDS)

sanitize: asan tsan  ## every unit test under the address+undefined and the thread sanitizer

# Sizings by the hundred, once for each column of the catalogue, or of whole shipped examples, run the same code many
# times over.
MANY_SIZINGS := *CatalogueUse*:*TheShippedExamplesNameWhatServesAll*:Screening.TheCheapest*
# The accuracy bench is a script around the same commands; and of the sessions some only read and refuse, on one thread, or
# wait for what hangs: threads that meet are those of runs, probes, live views and of the server. Several hosts are joined by
# Open MPI, which was not built for sanitizers; the room `hosts` is tested without it.
asan: SESSIONS := accuracy.harness|session.hosts
tsan: SESSIONS := accuracy.harness|session.(words|refusals|inspect|report|predict|dataset|record|hung|hosts|serve.schema)
asan: deps-check
tsan: deps-build
asan tsan:
	@$(MAKE) --no-print-directory build/$@/build.ninja
	@cmake --build build/$@ --parallel $(JOBS)
	@AFORO_SIZINGS=20 GTEST_FILTER='-$(MANY_SIZINGS)' $(STABLE_ADDRESSES) $(CTEST) --test-dir build/$@ \
	  --label-exclude 'tree|interop|sizing|images|web' --exclude-regex '$(SESSIONS)' --no-tests=error

fuzz: deps-check  ## fuzz every parser, FUZZ_SECONDS=60 in all
	@$(MAKE) --no-print-directory build/fuzz/build.ninja
	@cmake --build build/fuzz --target aforo_fuzz --parallel $(JOBS)
	@scripts/fuzz.sh build/fuzz $(FUZZ_SECONDS)

# Where the benchmarks may lay their files (up to 8 GB, removed at the end), and more words for bench/run.py.
BENCH_DIR ?= .
BENCH_MEMORY_DIR ?= /dev/shm
BENCH_ARGS ?=
bench: build  ## measure speed beside the peers, on an idle machine (BENCH_DIR=., BENCH_ARGS=--quick)
	@cmake --build build/release --target limit_reader --parallel $(JOBS)
	@python3 bench/run.py --dir '$(BENCH_DIR)' --memory-dir '$(BENCH_MEMORY_DIR)' $(BENCH_ARGS)

# What `make bench` says of its directories holds here too (up to 9 GB on disk and 2 GB in memory).
# SEED=n draws the cases by that seed instead of taking those of the table.
ACCURACY_ARGS ?=
SEED ?=
accuracy: build  ## hold predictions against measurements: docs/accuracy.md (BENCH_DIR=., SEED=n, ACCURACY_ARGS=--quick)
	@scripts/install_dependencies.sh bench || echo "Without these, storages that need them are skipped by name."
	@cmake build/release >/dev/null
	@cmake --build build/release --target accuracy_tools --parallel $(JOBS)
	@python3 bench/accuracy/run.py --dir '$(BENCH_DIR)' --memory-dir '$(BENCH_MEMORY_DIR)' \
	  $(if $(SEED),--seed '$(SEED)') $(ACCURACY_ARGS)

# The same for checkpoints that are really written; SEED is chosen after the code was.
accuracy-checkpoints: build  ## hold predicted checkpoints against written ones: docs/accuracy-checkpoints.md (BENCH_DIR=., SEED=n)
	@scripts/install_dependencies.sh bench || echo "Without these, storages that need them are skipped by name."
	@cmake build/release >/dev/null
	@cmake --build build/release --target accuracy_tools --parallel $(JOBS)
	@python3 bench/accuracy/saving.py --dir '$(BENCH_DIR)' --memory-dir '$(BENCH_MEMORY_DIR)' --seed '$(SEED)' $(ACCURACY_ARGS)

clean:  ## remove the builds (not .venv, not data)
	rm -rf build

build/%/build.ninja:
	@cmake --preset $* $(LAUNCHER) >build-$*.log 2>&1 || { cat build-$*.log; rm -f build-$*.log; exit 1; }
	@rm -f build-$*.log

deps-build:
	@scripts/install_dependencies.sh build

deps-check:
	@scripts/install_dependencies.sh build check

# The tests pass without the peers, which then are skipped by name; AFORO_REQUIRE_PEERS=1 insists on them (CI).
deps-test:
	@scripts/install_dependencies.sh build test
	@scripts/install_peers.sh tensorflow || { [ -z "$${AFORO_REQUIRE_PEERS:-}" ] && \
	  echo "TensorFlow cannot be installed here: the tests that need it will be skipped by name."; }
