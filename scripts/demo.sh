#!/bin/bash
# The whole line: train an arm to reach, evaluate it on fresh targets, plot, film, export to every format, verify each.
# usage: scripts/demo.sh [options for `sinew train`]
set -Eeuo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
sinew=build/sinew

# nothing is overwritten: demo, demo-2, demo-3, ...
folder=demo
for ((i = 2; ; ++i)); do
  mkdir "$folder" 2>/dev/null && break
  [[ -e $folder ]] || { echo "demo: cannot create the folder '$folder' here" >&2; exit 1; }
  folder=demo-$i
done

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }
seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }

begin=$(now_ms)
steps=6
step=0
current=""
# step HEADLINE COMMAND...: runs the command and leaves its time in $took
step() {
  current=$1
  shift
  printf '\n[%d/%d] %s\n' $((++step)) $steps "$current"
  local started
  started=$(now_ms)
  "$@"
  took=$(($(now_ms) - started))
  printf '      %s, %s in all\n' "$(seconds $took)" "$(seconds $(($(now_ms) - begin)))"
}
trap 'echo "demo: stopped at step $step/$steps ($current); what was made lies in $folder/" >&2' ERR

evaluate() { $sinew eval "$folder/run" --episodes 100 --json >"$folder/evaluation.json"; }
verify() { $sinew verify "$folder/controller" | tee "$folder/verification.txt"; }

step "Train arm-reach" $sinew train arm-reach --seed 1 --out "$folder/run" "$@"
trained=$took
step "Evaluate on 100 fresh targets" evaluate
step "Draw the learning curve" $sinew plot "$folder/run" --out "$folder/curve.png"
step "Film the result" $sinew record "$folder/run" --out "$folder/reach.mp4"
step "Export to every format" $sinew export "$folder/run" --format all --out "$folder/controller"
step "Verify each of them" verify

# the evaluation without JSON's brackets and quotes: ...,mean:-6.1,...,success:5cm:rate:0.98,ci95:0.93,0.99,2cm:...
evaluation=$(tr -d ' \n"{}[]' <"$folder/evaluation.json")
# numbers PATTERN: what its N stand for; nothing where it does not occur
numbers() { sed -nE "s/.*[:,]${1//N/([-+.e0-9]+)}.*/\1 \2 \3/p" <<<"$evaluation"; }
success() {
  numbers "$1:rate:N,ci95:N,N" |
    awk '{ printf "%.0f %% (95 %% interval %.0f to %.0f)", 100 * $1, 100 * $2, 100 * $3 }'
}
mean_return() {
  numbers "mean:N,.*iqm:[^,]*,ci95:N,N" | awk '{ printf "%.2f (95 %% interval %.2f to %.2f)", $1, $2, $3 }'
}
# verified BACKEND: its line of the table, in words
verified() {
  sed -n "s/^ *$1  *//p" "$folder/verification.txt" |
    awk '/^skipped/ { print; next } { printf "largest error %s of the limit, return %s %% apart, %s us a call\n", $1, $5, $NF }'
}
row() { printf '  %-24s %s\n' "$1" "$2"; }

printf '\nReached\n'
row "success within 5 cm" "$(success 5cm)"
row "success within 2 cm" "$(success 2cm)"
row "mean return" "$(mean_return)"
row "training time" "$(seconds $trained)"
row "C" "$(verified 'c -O2')"
row "C, 16-bit whole numbers" "$(verified 'c-int16 -O2')"
row "ONNX" "$(verified 'onnx interpreter')"
row "ONNX Runtime" "$(verified 'onnxruntime[ 0-9.]*')"
row "TorchScript" "$(verified torchscript)"
row "everything" "$(seconds $(($(now_ms) - begin)))"
printf '\nWhere things lie\n'
row "run, policies" "$folder/run/"
row "evaluation" "$folder/evaluation.json"
row "learning curve" "$folder/curve.png"
row "video" "$folder/reach.mp4"
row "controller, all formats" "$folder/controller/"
printf '\nWatch it in the viewer:\n  %s watch %s/run\n' "$sinew" "$folder"
