#include "training/evaluation/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "sim/rollout_loop.h"

namespace sinew::training {
namespace {

// an episode can be long: the question is put within it, but not in every step
StepVisitor StopWhen(const std::function<bool()>& stop) {
  constexpr int64_t kSteps = 32;
  if (!stop) return {};
  return [&stop](const SeenStep& seen) {
    if (seen.env.step() % kSteps == 0 && stop()) throw EvaluationStopped();
  };
}

}  // namespace

EpisodeRecord RunEpisode(sim::Env* env, spec::Policy* policy, uint64_t episode,
                         const StepVisitor& visit) {
  sim::RolloutLoop loop(env, policy);
  loop.Begin(episode);
  EpisodeRecord record;
  for (bool done = false; !done;) {
    const spec::StepResult result = loop.Step();
    if (visit) visit({loop.observation(), loop.action(), result, *env});
    record.diverged = result.diverged;
    done = result.done();
  }
  if (record.diverged) record.divergence = env->simulation().divergence()->Describe();
  record.episode_return = env->episode_return();
  record.length = env->step();
  record.drawn = env->drawn_physics();
  for (size_t k = 0; k < env->spec().success.size(); ++k) {
    record.success.push_back(!record.diverged && env->success(static_cast<int>(k)));
  }
  record.final_distance =
      record.diverged ? std::numeric_limits<double>::quiet_NaN() : env->goal_distance();
  return record;
}

Evaluation Evaluate(const std::shared_ptr<const sim::Task>& task, const PolicyFactory& make_policy,
                    int64_t episodes, uint64_t seed, ThreadPool* pool,
                    const std::function<bool()>& stop) {
  if (episodes < 1) throw UserError("an evaluation needs at least one episode");
  std::vector<EpisodeRecord> records(episodes);
  const int workers = static_cast<int>(std::min<int64_t>(pool->threads(), episodes));
  std::vector<sim::WarningCounts> warnings(workers);
  pool->ParallelFor(workers, [&](int worker) {
    sim::Env env(task, seed);
    const auto policy = make_policy();
    const StepVisitor visit = StopWhen(stop);
    for (int64_t k = worker; k < episodes; k += workers)
      records[k] = RunEpisode(&env, policy.get(), k, visit);
    warnings[worker] = env.simulation().warnings();
  });
  Evaluation evaluation = Summarize(task->spec(), std::move(records));
  for (const sim::WarningCounts& counts : warnings) evaluation.warnings += counts;
  return evaluation;
}

Evaluation Summarize(const spec::TaskSpec& spec, std::vector<EpisodeRecord> episodes) {
  Evaluation evaluation;
  std::vector<double> returns;
  const auto trials = static_cast<int64_t>(episodes.size());
  for (const EpisodeRecord& episode : episodes) {
    returns.push_back(episode.episode_return);
    evaluation.episode_length += static_cast<double>(episode.length) / static_cast<double>(trials);
    evaluation.diverged += episode.diverged;
    if (evaluation.divergence.empty()) evaluation.divergence = episode.divergence;
  }
  evaluation.mean = Mean(returns);
  evaluation.std_dev = StdDev(returns);
  evaluation.iqm = InterquartileMean(returns);
  evaluation.ci95 = BootstrapConfidenceInterval(returns, Mean);
  for (size_t k = 0; k < spec.success.size(); ++k) {
    const auto successes =
        std::ranges::count_if(episodes, [k](const EpisodeRecord& e) { return e.success[k]; });
    evaluation.success.push_back({spec.success[k].name,
                                  static_cast<double>(successes) / static_cast<double>(trials),
                                  WilsonInterval(successes, trials)});
  }
  evaluation.episodes = std::move(episodes);
  return evaluation;
}

std::string Evaluation::Summary() const {
  std::string text = fmt::format("return {:.2f} ", mean);
  text += episodes.size() > 1
              ? fmt::format("(95 % CI {:.2f} to {:.2f}, IQM {:.2f})", ci95.low, ci95.high, iqm)
              : "(one episode, which tells no interval)";
  for (const SuccessRate& rate : success) {
    text += fmt::format(", {} success {:.1f} % ({:.1f} to {:.1f})", rate.name, 100 * rate.rate,
                        100 * rate.ci95.low, 100 * rate.ci95.high);
  }
  if (diverged > 0) text += fmt::format(", {} of {} episodes diverged", diverged, episodes.size());
  return text;
}

nlohmann::ordered_json Evaluation::ToJson() const {
  nlohmann::ordered_json json;
  json["episodes"] = episodes.size();
  json["mean"] = mean;
  json["std_dev"] = std_dev;
  json["iqm"] = iqm;
  json["ci95"] = nullptr;
  if (episodes.size() > 1) json["ci95"] = {ci95.low, ci95.high};
  if (success.empty()) {
    json["success_rate"] = nullptr;
    json["success_ci95"] = nullptr;
  } else {
    json["success_rate"] = success.front().rate;
    json["success_ci95"] = {success.front().ci95.low, success.front().ci95.high};
  }
  json["success"] = nlohmann::ordered_json::object();
  for (const SuccessRate& rate : success) {
    json["success"][rate.name] = {{"rate", rate.rate}, {"ci95", {rate.ci95.low, rate.ci95.high}}};
  }
  json["episode_length"] = episode_length;
  json["diverged"] = diverged;
  json["divergence"] = diverged > 0 ? nlohmann::ordered_json(divergence) : nullptr;
  json["warnings"] = warnings.Describe();
  return json;
}

}  // namespace sinew::training
