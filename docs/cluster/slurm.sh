#!/bin/bash
# Trains one run on several machines of a Slurm cluster, one process a machine:
#   sbatch slurm.sh
# A requeued job resumes its run, which must lie on storage that all machines share.
#SBATCH --job-name=infogan
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@300
#SBATCH --requeue
#SBATCH --open-mode=append

set -euo pipefail

export RUN="${RUN:-runs/lab-s0}"
export PORT="${PORT:-2222}"
HOSTS=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
export HOSTS

# Where one machine is lost, the others stop by themselves. The chief may still be saving or scoring
# when they have ended: it is not to be killed then.
srun --kill-on-bad-exit=0 --wait=0 bash -c '
  workers=$(for host in $HOSTS; do printf "\"%s:%s\"," "$host" "$PORT"; done)
  export TF_CONFIG="{\"cluster\": {\"worker\": [${workers%,}]},
    \"task\": {\"type\": \"worker\", \"index\": $SLURM_PROCID}}"
  if [ -e "$RUN/config.json" ]; then
    exec infogan train --resume "$RUN"
  fi
  exec infogan train --preset lab --out "$(dirname "$RUN")" --name "$(basename "$RUN")"
'
