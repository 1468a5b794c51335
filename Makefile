# SPDX-License-Identifier: GPL-3.0-or-later
#
# The build cache is $CARGO_TARGET_DIR where that is set. Otherwise it is outside the clone, in
# ${XDG_CACHE_HOME:-~/.cache}/pii-milter/target, so that a fresh clone is warm.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c

ifeq ($(origin CARGO_TARGET_DIR), undefined)
CARGO_TARGET_DIR := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pii-milter/target
endif
export CARGO_TARGET_DIR

# Who is not root builds as himself, and runs only what needs Postfix by sudo.
ifneq ($(shell id -u),0)
AS_ROOT := --config 'target."cfg(unix)".runner="tests/as-root.sh"'
endif
CARGO := cargo $(AS_ROOT)

# How often `make long` goes over what may depend on chance.
ROUNDS ?= 10
# What `make eval` scores against: a folder with labelled mail (*.jsonl) and the scorer that is to be asked.
DATA   ?=
SCORER ?= $(DATA)/../tools/eval.py
# How often `make faults` kills the daemon at each point.
KILLS  ?= 20
# Where `make packages` puts what it builds, and what it needs.
PACKAGES ?= $(CARGO_TARGET_DIR)/packages/out
PACKAGING := dpkg-dev lintian rpmlint
BENCH  ?= ../shared/bench/run.sh
# What `make eval-documents` scores, a folder with documents and what stands in them, and who it stands beside.
DOCUMENTS ?= ../shared/data/documents-dev
READERS := poppler-utils catdoc antiword unrtf tnef libreoffice-writer-nogui libreoffice-calc-nogui \
    libreoffice-impress-nogui python3-docx python3-openpyxl python3-bs4

.PHONY: help demo test faults long packages eval eval-documents bench lint licences install rust

help: ## Say what can be made (this)
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: install rust ## Send sample mails through a private Postfix with pii-milter, and tell what became of each
	@cargo build --release --locked --bin pii-milter --example demo
	@$(CARGO) run --quiet --release --locked --example demo

test: install lint licences ## Install what the tests need and run them all
	packaging/test-install.sh short
	@# The tests of the demo want the program.
	cargo build --locked --example demo
	$(CARGO) test --locked --lib --bins --tests

long: install lint ## Run the tests, then what depends on chance or time, again and again (ROUNDS=10)
	@command -v cargo-deny >/dev/null || { echo 'long: installing cargo-deny by cargo'; cargo install --quiet --locked cargo-deny; }
	cargo deny --locked check licenses bans sources
	@if cargo deny --locked fetch db; then cargo deny --locked check --disable-fetch advisories; \
	    else echo '### SKIPPED: advisories are not checked, github.com cannot be reached'; fi
	@tests/install.sh packages $(PACKAGING) mmdebstrap systemd-container rpm spin python3-venv
	tests/model/run.sh
	packaging/test-install.sh
	MANGLE_ROUNDS=50000 $(CARGO) test --locked --release --test mangle
	MANGLE_ROUNDS=20000 $(CARGO) test --locked --release --test mangle_documents
	$(CARGO) test --locked --release --test budgets --test engine
	tests/oracle/million.sh
	MANGLE_SECONDS=600 $(CARGO) test --locked --release --test fuzz
	PII_MILTER_LONG=1 $(CARGO) test --locked --release --test milter -- --nocapture
	$(CARGO) test --locked --release --test mta
	@for round in $$(seq $(ROUNDS)); do \
	    echo "long: round $$round of $(ROUNDS)"; \
	    $(CARGO) test --locked --quiet --test sandbox --test mta; \
	done
	$(CARGO) test --locked --lib --bins --tests

faults: install rust ## Break what the quarantine stands on at full size, and count what is lost or doubled (20 min)
	cargo build --locked
	PII_MILTER_FAULTS=$(KILLS) $(CARGO) test --locked --test faults -- --nocapture

packages: rust ## Build the deb and the rpm into PACKAGES (the build cache, packages/out)
	@tests/install.sh packages $(PACKAGING)
	packaging/build.sh $(PACKAGES)

eval: rust ## Score the detectors against labelled mail: make eval DATA=FOLDER
	@if [ -z "$(DATA)" ] || [ ! -f "$(SCORER)" ]; then \
	    echo 'eval: needs a folder with labelled mail and the program that scores: make eval DATA=FOLDER [SCORER=eval.py]'; \
	    echo 'eval: the mail is *.jsonl, one object a line: {"id", "headers", "text", "class", "spans"}'; \
	    exit 2; \
	fi
	@cargo build --release --locked --bin pii-milter
	python3 tests/eval.py --program $(CARGO_TARGET_DIR)/release/pii-milter --scorer $(SCORER) $(DATA)/mail-*.jsonl

eval-documents: rust ## Score the readers of documents beside others: make eval-documents [DOCUMENTS=FOLDER]
	@[ -f "$(DOCUMENTS)/manifest.jsonl" ] || { echo 'eval-documents: needs a folder with manifest.jsonl: make eval-documents DOCUMENTS=FOLDER'; exit 2; }
	@tests/install.sh packages $(READERS)
	@cargo build --release --locked --bin pii-milter
	python3 tests/eval-documents.py --program $(CARGO_TARGET_DIR)/release/pii-milter --peers --list $(DOCUMENTS)

bench: rust ## Measure a running milter beside a do-nothing one: make bench [BENCH=run.sh]
	@[ -x "$(BENCH)" ] || { echo 'bench: needs the bench beside the clone, or make bench BENCH=PATH/run.sh'; exit 2; }
	@cargo build --release --locked --bin pii-milter
	tests/bench.sh $(CARGO_TARGET_DIR)/release/pii-milter $(BENCH)

lint: rust install ## Check format, lints and manual pages
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	@pages=$$(ls man/*.[58] 2>/dev/null || true); \
	    [ -z "$$pages" ] || { echo "mandoc -Tlint $$pages"; mandoc -Tlint -W warning $$pages; }

licences: rust ## Check licences and bans of what we are built from
	@if command -v cargo-deny >/dev/null; then cargo deny --locked check licenses bans sources; \
	    else echo '### SKIPPED: licences and bans are not checked, cargo-deny is not installed (make long installs it)'; fi

install: ## Install Debian's packages that tests and demo need, if any is missing
	@tests/install.sh

rust:
	@command -v cargo >/dev/null || { echo 'This needs the Rust toolchain (cargo): https://rustup.rs' >&2; exit 1; }
