#!/bin/bash
# Builds a target of build/, telling how much there is to do and what it took.
# usage: scripts/build.sh JOBS TARGET
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$1 target=$2
steps=$(ninja -C build -n "$target" | sed -n 's|^\[[0-9]*/\([0-9]*\)\].*|\1|p' | tail -1)
# looking at the commit is a step of every build
if ((${steps:-0} <= 1)); then
  cmake --build build --target "$target" > /dev/null
  exit
fi
# two seconds a step on a core of 2020, measured without ccache
minutes=$(((steps * 2 / jobs + 59) / 60))
printf 'building %s: %d steps with %d jobs, about %d min where no compiler cache has them\n' \
  "$target" "$steps" "$jobs" "$minutes"
NINJA_STATUS='[%f/%t, %es] ' cmake --build build -j "$jobs" --target "$target"
