#include "deploy/control/control_run.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/files.h"
#include "deploy/control/channel.h"
#include "deploy/control/child_process.h"
#include "deploy/control/link.h"
#include "deploy/control/shared_memory.h"
#include "deploy/runtime/runtime.h"
#include "policy/policy_file.h"
#include "sim/rollout_loop.h"

namespace sinew::deploy {
namespace {

void CheckOptions(const ControlOptions& options, const spec::TaskSpec& spec) {
  const auto check = [](const char* name, double value, double low, double high) {
    if (value >= low && value <= high) return;
    throw UserError(fmt::format("{} = {:g}, expected {:g} to {:g}", name, value, low, high));
  };
  check("rate", options.rate, std::ceil(1 / spec.control_dt), 20'000);
  check("seconds", options.seconds, 0.1, 3600);
  check("latency", options.latency, 0, 1);
  check("loss", options.loss, 0, 0.99);
  for (const int size : {spec.obs_dim(), spec.act_dim()}) {
    if (size > static_cast<int>(Message::kMostValues)) {
      throw UserError(
          fmt::format("{} values do not fit a message of {}", size, Message::kMostValues));
    }
  }
}

// The controller's side: one Tick is one period.
class Controller {
 public:
  Controller(Runtime* runtime, Link* link, ControlReport* report)
      : runtime_(runtime), link_(link), report_(report) {
    torque_.count = static_cast<uint32_t>(runtime->joint_names().size());
  }

  void Tick() {
    Receive();
    if (!has_observation_) return;
    const int64_t now = Now();
    const sinew_status status = runtime_->Step(observation_.data(), observation_.stamp_ns, now,
                                               std::span(torque_.values.data(), torque_.count));
    const int64_t done = Now();
    if (runtime_->report().asked) report_->step.Add(done - now);
    report_->emergencies += status == SINEW_EMERGENCY;
    torque_.episode = observation_.episode;
    torque_.stamp_ns = observation_.stamp_ns;
    link_->Send(&torque_, done);
  }

 private:
  void Receive() {
    const Message* message = link_->Receive(Now());
    if (!message || message->count != runtime_->observation_names().size()) return;
    if (has_observation_ && message->episode != observation_.episode) runtime_->Start();
    observation_ = *message;
    has_observation_ = true;
  }

  Runtime* runtime_;
  Link* link_;
  ControlReport* report_;
  Message observation_, torque_;
  bool has_observation_ = false;
};

// Ticks at absolute times until the robot is done.
void RunLoop(Controller* controller, const RobotLog& log, ChildProcess* robot,
             const ControlOptions& options, ControlReport* report) {
  const auto period = static_cast<int64_t>(std::llround(1e9 / options.rate));
  constexpr int64_t kGrace = 10'000'000'000;  // for the robot to end by itself
  const int64_t begin = Now() + period;
  const int64_t end = begin + static_cast<int64_t>(options.seconds * 1e9) + kGrace;
  const auto second = static_cast<uint64_t>(std::ceil(options.rate));
  for (int64_t due = begin; !log.done && due < end; due += period) {
    SleepUntil(due);
    report->wakeup.Add(Now() - due);
    controller->Tick();
    const int64_t response = Now() - due;
    report->response.Add(response);
    ++report->ticks;
    if (report->ticks % second == 0 && !robot->running()) return;
    if (response <= period) continue;
    // those that have passed by now are left out
    const int64_t skipped = response / period;
    report->missed += static_cast<uint64_t>(skipped);
    report->ticks += static_cast<uint64_t>(skipped - 1);
    due += (skipped - 1) * period;
  }
}

ControlReport::Outcome RunInProcess(const policy::PolicyGraph& artifact,
                                    const std::shared_ptr<const sim::Task>& task, uint64_t seed,
                                    size_t episodes) {
  sim::Env env(task, seed);
  const auto policy = policy::MakeArtifactPolicy(artifact);
  sim::RolloutLoop loop(&env, policy.get());
  ControlReport::Outcome outcome;
  for (uint64_t k = 0; k < episodes; ++k) {
    loop.Begin(k);
    spec::StepResult result;
    while (!result.done()) result = loop.Step();
    outcome.mean_return += env.episode_return() / static_cast<double>(episodes);
    outcome.diverged += result.diverged;
    if (!env.spec().success.empty()) {
      outcome.success_rate += env.success() / static_cast<double>(episodes);
    }
  }
  return outcome;
}

ControlReport::Outcome OutcomeOf(const RobotLog& log, size_t episodes) {
  ControlReport::Outcome outcome;
  for (size_t k = 0; k < episodes; ++k) {
    const RobotLog::Episode& episode = log.episodes[k];
    outcome.mean_return += episode.episode_return / static_cast<double>(episodes);
    outcome.success_rate += episode.success / static_cast<double>(episodes);
    outcome.diverged += episode.diverged;
  }
  return outcome;
}

void TakeLog(const RobotLog& log, const spec::TaskSpec& spec, double seconds,
             ControlReport* report) {
  if (log.error[0] != '\0') throw Error(fmt::format("the robot stopped: {}", log.error.data()));
  if (!log.done) throw Error("the robot's process ended before its time");
  report->episodes = log.count.load(std::memory_order_acquire);
  report->substeps = log.substeps;
  report->late_substeps = log.late_substeps;
  if (report->episodes > 0) return;
  throw UserError(fmt::format("no episode ended in {:g} s: one of '{}' takes up to {:g} s", seconds,
                              spec.name, spec.time_limit * spec.control_dt));
}

// in shared memory: what both processes fill
struct Shared {
  RobotLog log;
  uint64_t observations_sent = 0, observations_lost = 0;
};

}  // namespace

ControlReport RunController(const std::filesystem::path& policy,
                            const std::shared_ptr<const sim::Task>& task,
                            const ControlOptions& options) {
  const spec::TaskSpec& spec = task->spec();
  CheckOptions(options, spec);
  const std::string bytes = ReadFile(policy);
  const auto artifact = policy::ParsePolicy(bytes, policy.string());
  spec::CheckTrained(artifact.contract);
  spec::CheckContract(artifact.contract, spec);
  RuntimeOptions runtime_options;
  runtime_options.soft_start = options.soft_start;
  runtime_options.max_age = options.max_age;
  Runtime runtime(artifact, runtime_options, HashHex(bytes));

  ControlReport report;
  report.task = spec.name;
  report.transport = options.transport;
  report.rate = options.rate;
  report.latency = options.latency;
  report.loss = options.loss;
  report.has_success = !spec.success.empty();
  const SharedMemory<Shared> shared;
  const ChannelPair channels = MakeChannels(options.transport);
  const LinkOptions faults{options.latency, options.loss, options.seed};
  Link link(channels.controller.get(), faults, "controller link");
  const Processors processors = SplitProcessors();
  {
    ChildProcess robot([&] {
      // hardware would not wait for other programs either
      const RealtimeScope scope(processors.others, kRobotPriority);
      Link robot_link(channels.robot.get(), faults, "robot link");
      RunRobot(task, &robot_link, {options.seconds, options.seed}, &shared->log);
      shared->observations_sent = robot_link.sent();
      shared->observations_lost = robot_link.lost();
    });
    const RealtimeScope scope(processors.controller, kControllerPriority);
    report.fifo = scope.fifo();
    report.locked = scope.locked();
    report.pinned = scope.pinned();
    Controller controller(&runtime, &link, &report);
    RunLoop(&controller, shared->log, &robot, options, &report);
  }
  TakeLog(shared->log, spec, options.seconds, &report);
  report.observations_sent = shared->observations_sent;
  report.observations_lost = shared->observations_lost;
  report.torques_sent = link.sent();
  report.torques_lost = link.lost();
  for (int trip = 0; trip < SINEW_TRIP_COUNT; ++trip) {
    report.trips[trip] = runtime.count(static_cast<sinew_trip>(trip));
  }
  report.in_loop = OutcomeOf(shared->log, report.episodes);
  report.in_process = RunInProcess(artifact, task, options.seed, report.episodes);
  return report;
}

}  // namespace sinew::deploy
