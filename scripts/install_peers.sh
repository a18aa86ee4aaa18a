#!/usr/bin/env bash
# Puts Python peers that the distribution does not carry into .venv: programs that read what aforo writes and write
# what aforo reads (tests), or that are measured beside it (bench).
#
#   scripts/install_peers.sh tensorflow|torch...
#
# PyTorch for the tests is the distribution's (CPU only, 1.13). `torch` here is the current release as the package
# index serves it, which brings 2 GB of CUDA libraries: wanted for benchmarks only. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)

if [ ! -x .venv/bin/python ]; then
  "$python" -m venv .venv
fi
for peer in "$@"; do
  case "$peer" in
    tensorflow) package=tensorflow-cpu wanted='tensorflow-cpu>=2.16,<3' ;;
    torch) package=torch wanted='torch>=2.4,<3' ;;
    *)
      echo "install_peers: expected tensorflow or torch, found '$peer'" >&2
      exit 2
      ;;
  esac
  if ! .venv/bin/python -c "import importlib.metadata as m; m.version('$package')" 2>/dev/null; then
    echo "Installing $peer into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$wanted"
  fi
done
