#pragma once

#include <set>
#include <string>
#include <vector>

#include "deploy/c/c_values.h"
#include "policy/graph.h"

namespace sinew::deploy {

/// A node in the middle of a C function.
struct CPlace {
  const policy::Node& node;
  std::vector<std::string> inputs;    // expressions
  std::vector<policy::Shape> shapes;  // of the inputs
  std::string output;                 // expression; may be the first input's
  policy::Shape shape;                // of the output
  size_t index = 0;                   // of the node
  int layer = 0;                      // dense layers before it
  bool stochastic = false;
};

/// What an operation is in C. Texts with the marks of WithPrefix.
struct CCode {
  std::string arrays;             // constants
  std::string lines;              // of the function
  std::set<std::string> helpers;  // functions that the lines call; see CHelperFunctions
  int64_t floats = 0;             // in the arrays
  int64_t scratch = 0;            // floats on the stack while it runs
};

/// The row of the node's operation in this emitter's table.
CCode OperationInC(const CPlace& place);

/// Definitions of these helper functions.
std::string CHelperFunctions(const std::set<std::string>& names);

}  // namespace sinew::deploy
