#include "apps/view/watched_policy.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "policy/critic.h"

namespace sinew::apps {
namespace {

namespace fs = std::filesystem;

constexpr double kScanSeconds = 0.5;

std::string StepLabel(int64_t step) { return fmt::format("step {}", step); }

viewer::ObservationScaling ScalingOf(const policy::PolicyGraph& graph) {
  viewer::ObservationScaling scaling;
  if (const policy::Normalize* normalizer = policy::FindNormalizer(graph)) {
    scaling = {normalizer->mean.values, normalizer->scale.values, normalizer->clip, {}, {}};
  }
  for (const auto& element : graph.contract.observation) {
    scaling.training_low.push_back(element.training_low);
    scaling.training_high.push_back(element.training_high);
  }
  return scaling;
}

// a critic that is missing, damaged or of another policy is only not shown
std::function<std::unique_ptr<spec::ValueFunction>()> ValueMaker(
    const fs::path& policy, const std::string& hash,
    const std::shared_ptr<const policy::PolicyGraph>& graph) {
  const fs::path path = policy::CriticPath(policy);
  std::error_code missing;
  if (!fs::exists(path, missing)) return nullptr;
  try {
    auto critic = std::make_shared<policy::Critic>(policy::LoadCritic(path));
    if (critic->policy_hash != hash) return nullptr;
    policy::MakeValueFunction(*critic, *graph);
    return [critic, graph] { return policy::MakeValueFunction(*critic, *graph); };
  } catch (const Error&) {
    return nullptr;
  }
}

}  // namespace

viewer::PolicyHandle WatchedPolicy(const fs::path& path, const std::string& label,
                                   const spec::TaskSpec& spec, const spec::ModelIdentity& model) {
  auto graph = std::make_shared<const policy::PolicyGraph>(policy::LoadPolicy(path));
  spec::CheckContract(graph->contract, spec, &model);
  auto card = std::make_shared<viewer::PolicyCard>();
  card->hash = policy::PolicyHash(*graph);
  card->env_steps = graph->contract.env_steps;
  card->label = label.empty() ? path.filename().string() : label;
  card->make = [graph] { return policy::MakeArtifactPolicy(*graph); };
  card->make_value = ValueMaker(path, card->hash, graph);
  card->scaling = ScalingOf(*graph);
  return card;
}

viewer::PolicyHandle RunSource::Poll() {
  if (auto first = FileSource::Poll()) {
    newest_ = first->env_steps;
    return first;
  }
  if (!follow_) return nullptr;
  const double now = SteadySeconds();
  if (now - scanned_ < kScanSeconds) return nullptr;
  Rescan();
  std::error_code missing;
  const auto time = fs::last_write_time(folder_.live_policy(), missing);
  const bool live = !missing && live_time_ != time;
  if (live) live_time_ = time;
  try {
    viewer::PolicyHandle newest;
    if (live) newest = Read(folder_.live_policy(), "live");
    if (!files_.empty() && shelf_.back().env_steps > newest_ &&
        (!newest || shelf_.back().env_steps > newest->env_steps)) {
      newest = Load(files_.size() - 1);
    }
    if (!newest || newest->env_steps <= newest_) return nullptr;
    newest_ = newest->env_steps;
    return newest;
  } catch (const Error&) {
    // a file that is being replaced: the next look finds it whole
    return nullptr;
  }
}

void RunSource::Rescan() {
  scanned_ = SteadySeconds();
  shelf_.clear();
  files_.clear();
  for (const int64_t step : folder_.Policies()) {
    shelf_.push_back({StepLabel(step), step});
    files_.push_back(folder_.policy(step));
  }
  std::error_code missing;
  if (fs::exists(folder_.final_policy(), missing)) {
    shelf_.push_back({"final", -1});
    files_.push_back(folder_.final_policy());
  }
}

const std::vector<viewer::ShelfEntry>& RunSource::Shelf() {
  if (SteadySeconds() - scanned_ >= kScanSeconds) Rescan();
  return shelf_;
}

viewer::PolicyHandle RunSource::Load(size_t index) {
  if (index >= files_.size()) throw Error("this policy is no longer there");
  return Read(files_[index], shelf_[index].label);
}

}  // namespace sinew::apps
