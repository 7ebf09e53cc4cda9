# Every target installs and builds what it needs. DEPLOYMENT=production/compute limits a run to one deployment.

INFRA := node_modules/.bin/infra
TOOLCHAIN := node tools/toolchain/dist/cli.js
DEPLOYMENT ?= --all

# npm writes this file at the end of an installation; .infra/built is written at the end of a build.
INSTALLED := node_modules/.package-lock.json
BUILT := .infra/built
SOURCES = $(shell find packages generators tools package.json tsconfig*.json \
	\( -name node_modules -o -name dist -o -name lib -o -name '*.spec.ts' \) -prune \
	-o \( -path '*/src' -o -path '*/src/*' -o -name 'package.json' -o -name 'tsconfig*.json' -o -name 'schema.json' \) -print)

# Exit code 2 of infra says that there are changes.
run = @$(INFRA) $(1); code=$$?; [ $$code -eq 0 ] || [ $$code -eq 2 ]

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup toolchain engine validate plan apply destroy drift cost list doctor test test-real test-faults bench build lint format clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

setup: $(BUILT) ## Install the npm packages and compile, when something changed

$(INSTALLED): package-lock.json
	npm ci
	@touch $@

$(BUILT): $(INSTALLED) $(SOURCES)
	npm run build
	@mkdir -p $(@D) && touch $@

toolchain: setup ## Install or build what the tests need into ~/.cache/infra: tofu, hcloud provider, checkov, consul, garage, …
	@$(TOOLCHAIN)

engine: setup ## Find tofu or terraform, or install or build tofu
	@$(TOOLCHAIN) engine >/dev/null

validate: engine ## Validate the example inventory, and check its plans against the policy
	$(call run,validate $(DEPLOYMENT) --offline)
	$(call run,policy $(DEPLOYMENT) --offline)

plan: engine ## Plan the example inventory offline
	$(call run,plan $(DEPLOYMENT) --offline)

apply: engine ## Apply the example inventory to the emulated cloud
	$(call run,apply $(DEPLOYMENT) --offline --yes)

destroy: engine ## Destroy everything in the emulated cloud
	$(call run,destroy $(DEPLOYMENT) --offline --yes)

drift: engine ## Compare the emulated cloud with the recorded state
	$(call run,drift $(DEPLOYMENT) --offline)

cost: engine ## Show what the example inventory costs per month
	$(call run,cost $(DEPLOYMENT) --offline)

list: setup ## List the deployments of the example inventory
	$(call run,list)

doctor: engine ## Check that this machine has what runs need
	$(call run,doctor --offline)

test: ## Lint, and run all tests; the last line counts passes and failures
	@node tools/test-report/test-report.mjs \
		--setup '$(MAKE) --no-print-directory setup' \
		--check '$(MAKE) --no-print-directory toolchain >/dev/null' \
		--check 'npm run --silent lint' \
		--vitest 'node_modules/.bin/vitest run'

test-real: toolchain ## Validate and plan every example with the real providers that can be downloaded or built
	@node tools/real/dist/cli.js

test-faults: toolchain ## Run the fault matrix (100 rounds, 30 kills each) and 10,000 fuzzed inputs per parser, on real services
	@INFRA_TEST_LONG=1 INFRA_FUZZ_RUNS=$${INFRA_FUZZ_RUNS:-10000} node_modules/.bin/vitest run .fault.spec .fuzz.spec \
		kill.spec interruption.spec recovery.spec state-command.spec engine/state/ rekey/rekey.spec secrets/src/canaries secrets/src/run.spec secrets/src/vault

bench: toolchain ## Measure the engine's overhead, synthesis and graph inference
	@node tools/bench/dist/cli.js

build: setup ## Same as setup

lint: setup ## Check format, layers and types
	npm run --silent lint

format: $(INSTALLED) ## Format all files
	npm run --silent format

clean: ## Remove what was built and run here; the cache stays
	rm -rf .infra .nx packages/*/dist packages/*/*/dist packages/providers/*/lib generators/dist tools/*/dist
	find packages generators tools -name node_modules -prune -o -name '*.tsbuildinfo' -exec rm -f {} +
