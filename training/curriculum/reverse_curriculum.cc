#include "training/curriculum/reverse_curriculum.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace sinew::training {
namespace {

using sim::SimulationState;

constexpr size_t kMostOld = 300, kMostReached = 100;
constexpr double kFreshGoals = 0.25;  // share of the walks

// a state more, in the place of any where there are enough
void AddOrReplace(std::vector<SimulationState>* states, size_t most, SimulationState state,
                  Random* random) {
  if (states->size() < most) {
    states->push_back(std::move(state));
  } else {
    (*states)[random->Below(states->size())] = std::move(state);
  }
}

// states of one simulation all have the same size
void SerializeStates(models::Archive& archive, const std::string& name,
                     std::vector<SimulationState>* states) {
  uint64_t count = states->size();
  archive.Value(name + ".count", count);
  std::vector<double> values;
  for (const SimulationState& state : *states)
    values.insert(values.end(), state.values.begin(), state.values.end());
  if (count == 0) {
    states->clear();
    return;
  }
  archive.CopiedValues(name, values);
  if (!archive.loading()) return;
  const size_t size = values.size() / count;
  states->resize(count);
  for (size_t i = 0; i < count; ++i)
    (*states)[i].values.assign(values.begin() + i * size, values.begin() + (i + 1) * size);
}

}  // namespace

void ReverseCurriculumOptions::Describe(OptionTable& table) {
  table.Add("share", &share, {0, 1},
            "share of the training episodes that start from a curriculum walking back from the "
            "goal (0: none); evaluation never does");
  table.Add("new_starts", &new_starts, {1, 1e5}, "start states a generation, by random walks");
  table.Add("old_starts", &old_starts, {0, 1e5}, "earlier start states added to them");
  table.Add("episodes", &episodes, {1, 1e6}, "episodes from a generation's starts");
  table.Add("walk_steps", &walk_steps, {1, 1e5}, "most control steps of a random walk", "steps");
  table.Add("walk_sigma", &walk_sigma, {0, 10}, "standard deviation of its actions");
  table.Add("min_success", &min_success, {0, 1}, "starts that succeed less often are too hard");
  table.Add("max_success", &max_success, {0, 1}, "starts that succeed more often are too easy");
}

ReverseCurriculum::ReverseCurriculum(const ReverseCurriculumOptions& options,
                                     std::shared_ptr<const sim::Task> task, uint64_t seed)
    : options_(options), env_(std::move(task), seed), random_(seed, "reverse curriculum") {
  if (env_.spec().success.empty()) {
    throw UserError(fmt::format("curriculum.share: '{}' has no measure of success to follow",
                                env_.spec().name));
  }
  if (options.min_success > options.max_success) {
    throw UserError(fmt::format("curriculum.min_success = {:g} lies above max_success = {:g}",
                                options.min_success, options.max_success));
  }
  knows_goals_ = env_.task().ResetAtGoal(env_.simulation(), random_);
  starts_.share = options.share;
  if (knows_goals_) NextGeneration();
}

void ReverseCurriculum::Observe(std::span<const sim::VecEnv::Episode> finished) {
  for (const sim::VecEnv::Episode& episode : finished) Count(episode);
  const bool first = starts_.starts.empty() && !reached_.empty();
  if (first || episodes_ >= options_.episodes) NextGeneration();
}

void ReverseCurriculum::Count(const sim::VecEnv::Episode& episode) {
  if (episode.start == 0) {
    if (!knows_goals_ && episode.success)
      AddOrReplace(&reached_, kMostReached, episode.end, &random_);
    return;
  }
  // an episode may outlive its generation
  const auto start = std::ranges::find(starts_.starts, episode.start, &sim::StartStates::Start::id);
  if (start == starts_.starts.end()) return;
  Tally& tally = tallies_[start - starts_.starts.begin()];
  ++tally.tries;
  tally.successes += episode.success;
  ++episodes_;
}

