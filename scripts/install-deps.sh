#!/bin/sh
# Installs what `make demo` and `make test` need on Debian or Ubuntu, and nothing when all of it is there:
# QEMU, Erlang/OTP with rebar3 and Elixir (the stock side of every comparison), a C compiler's linker for Rust.
set -eu

missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need qemu-system-x86_64 qemu-system-x86
need erl erlang-base
need rebar3 rebar3
need mix elixir
need cc gcc
need make make
need curl curl
# The tests' own networks.
need ip iproute2
need unshare util-linux
# Applications that the examples and their tools use, beyond what erlang-base brings.
otp=$(erl -noshell -eval 'io:put_chars(code:lib_dir()), halt().' 2>/dev/null || echo /usr/lib/erlang/lib)
for app in observer crypto parsetools syntax_tools tools eunit inets ssl; do
  ls -d "$otp/$app"-* >/dev/null 2>&1 || missing="$missing erlang-$(echo $app | tr _ -)"
done

if ! command -v cargo >/dev/null 2>&1; then
  echo "install-deps: Rust is not here: install it from https://rustup.rs" >&2
  exit 1
fi
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "install-deps: this needs$missing, and there is no apt-get: install them by hand" >&2
  exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
  sudo=$(command -v sudo) || { echo "install-deps: this needs$missing: run as root, or install sudo" >&2; exit 1; }
fi
echo "install-deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
