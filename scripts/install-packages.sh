#!/bin/bash
# Installs the named Debian packages, or those in packages.txt, where they are missing.
# Says nothing and needs no rights where all are there.
set -euo pipefail

fail() {
  echo "install-packages: $*" >&2
  exit 1
}

packages=("$@")
if ((${#packages[@]} == 0)); then
  mapfile -t packages < <(grep -v -e '^#' -e '^$' "$(dirname "$0")/packages.txt")
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "install-packages: no apt here, so nothing is installed; the build needs what scripts/packages.txt lists" >&2
  exit 0
fi

# dpkg-query names on stderr those that it has never heard of; they are missing like the others
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package installed" <<<"$installed" || missing+=("$package")
done
((${#missing[@]} == 0)) && exit 0

apt=(apt-get -o DPkg::Lock::Timeout=120)
install=(install --yes --no-install-recommends "${missing[@]}")
as_root=()
if ((EUID != 0)); then
  # a password can be asked for only where somebody sits
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 && -t 2 ]]; }; then
    as_root=(sudo)
  else
    fail "${#missing[@]} packages are missing and this user may not install them; run as root: apt-get ${install[*]}"
  fi
fi

as_root+=(env DEBIAN_FRONTEND=noninteractive)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# run COMMAND...: as root and in silence; a failure shows the end of what was said
run() {
  "${as_root[@]}" "$@" >"$log" 2>&1 && return
  tail -n 20 "$log" >&2
  fail "apt-get failed, see above"
}

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
run "${apt[@]}" --quiet update
run "${apt[@]}" --quiet "${install[@]}"
