#!/usr/bin/env bash
# The main job on a small scale, as `make demo` shows it: scripts/demo.sh AFORO [DIR]
#
# Two training jobs, one of many small files and one of few large ones: lay the dataset, look at it, train against the
# disk of DIR (default ./demo-data), say what was seen and what real clusters of such jobs would need. What it wrote is
# removed at the end; a directory that holds anything else is refused by aforo itself.
set -euo pipefail
cd "$(dirname "$0")/.."
aforo=$1
dir=${2:-demo-data}
jobs=(photos scans)
needed_gb=5

if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() { printf '%s$ aforo %s%s\n' "$bold" "$*" "$plain" && "$aforo" "$@"; }

free_gb=$(($(df --output=avail -B 1000000000 . | tail -n 1)))
if [ "$free_gb" -lt "$needed_gb" ]; then
  echo "demo: expected $needed_gb GB free for $dir, found $free_gb GB: free some, or name a directory elsewhere:" >&2
  echo "  scripts/demo.sh $aforo DIR" >&2
  exit 2
fi
mkdir -p "$dir"
records=$(mktemp -d)
clean_up() {
  for job in "${jobs[@]}"; do
    if [ -d "$dir/$job" ]; then "$aforo" generate --delete "$dir/$job" --quiet || true; fi
  done
  rmdir --ignore-fail-on-non-empty "$dir"/* "$dir" 2>/dev/null || true
  rm -rf "$records"
}
trap clean_up EXIT

train() {  # a target that is missed is a result, not a failure
  local status=0
  show run "data/demo/$1.yaml" "$dir/$1" --drop-caches --json "$records/$1.json" || status=$?
  [ "$status" -le 1 ] || exit "$status"
}

say "1. Many small files: photographs for ResNet-50, one JPEG each. Lay them on this disk:"
show generate data/demo/photos.yaml "$dir/photos"
say "What is in that directory? (aforo asks the files, not the workload; try it on a dataset of yours)"
show inspect "$dir/photos"
say "Train on them with 4 emulated accelerators, every epoch from the disk and not from memory:"
train photos

say "2. Few large files: CT volumes for a 3D U-Net."
show generate data/demo/scans.yaml "$dir/scans"
show inspect "$dir/scans"
say "One accelerator asks for 3 GB/s of them:"
train scans

say "3. What would have to be bought for 100 TB of such photographs and 64 accelerators? Arithmetic, no disk:"
show size data/demo/photos.yaml --accelerators 64 --dataset-size 100TB --where on-premises

number() { sed -n "s/^  \"$2\": \([-+0-9.e]*\),\{0,1\}$/\1/p" "$records/$1.json" | head -n 1; }
limit() { sed -n 's/^    "limit": "\(.*\)",\{0,1\}$/\1/p' "$records/$1.json" | head -n 1; }
say "This disk, seen from two training jobs:"
printf '%-8s %13s %12s %12s   %s\n' job accelerators busy reads "limited by"
for job in "${jobs[@]}"; do
  awk -v job="$job" -v n="$(number "$job" accelerators)" -v au="$(number "$job" au)" \
    -v rate="$(number "$job" bytes_per_second)" -v limit="$(limit "$job")" 'BEGIN {
      if (limit == "not limited") limit = "nothing: the disk keeps up"
      printf "%-8s %13d %10.1f %% %8.2f GB/s   %s\n", job, n, 100 * au, rate / 1e9, limit }'
done
echo
echo "Next: your own directory.  build/release/aforo inspect DIR, then build/release/aforo run --help"
