# `make demo` and `make test` do everything on a fresh Debian or Ubuntu with only Rust there.

JOIST := target/release/joist
# Where OTP's sources are kept.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/joist/otp25
# The kernel is no host program: only `joist`'s own build makes it.
HOST := --workspace --exclude joist-kernel

demo: deps joist
	$(MAKE) -s -C examples hello hello_http
	$(JOIST) build examples/hello/_build/prod/rel/hello -o target/hello.elf
	@echo; status=0; $(JOIST) run target/hello.elf || status=$$?; echo; echo "exit status $$status"; exit $$status
	$(JOIST) build examples/hello_http/_build/prod/rel/hello_http -o target/hello_http.elf
	@echo; JOIST=$(JOIST) scripts/serve-and-ask target/hello_http.elf 8080 8080

# Formatting, lints, then every test: units and properties of all crates, whole images in QEMU, OTP's own suites.
# $$JOIST_TEST_OTPS=DIR:DIR names further OTP installations to compare with.
test: deps joist
	$(MAKE) -s -C examples all >/dev/null
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --quiet $(HOST) --all-targets -- --deny warnings
	CUSTOM_LIBFUZZER_PATH=none/none cargo clippy --quiet --manifest-path fuzz/Cargo.toml --target-dir target -- --deny warnings
	cargo test --no-fail-fast $(HOST)

# OTP 25's own suites: every case that stock passes is to pass, but for tests/otp-suites/expected-failures.tsv. (`test`
# runs the pure and local ones.)
CLASSES ?= pure local io net host
otp-suites: deps joist
	escript tests/otp-suites/otp_suites.escript $(CACHE) $(JOIST) $(CLASSES)

# The compiler as a witness: OTP 25's stdlib, kernel and compiler give the same bytes as under stock.
witness: deps joist
	escript tests/otp-suites/witness.escript $(CACHE) $(JOIST)

# A mixed load for so many minutes on each engine, with one scheduler and two: nothing may be left or grow.
MINUTES ?= 15
soak: deps joist
	JOIST_SOAK_MINUTES=$(MINUTES) cargo test --package joist-tests --test soak -- --nocapture

# Transfers of so many megabytes through a wire that loses, doubles, reorders and delays frames (as root).
MEGABYTES ?= 100
wire: deps joist
	JOIST_WIRE_MEGABYTES=$(MEGABYTES) cargo test --package joist-tests --test wire transfers -- --nocapture --test-threads 1

# Connections that come and go for so many minutes (as root).
wire-soak: deps joist
	JOIST_WIRE_SOAK_MINUTES=$(MINUTES) cargo test --package joist-tests --test wire soak -- --nocapture

joist:
	cargo build --release

deps:
	@scripts/install-deps.sh

clean:
	cargo clean
	$(MAKE) -C examples clean

.PHONY: demo test otp-suites witness soak wire wire-soak joist deps clean
