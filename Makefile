# The front door; `make help` lists what there is.
SHELL := /bin/bash
JOBS ?= $(shell scripts/jobs.sh)
DEMO_ARGS ?=

.PHONY: build all test demo bench format lint clean install-deps help

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

install-deps:  ## install the Debian packages that are missing (root or sudo)
	@scripts/install-packages.sh

build: install-deps  ## build/sinew alone, optimised for this machine: 10 minutes of CPU at most
	@cmake --preset release >/dev/null
	@scripts/build.sh $(JOBS) sinew

all: install-deps  ## the program, the tests and what a robot's computer needs: 30 minutes of CPU at most
	@cmake --preset release >/dev/null
	@scripts/build.sh $(JOBS) all

test: all  ## every test
	@ctest --test-dir build --output-on-failure -j2

demo: build  ## train an arm to reach, evaluate, plot, film, export and verify it; DEMO_ARGS="--steps 20000"
	@scripts/demo.sh $(DEMO_ARGS)

bench: build  ## figures: simulation, learner, policy, training
	@for what in sim learner policy train; do build/sinew bench $$what || exit 1; done

format:  ## lay out every source file with clang-format
	@scripts/install-packages.sh clang-format
	@find core spec policy sim robots tasks models agents training media deploy viewer bench apps tests examples \
	  -name '*.cc' -o -name '*.h' -o -name '*.c' | xargs clang-format -i

lint: build  ## clang-format, clang-tidy and cppcheck over every source file
	@scripts/install-packages.sh clang-format clang-tidy cppcheck
	@scripts/lint.sh $(JOBS)

clean:  ## remove the build folders; runs and demos stay
	@rm -rf build build-debug build-asan build-tsan
