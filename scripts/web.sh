#!/usr/bin/env bash
# The browser's side of pages (web/), built and tested away from the sources.
#
#   scripts/web.sh FOLDER install            what it is made with, as web/package-lock.json says, into FOLDER
#   scripts/web.sh FOLDER build OUT          install, and make what CMake embeds into OUT
#   scripts/web.sh FOLDER built              what lies in web/dist is what the sources make, byte for byte
#   scripts/web.sh FOLDER units              types, and tests of what needs no browser
#   scripts/web.sh FOLDER report [ARGS...]   reports in the distribution's Chromium (web/test/report.mjs); where AFORO names
#                                            the binary, also those that it writes
#   scripts/web.sh FOLDER app [ARGS...]      the page of 'aforo serve' there, against a made-up server (web/test/app.mjs);
#                                            where AFORO names the binary, also against that one
#
# Exit 77 and a sentence where Node (20.19 or newer) or npm is missing; an error instead with AFORO_REQUIRE_PEERS=1.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1 task=$2
shift 2
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

skip() {
  if [ "${AFORO_REQUIRE_PEERS:-}" = 1 ]; then
    echo "expected every peer (AFORO_REQUIRE_PEERS=1): $1" >&2
    exit 1
  fi
  echo "skipped: $1"
  exit 77
}

node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null ||
  skip "Node 20.19 or newer is not installed: the checked-in web/dist is used as it is, and was not tested"
command -v npm >/dev/null || skip "npm is not installed: the checked-in web/dist is used as it is, and was not tested"

# The sources beside their packages, since a program looks for packages above itself.
copy_sources() {
  rm -rf "$folder/src" "$folder/test"
  cp -R web/src web/test web/package.json web/package-lock.json web/.npmrc web/tsconfig.json web/build.mjs "$folder/"
}

install() {
  copy_sources
  local stamp
  stamp="$(node --version) $(sha256sum <web/package-lock.json)"
  [ "$(cat "$folder/installed" 2>/dev/null)" = "$stamp" ] && return 0
  rm -f "$folder/installed"
  if ! (cd "$folder" && npm ci) >"$folder/install.log" 2>&1; then
    tail -n 5 "$folder/install.log"
    skip "npm could not install what web/package-lock.json names"
  fi
  echo "$stamp" >"$folder/installed"
}

installed() {
  [ -f "$folder/installed" ] || skip "npm could not install what web/package-lock.json names"
}

# Pages as aforo writes them, of the Records that its own tests keep: each kind alone, and several on one page.
write_pages() {
  local records=src/report/testdata pages="$folder/pages" name
  rm -rf "$pages"
  mkdir -p "$pages"
  for name in run_predicted find_max predict size size_nothing catalogue; do
    "$AFORO" report "$records/$name.json" -o "$pages/$name.html" --quiet
  done
  "$AFORO" report "$records"/{predict_sweep,run,run_partial,predict_max}.json -o "$pages/several.html" --quiet
  export AFORO_REPORTS="$pages"
}

# What the binary serves in a test: a folder with one Record.
write_records() {
  local records="$folder/records"
  rm -rf "$records"
  mkdir -p "$records"
  cp src/report/testdata/run_predicted.json "$records/"
  export AFORO_RECORDS="$records"
}

case "$task" in
  install) install ;;
  build)
    install
    mkdir -p "$1"
    (cd "$folder" && npm run --silent check)
    node "$folder/build.mjs" --out "$1"
    ;;
  built)
    installed
    rm -rf "$folder/dist"
    node "$folder/build.mjs" --out "$folder/dist"
    diff -rq web/dist "$folder/dist" || {
      echo "web/dist is not what web/src makes. Please run 'make web' and commit what it changes." >&2
      exit 1
    }
    wc -c web/dist/*
    ;;
  units)
    installed
    (cd "$folder" && npm run --silent check && npm run --silent units)
    ;;
  report | app)
    installed
    if [ -n "${AFORO:-}" ]; then
      if [ "$task" = report ]; then write_pages; else write_records; fi
    fi
    node "$folder/test/$task.mjs" --dist "$PWD/web/dist" "$@"
    ;;
  *)
    echo "web.sh: expected install, build, built, units, report or app, found '$task'" >&2
    exit 2
    ;;
esac
