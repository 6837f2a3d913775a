#!/bin/bash
# Makes the pictures of docs/viewer.md anew: opens the viewer on an X server without a screen, works it with mouse and
# keys, and lets it save its own window.
# usage: scripts/viewer-pictures.sh [FOLDER [PICTURE...]]
# FOLDER (default: runs/pictures) holds the trainings that the pictures show; those that are missing are made first.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
sinew=build/sinew
runs=${1:-runs/pictures}
shift || true
pictures=("$@")
((${#pictures[@]})) || pictures=(viewer viewer-keys viewer-push viewer-understand viewer-training viewer-tape viewer-trouble)
pause=${PAUSE:-1}  # seconds that a key may take to be seen; a busy machine needs more

work=$(mktemp -d)
viewer=""
server=""
leave() {
  [[ -z $viewer ]] || kill "$viewer" 2>/dev/null || true
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap leave EXIT

# trained TASK AGENT: the run's folder
trained() {
  local run=$runs/$1
  [[ -e $run/manifest.json ]] || $sinew train "$1" --agent "$2" --seed 1 --out "$run" >&2
  printf '%s' "$run"
}

exec {number}<> <(:)
Xvfb -displayfd "$number" -r -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 &
server=$!
read -r -u "$number" display
export DISPLAY=:$display LIBGL_ALWAYS_SOFTWARE=1

# open WHAT OPTION...: a viewer with panels as they are at first
open() {
  rm -rf "$work/config"
  XDG_CONFIG_HOME=$work/config $sinew watch "$@" --folder "$work" &
  viewer=$!
  timeout 60 xdotool search --sync --onlyvisible --name Sinew >/dev/null
  sleep $((2 * pause))
  xdotool mousemove 600 500
}
keys() {
  for key in "$@"; do
    xdotool key "$key"
    sleep "$pause"
  done
}
# ten control steps each
tens() { for ((i = 0; i < $1; ++i)); do keys Down; done; }
# show TITLE: what the palette finds first
show() {
  keys ctrl+k
  xdotool type --delay 60 "$1"
  sleep "$pause"
  xdotool keydown Return
  sleep "$pause"
  xdotool keyup Return
}
# save NAME: the window as it is, and close it
save() {
  xdotool key ctrl+p
  for ((i = 0; i < 100; ++i)); do
    [[ ! -e $work/sinew-0001.json ]] || break
    sleep 0.2
  done
  mv "$work/sinew-0001.png" "docs/pictures/$1.png"
  rm -f "$work"/sinew-*
  kill "$viewer"
  wait "$viewer" || true
  viewer=""
}

# an arm with a cube in its hand: rewards stacked, torques, where the goal is
picture_viewer() {
  open "$(trained arm-pick-place ddpg)" --policy best --paused
  tens 4
  save viewer
}

picture_viewer-keys() {
  open "$(trained arm-pick-place ddpg)" --policy best --paused
  tens 2
  keys ctrl+k
  xdotool type --delay 60 step
  sleep "$pause"
  save viewer-keys
}

# a hopper is pushed, its younger self beside it, and which pushes it would have come through
picture_viewer-push() {
  open "$(trained hopper td3)" --paused --tab Push --tab Mind
  tens 12
  keys shift+m
  keys G Page_Down Page_Down Page_Down Page_Down Page_Down
  sleep $((20 * pause))
  keys F Right Right Right Right Right Right
  save viewer-push
}

# what a NAF policy sees and expects
picture_viewer-understand() {
  open "$(trained reacher naf)" --paused --tab Model --tab Mind
  show "show fields"
  tens 1
  xdotool key --repeat 4 --delay 200 Right
  sleep "$pause"
  save viewer-understand
}

picture_viewer-training() {
  open "$(trained arm-pick-place ddpg)" --policy best --follow --tab Training --tab Policy
  sleep $((4 * pause))
  keys space
  save viewer-training
}

# branches from one moment: another policy, a push
picture_viewer-tape() {
  open "$(trained arm-pick-place ddpg)" --policy best --paused --tab Tape --tab Timing
  tens 5
  keys Up Up Page_Down Down Down
  keys Up F Down Down Down
  keys Up Up Up v Down Down
  save viewer-tape
}

# torque noise beyond all bounds is an outcome, not an end
picture_viewer-trouble() {
  open "$(trained hopper td3)" --paused --tab Push --tab Episode
  tens 3
  save viewer-trouble
}

for picture in "${pictures[@]}"; do
  "picture_$picture"
  printf '%s: %d bytes\n' "docs/pictures/$picture.png" "$(stat -c %s "docs/pictures/$picture.png")"
done
