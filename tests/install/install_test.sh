#!/bin/bash
# install_test.sh BUILD SOURCE: installs the build into a temporary folder, moves it, builds the examples against it
# twice (CMake and pkg-config), trains the user's own task and runs every controller with the policy. The ONNX example
# runs where there is ONNX Runtime ($SINEW_ONNXRUNTIME or the linker's own) and is compiled anyway.
set -euo pipefail
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for component in runtime core spec policy sim robots tasks models agents training deploy; do
  cmake --install "$build" --prefix "$work/first" --component $component > /dev/null
done
mv "$work/first" "$work/sinew"

cmake -S "$source/examples" -B "$work/examples" -DCMAKE_PREFIX_PATH="$work/sinew" -DCMAKE_BUILD_TYPE=Release \
  ${CMAKE_CXX_COMPILER_LAUNCHER:+-DCMAKE_CXX_COMPILER_LAUNCHER=$CMAKE_CXX_COMPILER_LAUNCHER} > "$work/configure.log" \
  || { cat "$work/configure.log"; exit 1; }
cmake --build "$work/examples" > "$work/build.log" || { tail -40 "$work/build.log"; exit 1; }

# a controller's computer has no CMake and no MuJoCo
export PKG_CONFIG_PATH="$work/sinew/lib/pkgconfig"
cc -std=c99 -Wall -Wextra -Werror "$source/examples/c_controller.c" -o "$work/c_controller" \
  $(pkg-config --cflags --libs sinew-runtime) -Wl,-rpath,"$work/sinew/lib"
cc -std=c99 "$source/examples/c_controller.c" -o "$work/c_static" $(pkg-config --cflags sinew-runtime) \
  "$work/sinew/lib/libsinew_runtime.a" -lstdc++ -lm
if ldd "$work/c_static" "$work/c_controller" | grep -iE 'mujoco|torch|fmt|blas'; then exit 1; fi

"$work/examples/train_own_task" "$work/run" 4000 > "$work/train.out" 2> "$work/train.log" \
  || { cat "$work/train.out" "$work/train.log"; exit 1; }
policy=$work/run/final.policy
observations=$(for i in {1..60}; do if [ $i = 40 ]; then echo 'nan 0.1'; else echo "0.$i -0.1"; fi; done)
expected=$("$work/examples/c_controller" "$policy" <<< "$observations" 2> "$work/emergency.log")
[ "$(wc -l <<< "$expected")" -eq 60 ]
grep -q emergency "$work/emergency.log"
for program in c_controller c_static; do
  [ "$("$work/$program" "$policy" <<< "$observations" 2> /dev/null)" = "$expected" ]
done
if "$work/c_controller" "$work/run/config.toml" 2> "$work/refused.log" < /dev/null; then exit 1; fi
grep -q 'safetensors' "$work/refused.log"
"$work/examples/cpp_controller" "$policy"
grep -q '  passed' "$work/train.out"

# with the library's own header where there is one, which CMake has found, else with one that declares the same
library=${SINEW_ONNXRUNTIME:-$(ldconfig -p | sed -n 's/.*libonnxruntime\.so[.0-9]* .*=> //p' | head -1)}
onnx=$work/examples/onnx_controller
if [ ! -x "$onnx" ]; then
  c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -I "$source/tests/install/onnxruntime" \
    -c "$source/examples/onnx_controller.cc" -o "$work/onnx_controller.o"
  [ -n "$library" ] || { echo "onnx_controller: compiled, not run: no ONNX Runtime here"; exit 0; }
  c++ "$work/onnx_controller.o" "$library" -Wl,-rpath,"$(dirname "$(realpath "$library")")" -o "$onnx"
fi
"$onnx" "$work/run/controller/policy.onnx"
if "$onnx" "$source/tests/fuzz/corpus/onnx/other-robot" 2> "$work/refused.log"; then exit 1; fi
grep -q 'the robot has no "q_shoulder"' "$work/refused.log"
