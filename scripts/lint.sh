#!/usr/bin/env bash
# clang-tidy over the sources of a configured build, several at once: scripts/lint.sh BUILD [REGEX] [SECONDS]
#
# REGEX picks source paths (default: all). With SECONDS it stops starting new files after that long and says how many
# it left unread, newest change first, so that a bounded run reads what is most likely wrong.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 pattern=${2:-.} seconds=${3:-100000}

mapfile -t changed < <(git log --format= --name-only -n 100 -- 'src/*.cc' | awk '!seen[$0]++')
mapfile -t sources < <(printf '%s\n' "${changed[@]}" "$(git ls-files -co --exclude-standard 'src/*.cc')" |
  awk 'NF && !seen[$0]++' | grep -E -- "$pattern" | while read -r f; do if [ -f "$f" ]; then echo "$f"; fi; done)

failures=$(mktemp -d)
trap 'rm -rf "$failures"' EXIT
export build failures
read_one() {
  if [ "$(date +%s)" -ge "$stop_at" ]; then
    echo "$1" >>"$failures/unread"
  elif ! clang-tidy-14 --quiet -p "$build" "$1" >"$failures/log.$$" 2>"$failures/noise.$$"; then
    cat "$failures/log.$$" "$failures/noise.$$" | grep -v 'warnings generated' || true
    echo "$1" >>"$failures/failed"
  fi
}
export -f read_one
stop_at=$(($(date +%s) + seconds))
export stop_at
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} bash -c 'read_one {}'

count() { if [ -f "$failures/$1" ]; then wc -l <"$failures/$1"; else echo 0; fi; }
echo "clang-tidy: $((${#sources[@]} - $(count unread))) of ${#sources[@]} sources read, $(count failed) with findings"
[ "$(count failed)" -eq 0 ]
