#!/bin/bash
# What an open viewer costs a training: short runs pinned to one processor, in turn beside a busy loop and beside a
# display and a viewer of 30 pictures/s on the other processor. The busy loop keeps other programs away alike.
# usage: scripts/viewer-cost.sh [PAIRS]
set -Eeuo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
sinew=build/sinew
pairs=${1:-7}

work=$(mktemp -d)
beside=""
server=""
leave() {
  [[ -z $beside ]] || kill "$beside" 2>/dev/null || true
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap leave EXIT

exec {number}<> <(:)
taskset -c 1 Xvfb -displayfd "$number" -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 &
server=$!
read -r -u "$number" display
export DISPLAY=:$display LIBGL_ALWAYS_SOFTWARE=1 XDG_CONFIG_HOME=$work/config

busy() { exec taskset -c 1 bash -c 'while :; do :; done'; }
watched() {
  while [[ ! -e $work/run/manifest.json ]]; do sleep 0.1; done
  exec taskset -c 1 $sinew watch "$work/run" --follow --fps 30 --tab Training
}
# seconds of a training beside what "$1" does
seconds() {
  rm -rf "$work/run"
  "$1" &
  beside=$!
  local begin=${EPOCHREALTIME/./}
  taskset -c 0 $sinew train reacher --agent naf --steps 60000 --set train.threads=1 --quiet --out "$work/run" >/dev/null
  took=$((${EPOCHREALTIME/./} - begin))
  kill "$beside"
  wait "$beside" 2>/dev/null || true
  beside=""
}
median() { sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

for ((i = 0; i < pairs; ++i)); do
  seconds busy
  alone=$took
  seconds watched
  awk -v a="$alone" -v b="$took" 'BEGIN { print 100 * (b / a - 1) }' >>"$work/cost"
  awk -v a="$alone" -v b="$took" -v c="$(tail -1 "$work/cost")" \
    'BEGIN { printf "%.2f s alone, %.2f s watched: %+.1f %%\n", a / 1e6, b / 1e6, c }'
done
printf 'median of the pairs: %+.1f %%\n' "$(median <"$work/cost")"
