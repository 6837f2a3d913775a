#include "agents/replay/priorities.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {
namespace {

constexpr double kLeastPriority = 1e-6;  // a transition without error is still seen again

}  // namespace

void Priorities::Add(int64_t index) { tree_.Set(index, std::pow(largest_, alpha_)); }

void Priorities::Sample(Random& random, std::span<int64_t> indices) const {
  const double part = tree_.total() / static_cast<double>(indices.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    indices[i] = tree_.Find(part * (static_cast<double>(i) + random.Uniform()));
  }
}

void Priorities::ImportanceWeights(std::span<const int64_t> indices, double beta,
                                   std::span<float> weights) const {
  const double scale = static_cast<double>(tree_.size()) / tree_.total();
  for (size_t i = 0; i < indices.size(); ++i) {
    weights[i] = static_cast<float>(std::pow(scale * tree_[indices[i]], -beta));
  }
}

void Priorities::Update(std::span<const int64_t> indices, std::span<const float> errors) {
  for (size_t i = 0; i < indices.size(); ++i) {
    const double priority = std::abs(static_cast<double>(errors[i])) + kLeastPriority;
    largest_ = std::max(largest_, priority);
    tree_.Set(indices[i], std::pow(priority, alpha_));
  }
}

void Priorities::Serialize(models::Archive& archive, const std::string& name) {
  std::vector<double> weights(tree_.weights().begin(), tree_.weights().end());
  archive.Value(name + ".largest", largest_);
  archive.CopiedValues(name + ".weights", weights);
  if (archive.loading()) tree_.Assign(weights);
}

}  // namespace sinew::agents
