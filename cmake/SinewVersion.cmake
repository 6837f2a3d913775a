# The library sinew_version (core/version.h). Its source is written at build time, by this same file run as a script, so
# that the commit is the one that is built; an unchanged commit compiles and links nothing anew.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(version_source ${CMAKE_BINARY_DIR}/generated/version.cc)
  add_custom_target(sinew_version_source BYPRODUCTS ${version_source} COMMENT "Looking at the Git commit" VERBATIM
    COMMAND ${CMAKE_COMMAND}
      -D OUTPUT=${version_source} -D SOURCE_DIR=${CMAKE_SOURCE_DIR}
      -D VERSION=${PROJECT_VERSION} -D BUILD_TYPE=$<CONFIG>
      "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
      -P ${CMAKE_CURRENT_LIST_FILE})
  add_library(sinew_version STATIC ${version_source})
  add_dependencies(sinew_version sinew_version_source)
  target_link_libraries(sinew_version PUBLIC sinew_options)
  return()
endif()

set(COMMIT unknown)
find_package(Git QUIET)
# an export without .git inside some other checkout must not take that one's commit
if(GIT_FOUND AND EXISTS ${SOURCE_DIR}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --verify HEAD WORKING_DIRECTORY ${SOURCE_DIR}
    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT failed)
    execute_process(COMMAND ${GIT_EXECUTABLE} diff --quiet HEAD WORKING_DIRECTORY ${SOURCE_DIR}
      RESULT_VARIABLE changed ERROR_QUIET)
    set(COMMIT ${head})
    if(changed)
      string(APPEND COMMIT -dirty)
    endif()
  endif()
endif()

# writes only if the content differs
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "core/version.h"

namespace sinew {

std::string Version() { return "@VERSION@"; }
std::string Commit() { return "@COMMIT@"; }
std::string BuildType() { return "@BUILD_TYPE@"; }
std::string Compiler() { return "@COMPILER@"; }

}  // namespace sinew
]])
