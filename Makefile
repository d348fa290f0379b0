# `make demo` and `make test` do everything on a fresh Debian or Ubuntu with only Rust there.

JOIST := target/release/joist
# The kernel is no host program: only `joist`'s own build makes it.
HOST := --workspace --exclude joist-kernel

demo: deps joist
	$(MAKE) -s -C examples hello
	$(JOIST) build examples/hello/_build/prod/rel/hello -o target/hello.elf
	@echo; status=0; $(JOIST) run target/hello.elf || status=$$?; echo; echo "exit status $$status"; exit $$status

# Formatting, lints, then every test: units and properties of all crates, and whole images in QEMU.
# $$JOIST_TEST_OTPS=DIR:DIR names further OTP installations to compare with.
test: deps joist
	$(MAKE) -s -C examples all >/dev/null
	cargo fmt --all --check
	cargo clippy --quiet $(HOST) --all-targets -- --deny warnings
	cargo test --no-fail-fast $(HOST)

joist:
	cargo build --release

deps:
	@scripts/install-deps.sh

clean:
	cargo clean
	$(MAKE) -C examples clean

.PHONY: demo test joist deps clean
