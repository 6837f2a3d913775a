#!/bin/bash
# Makes assets/tasks.json, the list that `sinew tasks` prints, docs/tasks/reference, a page for every task out of the
# code, and docs/tasks/README.md, the table of all tasks with what simple baselines earn. EPISODES (100) a baseline.
set -euo pipefail
cd "$(dirname "$0")/.."
sinew=${SINEW:-build/sinew}
episodes=${EPISODES:-100}

declare -A page=(
  [reacher]=reacher [pendulum]=pendulum [arm-reach]=arm-reach [arm-reach-fixed]=arm-reach
  [arm-reach-pose]=arm-reach-pose [arm-track]=arm-track [arm-push]=arm-push [arm-insert]=arm-insert
  [arm-lift]=arm-grip [arm-pick-place]=arm-grip [reach-single]=planar-reach [reach-double]=planar-reach
  [gripper]=gripper [gripper-random]=gripper [moving-gripper]=gripper [gripper-catch]=gripper
  [walker]=locomotion [hopper]=locomotion [cheetah]=locomotion [ant]=locomotion
  [walker-stand]=locomotion [walker-walk]=locomotion [walker-run]=locomotion
  [inverted-pendulum]=classic [inverted-double-pendulum]=classic
  [cartpole-swingup]=classic [cartpole-swingup-sparse]=classic)
declare -A picture=(
  [arm-reach-fixed]=arm-reach [arm-lift]=arm-pick-place [reach-single]=reach-double
  [gripper-random]=gripper [gripper-catch]=gripper
  [walker-stand]=planar-walker [walker-walk]=planar-walker [walker-run]=planar-walker
  [cartpole-swingup]=cartpole [cartpole-swingup-sparse]=cartpole)

# RESULT of `sinew eval --json` on stdin: "-12.3" or "-12.3, 40 %"
figure() {
  jq -r '"\(.mean * 10 | round / 10)" + ([(.success // {}) | to_entries[0].value | select(.) |
    ", \(.rate * 100 | round) %"] | join(""))'
}

# without the file the list is made of the tasks themselves
rm -f assets/tasks.json
"$sinew" tasks --json > assets/tasks.json.new
mv assets/tasks.json.new assets/tasks.json

mkdir -p docs/tasks/reference
out=docs/tasks/README.md.new
sed "s/EPISODES/$episodes/" > "$out" <<'TEXT'
# Tasks

Mean return of an episode over EPISODES fresh ones, and success where the task has a goal, of three baselines and of the trained policy in
[`assets/policies`](../../assets/policies/README.md): no torque (`zero`), uniformly random torques (`random`), and
proportional-derivative control that holds a start pose (`pd`). `sinew eval TASK --policy zero` prints such a figure
again; this page is made by `scripts/task-pages.sh`. "Reference" lists every observation, action, reward term and option
as the code states them. With `task.observe = "positions"` every one of them leaves out the elements in m/s or rad/s.

| task | | observation, action | period | zero | random | pd | trained |
|---|---|---|---|---|---|---|---|
TEXT
for task in $("$sinew" tasks --json | jq -r '.[].name'); do
  "$sinew" tasks "$task" --markdown > "docs/tasks/reference/$task.md"
  row=$("$sinew" tasks "$task" --json |
    jq -r '"\(.obs_dim), \(.act_dim) | \(.control_dt * 1e5 | round / 100) ms"')
  for policy in zero random pd; do
    row+=" | $("$sinew" eval "$task" --policy $policy --episodes "$episodes" --json | figure)"
  done
  trained=$(jq ".[] | select(.task == \"$task\")" assets/policies/evaluations.json | figure)
  echo "| [\`$task\`](${page[$task]}.md), [reference](reference/$task.md) |" \
    "<img src=\"../pictures/${picture[$task]:-$task}.png\" width=\"120\"> | $row | $trained |" >> "$out"
  echo "$task: $row | $trained"
done
mv "$out" docs/tasks/README.md
