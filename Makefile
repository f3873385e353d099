# make run    the demo station with its windows
# make test   everything that a change must pass          make test-full  and what takes long
# make demo   the story without a person                  make bench      figures
# make train  a counter to rehearse at: every virtual device, every fault
# make deb    packages for Debian-family systems          make check-assets  whether matters, forms and flows hold
# make setup  system packages only                        make test-devices  drivers against their counterparts
# make bench-devices  figures of device hosts and of the window beside them
# make test-crash KILLS=500 SEED=1 [MUTANT=name]  random deaths of a terminal, half of them power cuts

SHELL := /usr/bin/env bash
# Without --norc a bash that is asked from afar reads its settings, which stumble over -u.
.SHELLFLAGS := --norc -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup ui build run train demo test test-full test-devices test-crash bench bench-devices deb check-assets

# Where cargo puts things; a folder of the clone unless somebody says otherwise.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
PROGRAMS := $(CARGO_TARGET_DIR)/debug
# One shape of the build for everything: another choice of packages or targets would unify other features and
# compile half of the crates a second time.
BUILD := cargo build --workspace --all-targets
UI_SOURCES := $(shell find ui/src ui/public ui/*.html ui/*.json ui/*.ts -type f 2>/dev/null)

help:
	@sed -n 's/^# //p' Makefile | head -7

setup:
	@installer/packages.sh build run

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund
	@touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && node node_modules/vite/bin/vite.js build --logLevel warn
	@touch $@

ui: ui/dist/index.html

build: setup ui
	$(BUILD)

run: build
	exec $(PROGRAMS)/demo run

train: build
	exec $(PROGRAMS)/demo train

demo: build
	exec $(PROGRAMS)/demo --state target/demo/station play --papers target/demo

test:
	@installer/packages.sh build run test
	@tests/stages.sh

test-full:
	@installer/packages.sh build run test
	@tests/stages.sh full

# Matters, forms, flows, papers and code tables: read, compared with their sources, played to each end.
check-assets: build
	$(PROGRAMS)/check-assets

# Device hosts and drivers: what they ran against, the faults that were injected.
test-devices:
	@installer/packages.sh build run test
	@tests/devices.sh

# Random deaths of a terminal, half of them power cuts; MUTANT plants a fault that must turn it red.
#   make test-crash KILLS=500 SEED=1 [MUTANT=synchronous-off]
test-crash:
	@installer/packages.sh build run test
	@KILLS="$(KILLS)" SEED="$(SEED)" MUTANT="$(MUTANT)" tests/crash.sh

# Figures of a release, as a counter has it.
bench: setup ui
	cargo build --release --workspace --bins
	$(CARGO_TARGET_DIR)/release/demo --state target/bench/station bench
	PROFILE=release node tests/browser/bench.mjs

# READINGS and BLOWS for fewer. The replayed bus needs the packages of the tests.
bench-devices: ui
	@installer/packages.sh build run test
	cargo build --release --workspace --bins --examples
	$(CARGO_TARGET_DIR)/release/examples/bench
	PROFILE=release node tests/browser/bench-devices.mjs

deb: setup ui
	@installer/deb.sh
