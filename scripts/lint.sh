#!/usr/bin/env bash
# clang-tidy over the sources of a configured build, one per core: scripts/lint.sh BUILD [REGEX] [SECONDS]
#
# REGEX picks source paths (default: all). With SECONDS no new file is begun after that long, and the line at the end
# says how many were left unread; what changed last is read first and tests come last, so that a bounded run reads
# what is most likely wrong.
set -euo pipefail
cd "$(dirname "$0")/.."
pattern=${2:-.}
export build=$1 stop_at=$(($(date +%s) + ${3:-100000}))
found=$(mktemp -d)
export found
trap 'rm -rf "$found"' EXIT

newest_first=$(git log --format= --name-only -n 100 -- 'src/*.cc' 'tests/*.cc' 'bench/*.cc'
  git ls-files --cached --others --exclude-standard 'src/*.cc')
cmake -S . -B "$build" >/dev/null  # the list of what is compiled, and how, as it is now
# Only what this build compiles: a peer's helper may need a library that is not here.
existing() { while read -r file; do if grep -qF "/$file\"" "$build/compile_commands.json"; then echo "$file"; fi; done; }
mapfile -t sources < <(awk 'NF && !seen[$0]++' <<<"$newest_first" | grep -E -- "$pattern" | existing |
  awk '/_(test|fuzz)\.cc$/ { tests[++n] = $0; next } { print } END { for (i = 1; i <= n; ++i) print tests[i] }')

read_one() {
  if [ "$(date +%s)" -ge "$stop_at" ]; then
    echo "$1" >>"$found/unread"
  elif ! clang-tidy-14 --quiet -p "$build" "$1" >"$found/findings.$$" 2>"$found/noise.$$"; then
    cat "$found/findings.$$"
    grep -v 'warnings* generated\|warnings* treated as error' "$found/noise.$$"
    echo "$1" >>"$found/failed"
  fi
}
export -f read_one
printf '%s\n' "${sources[@]}" | xargs -r -P "$(nproc)" -I{} bash -c 'read_one {}'

count() { cat "$found/$1" 2>/dev/null | wc -l; }
echo "clang-tidy: $((${#sources[@]} - $(count unread))) of ${#sources[@]} sources read, $(count failed) with findings"
[ "$(count failed)" -eq 0 ]
