#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/graph.h"

namespace sinew::deploy {

/// Where the values of a graph lie in a C function: buffers on the stack, each used anew when what
/// was in it is no longer read.
struct CValues {
  /// Expression of each value by its name: "observation", "a", "state->s_memory".
  std::map<std::string, std::string> expression;
  int buffers = 0;
  int64_t width = 0;  // of every buffer [floats]
};

/// Name of a buffer: "a", "b", ..., "z", "a1", ...
std::string CBufferName(int index);

CValues PlaceValues(const policy::PolicyGraph& graph, const policy::Shapes& shapes);

/// Whether this operation may write where its first input lies.
bool WorksInPlace(const policy::Operation& operation);

}  // namespace sinew::deploy
