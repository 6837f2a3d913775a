#pragma once

#include <functional>
#include <map>
#include <string>

namespace sinew::training {

/// What a run is told by the program around it.
struct TrainHooks {
  /// Asked between rounds; true saves a checkpoint and returns.
  std::function<bool()> stop_requested = [] { return false; };
  /// Asked within evaluations, from several threads; true saves a checkpoint, from which a resumed
  /// run begins with that evaluation, and returns.
  std::function<bool()> stop_evaluation = [] { return false; };
  bool quiet = false;
  std::string command_line;
  std::map<std::string, std::string> libraries;
  std::string blas;
};

}  // namespace sinew::training
