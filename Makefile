# LVS Cloud. The two commands: `make twin` rehearses the cloud on this machine, `make test` runs every test.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The name of the twin; several can live side by side.
TWIN ?= main
TOOLS := $(CURDIR)/.twin/tools
# Debian packages that the twin and the tests need; `make packages` installs what is missing.
PACKAGES := debian-archive-keyring iproute2 mmdebstrap nftables openssh-client postgresql shellcheck util-linux xfsprogs

export GOWORK := off

# A recipe is one script, which ends at its first failure.
.ONESHELL:

.PHONY: help
help: ## List the commands.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

.PHONY: twin
twin: tools ## Rehearse: take up the twin, run `pulumi up` on it, show what came of it.
	@twin/rehearse.sh $(TWIN)

.PHONY: twin-env
twin-env: ## Print the exports with which plain pulumi, kubectl and ssh work on the twin.
	@$(TOOLS)/twin env --name $(TWIN)

.PHONY: twin-down
twin-down: ## Remove the twin and everything in it.
	@$(TOOLS)/twin down --name $(TWIN)

.PHONY: packages
packages: ## Install the Debian packages that are missing (needs root).
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done)
	if [[ -n $$missing ]]; then
		echo "installing $$missing"
		[[ $$EUID == 0 ]] || { echo "not root; install them with: apt-get install $$missing" >&2; exit 1; }
		# The tests start servers of their own; the package would have one running on this machine.
		if [[ $$missing == *postgresql* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
			mkdir -p /etc/postgresql-common
			echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
		fi
		apt-get -qq update
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends -o Dpkg::Options::=--force-confold $$missing >/dev/null
	fi

.PHONY: tools
tools: packages ## Build the pinned tools: 15 minutes the first time on two cores, then only what changed.
	@mkdir -p $(TOOLS)
	go build -trimpath -o $(TOOLS)/lvs ./cmd/lvs
	(cd twin; go build -trimpath -o $(TOOLS)/twin ./cmd/twin)
	$(TOOLS)/twin tools

.PHONY: software
software: tools ## Build the pinned software that checks our configuration: 10 minutes the first time on two cores.
	@$(TOOLS)/twin software

.PHONY: check
check: packages ## Run the fast tests, which need neither root nor the tools.
	@echo "== formatting"
	test -z "$$(gofmt -l . | tee /dev/stderr)"
	echo "== scripts"
	shellcheck $$(git ls-files '*.sh' .ci)
	echo "== the program and the operator's command"
	go vet ./...
	go test ./...
	echo "== the Hetzner emulator"
	(cd twin; go vet ./...; go test ./hetzner/... ./readiness/... ./tools/...)
	echo "== the benchmark"
	(cd bench; go vet ./...; go test ./...)

.PHONY: test
test: check tools software ## Run every test (needs root).
	@echo "== the plug-in stand-ins"
	(cd twin; go test -count=1 ./plugins/...)
	echo "== the bridged Hetzner provider"
	(cd twin/hcloud; go vet ./...; go test -count=1 ./...)
	echo "== the kinds of the platform"
	(cd twin/definitions; go vet ./...)
	echo "== the k3s stand-in"
	(cd twin/k3s; go vet ./...; go test -count=1 ./...)
	echo "== the hosts"
	(cd twin; go test -count=1 ./host/... ./cmd/...)
	echo "== what the software says"
	(cd build/cnpg; go vet -trimpath ./...)
	(cd checks; go vet ./...; go test -count=1 ./...)
	echo "== end to end"
	(cd e2e; go vet ./...; go test -count=1 -timeout 60m ./...)

.PHONY: lint
lint: ## Run the linters, and check workflows and commit messages.
	@.ci/commits --test
	.ci/commits
	go tool -modfile=build/actionlint/go.mod actionlint
	for module in . twin twin/definitions twin/hcloud twin/k3s build/cnpg checks e2e bench; do
		echo "== $$module"
		(cd $$module && go tool -modfile=$(CURDIR)/build/lint/go.mod golangci-lint run ./...)
	done

.PHONY: bench
bench: tools ## Measure, and write docs/BENCHMARKS.md anew (needs root; a quarter of an hour, more the first time).
	@cd bench && go run .

.PHONY: golden
golden: ## Write the golden files anew; read the difference before you commit it.
	@go test ./stacks ./review -update
