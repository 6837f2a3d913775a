#!/bin/bash
# Trains a study, as many runs at a time as there are cores, each on one thread, and makes its table:
#   scripts/study.sh small|gym|grip|walk [SEEDS]        e.g. scripts/study.sh small 1-5
# A finished run is kept and one that was interrupted goes on, so the script can be run again. Manifests and evaluations
# go to docs/results, and docs/RESULTS.md is made of all that is there. For a part of a study: sinew sweep into the same
# folder.
set -euo pipefail
cd "$(dirname "$0")/.."
sinew=${SINEW:-build/sinew}
study=${1:?small, gym, grip or walk} seeds=${2:-1-5}
# TASKS AGENTS MORE...
agents() { "$sinew" agents --names "$@"; }
sweep() { "$sinew" sweep $1 --agent "$2" --seeds "$seeds" --out "runs/$study" --episodes $episodes "${@:3}"; }

episodes=400
case $study in
  small)
    sweep "reacher pendulum inverted-pendulum inverted-double-pendulum" "$(agents)" --steps 100000 ;;
  gym)
    episodes=100  # of up to 1000 steps
    sweep "hopper walker cheetah" "$(agents --only on-policy)" --steps 1000000
    sweep "hopper walker cheetah" "$(agents --only action-value)" --steps 300000 ;;
  grip)
    sweep "gripper gripper-random moving-gripper gripper-catch arm-lift arm-insert arm-pick-place arm-reach" ddpg ;;
  walk)
    episodes=100
    sweep walker-walk sac ;;
  *) echo "study.sh: no study '$study'; there are small, gym, grip, walk" >&2; exit 2 ;;
esac
"$sinew" results runs/"$study"/*/ --episodes $episodes --keep docs/results --out "runs/$study.md" --force
"$sinew" results docs/results/*/ --published docs/published.toml --out docs/RESULTS.md --force
