#include "training/evaluation/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "sim/scripted_policies.h"

namespace sinew::training {

EpisodeRecord RunEpisode(sim::Env* env, spec::Policy* policy, uint64_t episode,
                         const StepVisitor& visit) {
  env->ResetToEpisode(episode);
  policy->Reset(episode);
  std::vector<float> observation(env->spec().obs_dim()), action(env->spec().act_dim());
  EpisodeRecord record;
  while (true) {
    std::ranges::transform(env->observation(), observation.begin(),
                           [](double v) { return static_cast<float>(v); });
    sim::Show(env->simulation(), policy);
    policy->Act(observation, action);
    const spec::StepResult result = env->Step(action);
    if (visit) visit({observation, action, result, *env});
    if (!result.done()) continue;
    record.diverged = result.diverged;
    break;
  }
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
                    int64_t episodes, uint64_t seed, ThreadPool* pool) {
  if (episodes < 1) throw UserError("an evaluation needs at least one episode");
  std::vector<EpisodeRecord> records(episodes);
  const int workers = static_cast<int>(std::min<int64_t>(pool->threads(), episodes));
  pool->ParallelFor(workers, [&](int worker) {
    sim::Env env(task, seed);
    const auto policy = make_policy();
    for (int64_t k = worker; k < episodes; k += workers)
      records[k] = RunEpisode(&env, policy.get(), k);
  });
  return Summarize(task->spec(), std::move(records));
}

Evaluation Summarize(const spec::TaskSpec& spec, std::vector<EpisodeRecord> episodes) {
  Evaluation evaluation;
  std::vector<double> returns;
  const auto trials = static_cast<int64_t>(episodes.size());
  for (const EpisodeRecord& episode : episodes) {
    returns.push_back(episode.episode_return);
    evaluation.episode_length += static_cast<double>(episode.length) / static_cast<double>(trials);
    evaluation.diverged += episode.diverged;
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
  std::string text = fmt::format("return {:.2f} (95 % CI {:.2f} to {:.2f}, IQM {:.2f})", mean,
                                 ci95.low, ci95.high, iqm);
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
  json["ci95"] = {ci95.low, ci95.high};
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
  return json;
}

}  // namespace sinew::training
