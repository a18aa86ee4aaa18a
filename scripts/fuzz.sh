#!/usr/bin/env bash
# Runs every fuzz program of a build for a share of SECONDS: scripts/fuzz.sh BUILD SECONDS
#
# Starts from tests/fuzz/<program> where that folder exists (small inputs that reach deep), never writes into it, and
# keeps an input that broke something beside the program. Exit 1 if any did.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 seconds=$2

mapfile -t programs < <(find "$build/fuzz" -maxdepth 1 -type f -name 'aforo_*_fuzz' | sort)
if [ ${#programs[@]} -eq 0 ]; then
  echo "fuzz: expected programs in $build/fuzz, found none" >&2
  exit 1
fi
share=$((seconds / ${#programs[@]}))
broken=0
for program in "${programs[@]}"; do
  name=$(basename "$program")
  found=$build/fuzz/corpus/$name
  mkdir -p "$found"
  seeds=(tests/fuzz/"${name#aforo_}")
  [ -d "${seeds[0]}" ] || seeds=()
  if "$program" -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$build/fuzz/broken-$name-" "$found" "${seeds[@]}" >"$build/fuzz/$name.log" 2>&1; then
    runs=$(awk '/stat::number_of_executed_units/ { print $2 }' "$build/fuzz/$name.log")
    echo "fuzz: $name passed $runs inputs in $share s"
  else
    tail -n 60 "$build/fuzz/$name.log"
    echo "fuzz: $name is broken by $build/fuzz/broken-$name-*"
    broken=1
  fi
done
exit $broken
