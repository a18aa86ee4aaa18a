#!/usr/bin/env bash
# Installs what is missing from the distribution for one or more sets, and only that.
#
#   scripts/install_dependencies.sh build|test|check|bench...
#
# build: compiler and libraries.  test: build, plus the Python readers that prove what aforo writes, a browser for its pages, and Slurm.
# check: build, plus clang's formatter, linter and fuzzer.  bench: build, plus the peers to be measured against.
# Exit 0 and one line when all is there; 2 with the exact words to type where this script may not install.
set -euo pipefail

build=(g++ cmake ninja-build pkg-config ccache git
  liburing-dev libcli11-dev libyaml-cpp-dev nlohmann-json3-dev libfmt-dev libexpected-dev
  libisal-dev libpugixml-dev libssl-dev libcsv-dev libcpp-httplib-dev libncurses-dev zlib1g-dev libjpeg62-turbo-dev libgtest-dev libgmock-dev
  libopenmpi-dev openmpi-bin)
test=(python3 python3-venv python3-numpy python3-pil python3-torch python3-hypothesis python3-jsonschema python3-yaml python3-boto3
  tmux libfuse3-dev fuse3 e2fsprogs xfsprogs btrfs-progs chromium slurmctld slurmd slurm-client)
check=(clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev python3)
bench=(fio libbenchmark-dev python3 python3-venv libfuse3-dev fuse3 e2fsprogs xfsprogs btrfs-progs util-linux)

wanted=()
for set in "${@:-build}"; do
  case "$set" in
    build) wanted+=("${build[@]}") ;;
    test | check | bench)
      declare -n more="$set"
      wanted+=("${build[@]}" "${more[@]}")
      unset -n more
      ;;
    *)
      echo "install_dependencies: expected build, test, check or bench, found '$set'" >&2
      exit 2
      ;;
  esac
done
mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | sort -u)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  if [ "${AFORO_DEPENDENCIES:-}" = present ]; then
    exit 0
  fi
  echo "This script installs with apt-get (Debian 12), which is not here. Please install, by the names your" >&2
  echo "distribution gives them, the equivalents of:" >&2
  printf '  %s\n' "${wanted[@]}" >&2
  echo "then say AFORO_DEPENDENCIES=present before the command you gave." >&2
  exit 2
fi

missing=()
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
for package in "${wanted[@]}"; do
  grep -qxF "$package installed" <<<"$installed" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "All ${#wanted[@]} packages that this needs are installed."
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  # Without a terminal nobody can type a password: only a sudo that asks for none will do.
  if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root=(sudo)
  else
    echo "Packages are missing and only root may install them. Please run:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 2
  fi
fi

echo "Installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1; }
if ! apt update || ! apt install -y --no-install-recommends "${missing[@]}"; then
  cat "$log" >&2
  echo "apt-get could not install: ${missing[*]}. Install them by hand and repeat the command." >&2
  exit 2
fi
