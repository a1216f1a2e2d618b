#!/usr/bin/env bash
# Runs long presets to their ends, three seeds each, into results/full/<preset>/:
#     benchmarks/to_the_end.sh [OPTION...]
# The options are those of `infogan study`. Given again, it goes on where it stopped. PRESETS and
# RESULTS may name others; PYTHON the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-$([ -x .venv/bin/python ] && echo .venv/bin/python || echo python3)}
for preset in ${PRESETS:-lab lab-plain lab-report dcgan slides paper authors}; do
  "$python" -m keras_infogan study --preset "$preset" --seeds 3 \
    --out "${RESULTS:-results/full}/$preset" "$@"
done
