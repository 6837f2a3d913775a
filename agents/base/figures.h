#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/archive.h"

namespace sinew::agents {

/// Named figures of the learner since they were last asked for.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Mean of a figure over the updates since it was last asked for.
struct Mean {
  double sum = 0;
  int64_t count = 0;

  void Add(double value) {
    sum += value;
    ++count;
  }
  double value() const { return count > 0 ? sum / static_cast<double>(count) : 0; }
};

/// The means that the parts of an agent keep, by name and in the order in which they are reported.
class Figures {
 public:
  /// @param mean  of the part that adds to it; outlives this.
  void Track(std::string name, Mean* mean) { means_.emplace_back(std::move(name), mean); }
  /// Appends every mean and starts each anew.
  void TakeInto(Metrics* metrics) {
    for (const auto& [name, mean] : means_) {
      metrics->emplace_back(name, mean->value());
      *mean = {};
    }
  }
  void Serialize(models::Archive& archive) {
    for (const auto& [name, mean] : means_) {
      archive.Value("metrics." + name + ".sum", mean->sum);
      archive.Value("metrics." + name + ".count", mean->count);
    }
  }

 private:
  std::vector<std::pair<std::string, Mean*>> means_;
};

}  // namespace sinew::agents
