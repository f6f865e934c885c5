# Every command of daily work. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run build test firmware bench fuzz format check-format tidy analyze panel clean

ARGS ?=
SECONDS_PER_TARGET ?= 60
JOBS ?= $(shell nproc)

rooms := base dlms sts meter world station apps
formatted := $(shell find $(rooms) tests bench fuzz -name '*.[ch]pp' 2>/dev/null)
panel_sources := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install what is missing, build, start a meter with its panel and read it (ARGS="--model SM306" ...)
	@scripts/run.sh $(ARGS)

build: panel build/release/build.ninja ## the optimised program, build/blathy
	@cmake --build --preset release
	@ln -sfn release/apps/blathy/blathy build/blathy

test: ## every test, under AddressSanitizer and UndefinedBehaviorSanitizer
	@scripts/install.sh test firmware
	@$(MAKE) --silent --no-print-directory panel build/debug/build.ninja build/firmware/build.ninja
	@cmake --build --preset firmware
	@cmake --build --preset debug
	@ctest --preset debug --parallel $$(($(JOBS) + 1))

firmware: ## the Cortex-M4 image and its size (scripts/qemu.sh runs it)
	@scripts/install.sh firmware
	@$(MAKE) --silent --no-print-directory build/firmware/build.ninja
	@cmake --build --preset firmware
	@scripts/firmware_size.sh build/firmware/apps/firmware/blathy-firmware.elf

bench: ## build and run the benchmarks (ARGS="--benchmark_filter=..." ...)
	@scripts/install.sh bench
	@$(MAKE) --silent --no-print-directory panel build/bench/build.ninja
	@cmake --build --preset bench
	@scripts/bench.sh $(ARGS)

fuzz: ## run every fuzz target for SECONDS_PER_TARGET (60)
	@scripts/install.sh checks
	@scripts/fuzz.sh $(SECONDS_PER_TARGET)

format: ## clang-format every source in place
	@clang-format -i $(formatted)

check-format: ## fail when a source is not formatted
	@clang-format --dry-run --Werror $(formatted)

tidy: ## clang-tidy, on every source of the rooms or those changed since BASE=revision
	@scripts/install.sh checks
	@$(MAKE) --silent --no-print-directory panel build/debug/build.ninja
	@scripts/tidy.sh $(BASE)

analyze: ## clang's static analyzer, on the core
	@scripts/install.sh checks
	@$(MAKE) --silent --no-print-directory panel build/debug/build.ninja
	@scripts/tidy.sh --analyze

panel: web/dist/index.html ## the front panel's pages, web/dist
	@:

clean: ## remove everything that was built
	rm -rf build web/dist

# Ninja reconfigures by itself when a CMakeLists.txt changes; only the presets are out of its sight.
build/%/build.ninja: CMakePresets.json
	@echo "Configuring the $* build"
	@cmake --preset $* >/dev/null
	@touch $@

web/node_modules/.installed: web/package-lock.json
	@echo "Installing the panel's build tools"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.installed $(panel_sources)
	@echo "Building the panel"
	@cd web && npm run --silent build
