#!/bin/bash
# Takes the last policies of finished runs into assets/policies, and makes that folder's table anew:
#   scripts/policies.sh RUN...          e.g. scripts/policies.sh runs/grip/*-s1
#   scripts/policies.sh                 evaluates all policies again
# Every policy is evaluated on 400 fresh episodes; evaluations.json keeps what came out, which a test holds them to.
set -euo pipefail
sinew=$(realpath "${SINEW:-build/sinew}")
folder=$(dirname "$(realpath "$0")")/../assets/policies
tasks=()
for run in "$@"; do
  task=$("$sinew" eval "$run" --episodes 1 --json | jq -r .task)
  cp "$run/final.policy" "$folder/$task.policy"
  tasks+=("$task")
done
cd "$folder"
if [ $# = 0 ]; then
  for policy in *.policy; do tasks+=("${policy%.policy}"); done
  echo '[]' > evaluations.json
fi
for task in "${tasks[@]}"; do "$sinew" eval "$task.policy" --episodes 400 --json; done |
  jq -s --slurpfile old evaluations.json \
    'map(del(.episodes)) as $new | $new + ($old[0] | map(select(.task | IN($new[].task) | not))) | sort_by(.task)' \
    > evaluations.json.new
mv evaluations.json.new evaluations.json
{
  cat <<'TEXT'
# Trained policies

The last policies of training runs, on 400 fresh episodes. `sinew watch FILE` shows it,
`sinew export FILE --format all --out DIR` makes a controller of it, and `sinew eval FILE --episodes 400` prints its
figures again. Made by `scripts/policies.sh`.

| file | return (95 % CI) | success |
|---|---|---|
TEXT
  jq -r '.[] | "| `\(.task).policy` | \(.mean * 100 | round / 100) (\(.ci95[0] * 100 | round / 100) to " +
    "\(.ci95[1] * 100 | round / 100)) | " +
    ([(.success // {}) | to_entries[] | "\(.value.rate * 1000 | round / 10) % within \(.key)"] | join(", ")) + " |"' \
    evaluations.json
} > README.md
