# ccache where there is one: with precompiled headers it has to be told which differences do not count, and paths within
# the checkout are looked at from its root, so that one checkout finds what another has compiled.
find_program(SINEW_CCACHE ccache)
if(SINEW_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${SINEW_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${SINEW_CCACHE})
endif()

add_library(sinew_options INTERFACE)
target_compile_options(sinew_options INTERFACE $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic>>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # false alarms of GCC 12 in its own headers (bugs 105593 and 105651)
  target_compile_options(sinew_options INTERFACE
    $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized;-Wno-restrict>>)
endif()
target_include_directories(sinew_options INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:include/sinew>)
if(SINEW_NATIVE)
  target_compile_options(sinew_options INTERFACE -march=native)
endif()
if(SINEW_SANITIZE)
  target_compile_options(sinew_options INTERFACE -fsanitize=${SINEW_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(sinew_options INTERFACE -fsanitize=${SINEW_SANITIZE})
endif()

# sinew_headers(<name> LINK lib ... HEADERS <header> ...): headers of others, compiled once, for all whose HEADERS names
# them. Ours are never among them, and every file still includes what it uses.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/headers.cc CONTENT "// The headers that go with it are precompiled.\n")
function(sinew_headers name)
  cmake_parse_arguments(ARG "" "" "LINK;HEADERS" ${ARGN})
  add_library(sinew_headers_${name} OBJECT ${CMAKE_BINARY_DIR}/generated/headers.cc)
  target_link_libraries(sinew_headers_${name} PRIVATE sinew_options ${ARG_LINK})
  target_precompile_headers(sinew_headers_${name} PRIVATE ${ARG_HEADERS})
endfunction()

set(SINEW_BASE_HEADERS <algorithm> <array> <chrono> <cmath> <cstdint> <cstring> <filesystem> <functional> <limits> <map>
  <memory> <numbers> <numeric> <optional> <set> <span> <string> <string_view> <utility> <vector> <fmt/format.h>
  <fmt/ranges.h>)
set(SINEW_SIM_HEADERS <Eigen/Core> <Eigen/Geometry> <mujoco/mujoco.h>)
sinew_headers(base LINK fmt::fmt HEADERS ${SINEW_BASE_HEADERS})
sinew_headers(sim LINK fmt::fmt Eigen3::Eigen sinew_mujoco HEADERS ${SINEW_BASE_HEADERS} ${SINEW_SIM_HEADERS})

# sinew_library(<folder> HEADERS base|sim SOURCES a.cc ... LINK lib ... LINK_PRIVATE lib ...): the static library
# sinew_<folder>. What only its sources include is private; HEADERS names the precompiled headers that it takes. UNITY is
# for those that do no arithmetic of a training: which product and sum are rounded as one depends on what is compiled
# together.
function(sinew_library name)
  cmake_parse_arguments(ARG "UNITY" "HEADERS" "SOURCES;LINK;LINK_PRIVATE" ${ARGN})
  add_library(sinew_${name} STATIC ${ARG_SOURCES})
  if(ARG_UNITY AND SINEW_UNITY)
    set_target_properties(sinew_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
  target_link_libraries(sinew_${name} PUBLIC sinew_options ${ARG_LINK} PRIVATE ${ARG_LINK_PRIVATE})
  if(ARG_HEADERS)
    target_precompile_headers(sinew_${name} REUSE_FROM sinew_headers_${ARG_HEADERS})
  endif()
endfunction()

# sinew_test(<name> SOURCES a_test.cc ... LINK lib ...): one test program. Each source file is a ctest entry, because
# loading LibTorch for every single test would take most of the time; the program's own --gtest_filter runs one test.
function(sinew_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sinew_options sinew_test_paths ${ARG_LINK} GTest::gtest_main GTest::gmock)
  target_precompile_headers(${name} REUSE_FROM sinew_headers_tests)
  foreach(source ${ARG_SOURCES})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(STRINGS ${source} torch REGEX "^#include <(torch|ATen|c10)/")
    if(torch)
      set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)  # it has settings of its own
    endif()
    file(STRINGS ${source} tests REGEX "^TEST(_F|_P)?\\(")
    list(TRANSFORM tests REPLACE "^TEST[_FP]*\\( *([A-Za-z0-9_]+).*" "\\1")
    list(REMOVE_DUPLICATES tests)
    if(NOT tests)
      continue()  # helpers of the other files
    endif()
    list(TRANSFORM tests REPLACE "(.+)" "\\1.*:*/\\1.*")
    list(JOIN tests ":" filter)
    get_filename_component(file ${source} NAME_WE)
    add_test(NAME ${name}.${file} COMMAND ${name} --gtest_filter=${filter} --gtest_brief=1)
    set_tests_properties(${name}.${file} PROPERTIES
      TIMEOUT 600 FAIL_REGULAR_EXPRESSION "0 tests from 0 test suites")
  endforeach()
endfunction()
