#!/usr/bin/env bash
# All that is measured on a GPU, within 10 minutes:
#     benchmarks/gpu.sh [--short]
# PYTHON names the interpreter; PyTorch is compared where it is installed. --short runs everything
# once on tiny networks, on a CPU too. The figures are in benchmarks/results/gpu.json.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-$([ -x .venv/bin/python ] && echo .venv/bin/python || echo python3)}
out=${OUT:-benchmarks/results/gpu.json}
nvidia-smi 2>/dev/null || echo "No GPU: these are figures of the CPU."
exec "$python" -m benchmarks gpu --presets lab-plain paper quick --seconds 2 --rounds 3 --out "$out" "$@"
