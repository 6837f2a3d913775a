#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "deploy/control/control_run.h"

namespace sinew::deploy {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kFractions[] = {0.5, 0.99, 0.999, 0.9999};

std::string Line(const char* what, const TimeHistogram& times) {
  if (times.count() == 0) return fmt::format("{:<22}never\n", what);
  return fmt::format(
      "{:<22}{:.0f} µs median, {:.0f} at 99 %, {:.0f} at 99.9 %, {:.0f} at 99.99 %, "
      "{:.0f} at most\n",
      what, times.Percentile(kFractions[0]), times.Percentile(kFractions[1]),
      times.Percentile(kFractions[2]), times.Percentile(kFractions[3]), times.max_us());
}

Json ToJson(const TimeHistogram& times) {
  return {{"count", times.count()},
          {"median", times.Percentile(kFractions[0])},
          {"p99", times.Percentile(kFractions[1])},
          {"p99_9", times.Percentile(kFractions[2])},
          {"p99_99", times.Percentile(kFractions[3])},
          {"max", times.max_us()},
          {"octaves", times.Octaves()}};
}

Json ToJson(const ControlReport::Outcome& outcome, bool has_success) {
  Json json{{"mean_return", outcome.mean_return}, {"diverged", outcome.diverged}};
  if (has_success) json["success_rate"] = outcome.success_rate;
  return json;
}

std::string Text(const char* where, const ControlReport::Outcome& outcome, bool has_success) {
  const std::string success =
      has_success ? fmt::format(", success {:.1f} %", 100 * outcome.success_rate) : "";
  const std::string diverged =
      outcome.diverged ? fmt::format(", {} diverged", outcome.diverged) : "";
  return fmt::format("{:<22}return {:.4f}{}{}\n", where, outcome.mean_return, success, diverged);
}

std::string Histogram(const TimeHistogram& times) {
  constexpr uint64_t kWidest = 50;
  std::string text;
  const auto octaves = times.Octaves();
  for (size_t k = 0; k < octaves.size(); ++k) {
    const uint64_t low = k == 0 ? 0 : uint64_t{1} << (k - 1);
    const uint64_t bar = (octaves[k] * kWidest + times.count() - 1) / times.count();
    text += fmt::format("  {:>6} to {:>6} µs {:>9}  {}\n", low, uint64_t{1} << k, octaves[k],
                        std::string(bar, '#'));
  }
  return text;
}

}  // namespace

double ControlReport::met() const {
  return ticks ? 1 - static_cast<double>(missed) / static_cast<double>(ticks) : 0;
}

std::string ControlReport::ToString() const {
  const auto allowed = [](bool yes) { return yes ? "on" : "not allowed"; };
  std::string text = fmt::format(
      "{} at {:g} Hz over {}, latency {:g} ms and loss {:g} % either way\n"
      "SCHED_FIFO {}, memory lock {}, own processor {}\n",
      task, rate, transport, 1e3 * latency, 100 * loss, allowed(fifo), allowed(locked),
      allowed(pinned));
  text +=
      fmt::format("{:<22}{} of {} missed: {:.4f} % met\n", "deadlines", missed, ticks, 100 * met());
  text += Line("wake-up", wakeup) + Line("response", response) + Line("policy and gate", step);
  text += "jitter of the wake-up:\n" + Histogram(wakeup);
  text +=
      fmt::format("{:<22}{} observations and {} of {} torques lost, {} of {} substeps late\n",
                  "robot", observations_lost, torques_lost, torques_sent, late_substeps, substeps);
  text += fmt::format("{:<22}", "gate");
  for (int trip = 0; trip < SINEW_TRIP_COUNT; ++trip) {
    if (trips[trip] == 0) continue;
    text += fmt::format("{} {}, ", sinew_trip_name(static_cast<sinew_trip>(trip)), trips[trip]);
  }
  text += fmt::format("{} steps in emergency\n", emergencies);
  text += fmt::format("{} episodes:\n", episodes);
  text += Text("  in the loop", in_loop, has_success);
  text += Text("  within one process", in_process, has_success);
  return text;
}

std::string ControlReport::ToJson() const {
  Json json{{"task", task},
            {"transport", transport},
            {"rate", rate},
            {"latency_ms", 1e3 * latency},
            {"loss", loss},
            {"sched_fifo", fifo},
            {"memory_locked", locked},
            {"own_processor", pinned},
            {"deadlines", ticks},
            {"missed", missed},
            {"met", met()},
            {"wakeup_us", deploy::ToJson(wakeup)},
            {"response_us", deploy::ToJson(response)},
            {"step_us", deploy::ToJson(step)},
            {"observations_sent", observations_sent},
            {"observations_lost", observations_lost},
            {"torques_sent", torques_sent},
            {"torques_lost", torques_lost},
            {"substeps", substeps},
            {"late_substeps", late_substeps},
            {"emergency_steps", emergencies},
            {"trips", Json::object()},
            {"episodes", episodes},
            {"in_loop", deploy::ToJson(in_loop, has_success)},
            {"in_process", deploy::ToJson(in_process, has_success)}};
  for (int trip = 0; trip < SINEW_TRIP_COUNT; ++trip) {
    json["trips"][sinew_trip_name(static_cast<sinew_trip>(trip))] = trips[trip];
  }
  return json.dump(2);
}

}  // namespace sinew::deploy