// Algorithm 1, lines 7 to 9 and 3 to 4
void ReverseCurriculum::NextGeneration() {
  const auto good = SelectStarts();
  int64_t successes = 0;
  for (const Tally& tally : tallies_) successes += tally.successes;
  if (episodes_ > 0) {
    success_rate_ = static_cast<double>(successes) / episodes_;
    AdaptWalk(!good.empty());
  }

  starts_.starts.clear();
  const auto add = [&](SimulationState state) {
    starts_.starts.push_back({next_id_++, std::move(state)});
  };
  for (int64_t i = 0; i < options_.new_starts; ++i) {
    const bool fresh = good.empty() || random_.Uniform() < kFreshGoals;
    add(Walk(fresh ? Goal() : good[random_.Below(good.size())]));
  }
  for (int64_t i = 0; i < options_.old_starts && !old_.empty(); ++i)
    add(old_[random_.Below(old_.size())]);
  Keep(good);
  tallies_.assign(starts_.starts.size(), {});
  episodes_ = 0;
  ++generation_;
}

void ReverseCurriculum::AdaptWalk(bool some_succeed) {
  walk_ =
      std::clamp(walk_ * (some_succeed ? 1.5 : 0.5), 1.0, static_cast<double>(options_.walk_steps));
}

std::vector<SimulationState> ReverseCurriculum::SelectStarts() const {
  std::vector<SimulationState> good, easy;
  for (size_t i = 0; i < tallies_.size(); ++i) {
    const Tally& tally = tallies_[i];
    if (tally.tries == 0) continue;
    const double rate = static_cast<double>(tally.successes) / tally.tries;
    if (rate > options_.max_success) easy.push_back(starts_.starts[i].state);
    if (rate >= options_.min_success && rate <= options_.max_success)
      good.push_back(starts_.starts[i].state);
  }
  return good.empty() ? easy : good;
}

SimulationState ReverseCurriculum::Goal() {
  if (!knows_goals_) return reached_[random_.Below(reached_.size())];
  env_.simulation().Reset();
  env_.task().ResetAtGoal(env_.simulation(), random_);
  env_.Refresh();
  return env_.simulation().SaveState();
}

// Algorithm 2. A walk ends before a state from which no episode could start.
SimulationState ReverseCurriculum::Walk(const SimulationState& from) {
  env_.ResetToSaved(from);
  SimulationState last = from;
  const uint64_t steps = random_.Below(static_cast<uint64_t>(walk_) + 1);
  std::vector<float> action(env_.spec().act_dim());
  for (uint64_t i = 0; i < steps; ++i) {
    for (float& a : action) a = static_cast<float>(options_.walk_sigma * random_.Normal());
    const spec::StepResult result = env_.Step(action);
    if (result.diverged || result.terminated) break;
    last = env_.simulation().SaveState();
  }
  return last;
}

void ReverseCurriculum::Keep(std::span<const SimulationState> good) {
  for (const SimulationState& state : good) AddOrReplace(&old_, kMostOld, state, &random_);
}

void ReverseCurriculum::Serialize(models::Archive& archive) {
  const std::string name = "curriculum.";
  archive.Value(name + "random", random_);
  archive.Value(name + "next_id", next_id_);
  archive.Value(name + "generation", generation_);
  archive.Value(name + "episodes", episodes_);
  archive.Value(name + "success_rate", success_rate_);
  archive.Value(name + "walk", walk_);
  SerializeStates(archive, name + "old", &old_);
  SerializeStates(archive, name + "reached", &reached_);
  std::vector<SimulationState> states;
  std::vector<uint64_t> ids;
  std::vector<int64_t> tries, successes;
  for (const auto& start : starts_.starts) {
    states.push_back(start.state);
    ids.push_back(start.id);
  }
  for (const Tally& tally : tallies_) {
    tries.push_back(tally.tries);
    successes.push_back(tally.successes);
  }
  SerializeStates(archive, name + "starts", &states);
  archive.CopiedValues(name + "ids", ids);
  archive.CopiedValues(name + "tries", tries);
  archive.CopiedValues(name + "successes", successes);
  if (!archive.loading()) return;
  if (ids.size() != states.size() || tries.size() != ids.size() || successes.size() != ids.size()) {
    throw UserError("the checkpoint's curriculum is not whole");
  }
  starts_.starts.clear();
  tallies_.clear();
  for (size_t i = 0; i < states.size(); ++i) {
    starts_.starts.push_back({ids[i], std::move(states[i])});
    tallies_.push_back({tries[i], successes[i]});
  }
}

}  // namespace sinew::training
