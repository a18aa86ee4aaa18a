#!/usr/bin/env bash
# Builds a real S3 server for the tests, from its Go module, into .s3 (ignored by git): versitygw, at a fixed version.
#
#   scripts/install_s3_servers.sh
#
# Some minutes of CPU the first time. Where it cannot be had, one sentence says why, and the tests that need it are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v1.8.0
if [ -x .s3/versitygw ] && [ "$(cat .s3/version 2>/dev/null)" = "$version" ]; then
  echo "versitygw $version is there."
  exit 0
fi
if ! command -v go >/dev/null; then
  echo "install_s3_servers: no Go here: versitygw is not installed, and what needs it is skipped."
  exit 0
fi
mkdir -p .s3
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building versitygw $version into .s3"
if GOBIN="$PWD/.s3" go install "github.com/versity/versitygw/cmd/versitygw@$version" >"$log" 2>&1; then
  echo "$version" >.s3/version
else
  tail -3 "$log"
  echo "install_s3_servers: versitygw cannot be built here: what needs it is skipped."
fi
