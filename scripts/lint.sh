#!/bin/bash
# Checks layout (clang-format) and finds slips (clang-tidy, cppcheck) in every source file; needs build/ configured.
# usage: scripts/lint.sh [jobs]
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${1:-1}
folders=(core spec policy sim robots tasks models agents training media deploy viewer bench apps tests examples)

mapfile -t files < <(find "${folders[@]}" -name '*.cc' -o -name '*.h' -o -name '*.c' | sort)
echo "clang-format: ${#files[@]} files"
misplaced=$(clang-format --dry-run "${files[@]}" 2>&1 | sed -n 's|^\([^ :]*\):[0-9][0-9]*:.*|  \1|p' | sort -u)
if [[ -n $misplaced ]]; then
  printf 'not laid out as .clang-format has it (make format):\n%s\n' "$misplaced" >&2
  exit 1
fi

# only what the build compiles has flags to be checked with; Debian 12's clang cannot parse LibTorch's headers
mapfile -t units < <(sed -n 's|^ *"file": "'"$PWD"'/\(.*\.cc\)".*|\1|p' build/compile_commands.json |
  grep -v '^build' | sort -u | xargs grep -LE '#include <(torch/(script|torch|optim)|ATen/ATen)')
echo "clang-tidy: ${#units[@]} translation units"
flags=$(mktemp -d)
trap 'rm -rf "$flags"' EXIT
# what is gcc's alone: its optimiser's formats, and its precompiled headers, without which a missing #include shows
sed -E 's/ -flto=[^ "]*//g; s/ -Winvalid-pch -include [^ "]*//' build/compile_commands.json \
  > "$flags/compile_commands.json"
printf '%s\0' "${units[@]}" |
  xargs -0 -n 1 -P "$jobs" clang-tidy -p "$flags" --quiet --warnings-as-errors='*' \
    2> >(grep -v 'warnings generated' >&2 || true)

echo "cppcheck"
# what cppcheck 2.10 sees in Eigen's comma, in lambdas as template arguments, and behind calls that throw
wrong=(constStatement returnTempReference danglingTemporaryLifetime mismatchingContainerIterator
  nullPointerRedundantCheck sizeofFunctionCall virtualCallInConstructor useInitializationList)
cppcheck "${wrong[@]/#/--suppress=}" --quiet --std=c++20 --language=c++ --enable=warning,performance,portability \
  --inline-suppr --error-exitcode=1 -j "$jobs" -I . \
  --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=syntaxError "${folders[@]}"
echo "lint: clean"
