#!/usr/bin/env bash
# Puts real S3 servers that the distribution does not carry into .venv/servers/bin: what aforo's S3 side is tested against and
# measured with. They listen on this machine alone, started by whoever uses them (tests/session/s3_servers.py).
#
#   scripts/install_s3_servers.sh [versitygw|s3s-fs...]      both, where none is named
#
# versitygw (Go) and s3s-fs (Rust) are of two makes, each with its own idea of S3; both are built here, which takes some
# minutes of CPU the first time, at the lowest priority. Quick when all is there. Exit 2 and a sentence for each that
# could not be had.
set -euo pipefail
cd "$(dirname "$0")/.."

versitygw_version=v1.8.0
s3s_fs_version=0.14.1
servers=$PWD/.venv/servers
failed=0

cannot() {
  echo "install_s3_servers: $1" >&2
  failed=2
}

# The last line that a build said is why.
build() {
  local name=$1
  shift
  echo "Building $name into .venv/servers/bin"
  nice -n 19 "$@" >"$work/log" 2>&1 || cannot "expected to build $name, but the build says: $(grep -v '^ *$' "$work/log" | tail -n 1)"
}

install_versitygw() {
  local module=github.com/versity/versitygw
  if ! command -v go >/dev/null; then
    cannot "expected go to build versitygw with, found none"
  elif ! go version -m "$servers/bin/versitygw" 2>/dev/null | grep -qE "mod[[:space:]]+$module[[:space:]]+$versitygw_version\b"; then
    build versitygw env GOBIN="$servers/bin" GOFLAGS=-trimpath go install -ldflags '-s -w' "$module/cmd/versitygw@$versitygw_version"
  fi
}

install_s3s_fs() {
  if ! command -v cargo >/dev/null; then
    cannot "expected cargo to build s3s-fs with, found none"
  elif [ ! -x "$servers/bin/s3s-fs" ] || ! grep -qs "^\"s3s-fs $s3s_fs_version " "$servers/.crates.toml"; then
    build s3s-fs env CARGO_TARGET_DIR="$work/target" cargo install --quiet --locked --root "$servers" --features binary \
      --version "=$s3s_fs_version" s3s-fs
  fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- versitygw s3s-fs
for server in "$@"; do
  case "$server" in
    versitygw) install_versitygw ;;
    s3s-fs) install_s3s_fs ;;
    *)
      echo "install_s3_servers: expected versitygw or s3s-fs, found '$server'" >&2
      exit 2
      ;;
  esac
done
exit $failed
