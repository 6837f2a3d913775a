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
trainer=""
leave() {
  [[ -z $trainer ]] || kill "$trainer" 2>/dev/null || true
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
# between two pictures of the window a key that is let go at once is not seen by an input field
enter() {
  sleep "$pause"
  xdotool keydown Return
  sleep "$pause"
  xdotool keyup Return
  sleep "$pause"
}
# type_at X Y TEXT: into the slider there
type_at() {
  xdotool mousemove "$1" "$2" keydown ctrl
  sleep "$pause"
  xdotool click 1
  sleep "$pause"
  xdotool keyup ctrl key ctrl+a
  xdotool type "$3"
  enter
  xdotool mousemove 600 500
  sleep "$pause"
}
# show TITLE: what the palette finds first
show() {
  keys ctrl+k
  xdotool type --delay 60 "$1"
  enter
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

# an arm with a cube in its hand
picture_viewer() {
  open "$(trained arm-pick-place ddpg)" --paused
  tens 7
  save viewer
}

picture_viewer-keys() {
  open "$(trained arm-pick-place ddpg)" --paused
  tens 2
  keys ctrl+k
  xdotool type --delay 60 step
  sleep "$pause"
  save viewer-keys
}

# pushed while it carries, beside the same policy's younger self, and which pushes it comes through
picture_viewer-push() {
  open "$(trained arm-pick-place ddpg)" --paused --tab Push --tab Mind
  tens 3
  keys shift+m
  type_at 190 400 400
  keys shift+m g
  for ((i = 0; i < 16; ++i)); do keys Page_Down; done
  sleep $((15 * pause))
  keys f Right Right Right
  save viewer-push
}

# what a NAF policy expects, how it rates other actions, and what its actions hang on
picture_viewer-understand() {
  open "$(trained reacher naf)" --paused --tab Model --tab Mind
  show "show fields"
  tens 1
  keys Right Right Right Right
  xdotool mousemove 1100 150
  sleep "$pause"
  xdotool mousemove 930 400
  sleep "$pause"
  xdotool click --repeat 30 --delay 30 5
  sleep "$pause"
  xdotool mousemove 600 500
  sleep "$pause"
  save viewer-understand
}

# a training that is still young
picture_viewer-training() {
  $sinew train reacher --agent naf --seed 2 --steps 60000 --out "$work/run" --quiet >/dev/null &
  trainer=$!
  until [[ $(grep -c . "$work/run/eval.jsonl" 2>/dev/null) -ge 5 ]]; do sleep 1; done
  open "$work/run" --follow --tab Training --tab Policy
  sleep $((4 * pause))
  save viewer-training
  kill "$trainer"
  wait "$trainer" || true
  rm -rf "$work/run"
}

# another policy and a push from the past, and a film in the making
picture_viewer-tape() {
  open "$(trained arm-pick-place ddpg)" --paused --tab Tape --tab Timing
  tens 6
  keys Up Up Up Page_Down Down Down Down
  keys Up Up f Down Down
  keys v Down Left Left Left
  save viewer-tape
}

# a spring that is too stiff for the time step
picture_viewer-trouble() {
  mkdir "$work/robot"
  cp -r assets/common "$work"
  cp assets/examples/cheetah_leg.toml "$work/robot"
  sed 's/name="knee" axis/name="knee" stiffness="1e7" axis/; s/timestep="0.002"/timestep="0.02"/' \
    assets/examples/cheetah_leg.xml >"$work/robot/cheetah_leg.xml"
  open "$work/robot/cheetah_leg.toml" --agent sine
  save viewer-trouble
}

for picture in "${pictures[@]}"; do
  "picture_$picture"
  printf '%s: %d bytes\n' "docs/pictures/$picture.png" "$(stat -c %s "docs/pictures/$picture.png")"
done
