#!/bin/bash
# Trains a study, as many runs at a time as there are cores, each on one thread, and makes its table:
#   scripts/study.sh small|gym|grip|walk [SEEDS] [CELLS]
# e.g. scripts/study.sh small "1 2 3 4 5" 'pendulum (naf|ppo)': CELLS is a regular expression of "task agent".
# A finished run is kept and one that was interrupted goes on, so the script can be run again. Manifests and evaluations
# go to docs/results, and docs/RESULTS.md is made of all that is there.
set -euo pipefail
cd "$(dirname "$0")/.."
sinew=${SINEW:-build/sinew}
study=${1:?small, gym, grip or walk} seeds=${2:-1 2 3 4 5} only=${3:-.}

# a cell a line: task, agent, steps ("-": as the preset has it)
episodes=400
case $study in
  small)
    cells=$(for task in reacher pendulum inverted-pendulum inverted-double-pendulum; do
      for agent in ddpg td3 sac naf ppo trpo a2c; do echo "$task $agent 100000"; done
    done) ;;
  gym)
    episodes=100  # of up to 1000 steps
    cells=$(for task in hopper walker cheetah; do
      for agent in ppo trpo a2c; do echo "$task $agent 1000000"; done
      for agent in td3 sac ddpg naf; do echo "$task $agent 300000"; done
    done) ;;
  grip)
    cells=$(for task in gripper gripper-random moving-gripper gripper-catch arm-lift arm-insert arm-pick-place \
        arm-reach; do
      echo "$task ddpg -"
    done) ;;
  walk)
    episodes=100
    cells="walker-walk sac 1000000" ;;
  *) echo "study.sh: no study '$study'; there are small, gym, grip, walk" >&2; exit 2 ;;
esac

# one TASK AGENT STEPS SEED: trains, unless it is done
one() {
  local run=runs/$study/$1-$2-s$4
  if [ -d "$run" ]; then
    grep -q '"status": *"finished"' "$run/manifest.json" || "$sinew" resume "$run"
  else
    "$sinew" train "$1" --agent "$2" --seed "$4" --out "$run" --set train.threads=1 \
      $([ "$3" = - ] || echo --steps "$3")
  fi >> "$run.log" 2>&1 || echo "$run did not finish: see $run.log" >&2
}

cells=$(grep -E "^($only) " <<< "$cells") || { echo "study.sh: no cell matches '$only'" >&2; exit 2; }
mkdir -p "runs/$study"
export -f one
export study sinew
for seed in $seeds; do while read -r cell; do echo "$cell $seed"; done <<< "$cells"; done |
  xargs -P "$(nproc)" -L 1 bash -c 'one "$@"' one
"$sinew" results runs/"$study"/*/ --episodes $episodes --keep docs/results --out "runs/$study.md" --force
"$sinew" results docs/results/*/ --published docs/published.toml --out docs/RESULTS.md --force
