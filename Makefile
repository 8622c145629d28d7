# `make` tells what there is. CI runs exactly these targets (.ci/run).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Tools live in the repo, each in a file named after its version: a new pin is a new file.
TOOLS := .cache/tools
LINT_VERSION := v2.15.0
LINT := $(TOOLS)/golangci-lint-$(LINT_VERSION)

# The Dockerfile builds with the same line; a test compares them.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD = CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

FUZZTIME ?= 20s

.PHONY: help build demo web web-is-current test quick check fmt vet lint imports race race-stories real netns bolt browser interactive pictures release fuzz model \
	mutants soak bench docs
help: ## this page
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the static binary, ./kafka-reset-bot
	$(BUILD) -o kafka-reset-bot ./cmd/kafka-reset-bot

demo: ## a whole conversation, without Slack and without Kafka
	go run ./cmd/demo -script

WEB := internal/page/web
web: $(WEB)/node_modules ## builds the page's bundle, internal/page/web/dist (Node 20, npm)
	cd $(WEB) && npm run --silent build

web-is-current: $(WEB)/node_modules ## fails where the committed bundle is not what its sources make
	cd $(WEB) && npm run --silent build -- --out $(abspath .cache/web)
	@diff -rq $(WEB)/dist .cache/web || { echo "the committed bundle is not what its sources make: make web, and commit $(WEB)/dist"; exit 1; }

test: ## all that needs Go alone
	go test ./...

# What a change of a rule or a word needs, again and again. The road, the adapters and the stories take minutes: make test.
PURE := ./reset ./commands ./internal/words ./internal/text ./auth ./internal/cron ./internal/config

quick: fmt ## format, vet, the pure packages, the import table: under 20 s on a warm cache
	go vet ./...
	go test $(PURE)
	go test -count=1 .

docs: ## writes docs/reference/cli.md and manifest.json anew
	go test -count=1 ./cmd/kafka-reset-bot -run '^Test(Reference|Manifest)IsUpToDate$$' -update

check: fmt vet lint imports race ## what must be green before a commit

fmt: ## fails if gofmt would change a file
	@changed=$$(gofmt -l $$(go list -f '{{.Dir}}' ./...)); \
	if [ -n "$$changed" ]; then echo "gofmt -w these:"; echo "$$changed"; exit 1; fi

vet: ## go vet, also behind the build tags
	go vet ./...
	go vet -tags realkafka,soak,bolt,netns,release,mutants,chromium ./...

lint: $(LINT) ## golangci-lint, the reasons are in .golangci.yml
	$(LINT) run ./...

imports: ## the table of which package may import which; Dockerfile and manifest
	go test -count=1 .

# The stories and the programs (internal/app, cmd) run on the wall clock, and SQLite, which is Go here, is some ten times slower
# under the race detector: they have it in a target of their own, which make soak runs too.
race: ## the packages again under the race detector; the stories: race-stories
	go test -race -timeout 25m $$(go list ./... | grep -vE '/internal/app|/cmd/')

race-stories: ## the stories and the programs under the race detector, one package at a time
	go test -race -timeout 60m -p 1 ./internal/app/... ./cmd/...

real: ## the suites on Apache Kafka (Java 17, Maven); KAFKA_CLUSTER uses a running one
	scripts/tagged realkafka -timeout 20m

netns: ## a link cut between two network namespaces: a write that was given up never arrives (root, iproute2)
	scripts/tagged netns -timeout 5m

bolt: ## Slack's own Node client against the simulator (Node 20, npm)
	scripts/tagged bolt

browser: $(WEB)/node_modules ## the demo's page in headless Chromium (Debian's chromium, fonts-noto-color-emoji and fonts-lato; Node 20, npm)
	scripts/tagged chromium -timeout 15m

interactive: ## how long it takes from go run to a page that can be used; go build first, as the second run would be
	go build -o /dev/null ./cmd/demo
	go test -tags chromium -run '^$$' -bench Interactive -benchtime 3x ./internal/page/browser

pictures: $(WEB)/node_modules ## takes the pictures of docs/cards anew (as make browser)
	go test ./bot -run '^TestGoldenScenes$$' -update
	go test -tags chromium -count=1 -timeout 15m -run '^TestEveryStateIsDrawn$$' ./internal/page/browser -update

release: ## the binary is static and says its version
	scripts/tagged release

fuzz: ## each fuzz target for FUZZTIME (20s)
	@grep -rlE --include='*_test.go' '^func Fuzz' . | while read -r file; do \
	  for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file"); do \
	    echo "== $$name in $$(dirname "$$file")"; \
	    go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")"; \
	  done; \
	done

model: ## 100,000 random steps of the whole bot, judged from outside (docs/model.md)
	MODEL_RUNS=200 MODEL_STEPS=500 go test -count=1 -run '^TestModel$$' -v -timeout 4h ./internal/app/model

mutants: ## each safety line taken out in turn: the tests of its own package notice within seconds
	scripts/tagged mutants -timeout 30m

soak: ## the long ones: kills, model steps, 10M fuzz executions
	scripts/tagged soak -timeout 6h
	$(MAKE) race-stories
	$(MAKE) fuzz FUZZTIME=10000000x

bench: ## benchmarks, those on Apache Kafka included
	go test -tags realkafka -run '^$$' -bench . -benchmem -timeout 2h ./...

$(WEB)/node_modules: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(LINT):
	@mkdir -p $(TOOLS)
	GOBIN=$(abspath $(TOOLS)) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv $(TOOLS)/golangci-lint $@
