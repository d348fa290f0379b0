#!/bin/sh
# fetch.sh DIR: unpacks the source tree of OTP 25, as Debian 12 distributes it, to DIR/src (nothing when it is there).
# Uses a state of apt's own under DIR, so that the system's is left alone.
set -eu

dir=$(mkdir -p "$1" && realpath "$1")
[ -f "$dir/src/OTP_VERSION" ] && exit 0

apt=$dir/apt
mkdir -p "$apt/etc" "$apt/state/lists/partial" "$apt/cache/archives/partial"
# The mirror that the system uses, if it is a Debian; else Debian's own.
uri=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null |
  sed -nE 's/^URIs: *//p; s/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' | grep debian | grep -v security | sed -n 1p)
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${uri:-http://deb.debian.org/debian} bookworm main" \
  >"$apt/etc/sources.list"
: >"$apt/status"
get() {
  apt-get -qq -o Dir::Etc="$apt/etc" -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" \
    -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}
get update
cd "$apt"
get --download-only source erlang
mkdir -p "$dir/unpacking"
for t in erlang_*.orig*.tar.*; do tar -C "$dir/unpacking" --strip-components=1 -xf "$t"; done
mv "$dir/unpacking" "$dir/src"
rm -rf "$apt"
