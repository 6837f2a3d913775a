#pragma once

#include <functional>
#include <map>
#include <string>

namespace sinew::training {

/// What a run is told by the program around it.
struct TrainHooks {
  /// Asked between rounds; true saves a checkpoint and returns.
  std::function<bool()> stop_requested = [] { return false; };
  bool quiet = false;
  std::string command_line;
  std::map<std::string, std::string> libraries;
  std::string blas;
};

}  // namespace sinew::training
