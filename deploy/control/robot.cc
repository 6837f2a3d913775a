#include "deploy/control/robot.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <vector>

#include "core/error.h"
#include "deploy/control/realtime.h"
#include "sim/rollout_loop.h"

namespace sinew::deploy {
namespace {

constexpr double kLongestSilence = 5;  // before the first torque of an episode [s]

int64_t Nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

class Robot {
 public:
  Robot(std::shared_ptr<const sim::Task> task, Link* link, const RobotOptions& options,
        RobotLog* log)
      : env_(std::move(task), options.seed), link_(link), log_(log) {
    period_ = Nanoseconds(env_.spec().control_dt);
    substep_ = Nanoseconds(env_.spec().control_dt / env_.spec().substeps);
    end_ = Now() + Nanoseconds(options.seconds);
    control_.resize(env_.spec().action.size());
    observation_.resize(env_.spec().observation.size());
    has_law_ = std::ranges::any_of(env_.spec().action, [](const spec::ActionElement& element) {
      return element.law == spec::ServoLaw::kController;
    });
    env_.SetSubstepHook(
        [this](int substep, std::span<double> control) { BeforeSubstep(substep, control); });
  }

  void Run() {
    for (uint64_t k = 0; k < RobotLog::kMostEpisodes && Now() < end_; ++k) {
      if (!RunEpisode(k)) return;
    }
  }

 private:
  // @return false if the time was over before the episode was
  bool RunEpisode(uint64_t episode) {
    env_.ResetToEpisode(episode);
    if (!HoldUntilTorque()) return false;
    RobotLog::Episode result;
    step_begin_ = Now();
    for (bool done = false; !done; step_begin_ += period_) {
      if (Now() > end_) return false;
      // the first observation of an episode has been answered
      if (env_.step() > 0) SendObservation();
      const spec::StepResult step = env_.StepControl(control_);
      result.diverged |= step.diverged;
      done = step.done();
      SleepUntil(step_begin_ + period_);
    }
    result.episode_return = env_.episode_return();
    result.length = env_.step();
    result.success = !env_.spec().success.empty() && env_.success();
    log_->episodes[episode] = result;
    log_->count.store(episode + 1, std::memory_order_release);
    return true;
  }

  bool HoldUntilTorque() {
    const int64_t give_up = Now() + Nanoseconds(kLongestSilence);
    while (Now() < end_) {
      SendObservation();
      for (const int64_t next = Now() + period_; Now() < next; SleepUntil(Now() + 100'000)) {
        if (TakeTorque()) return true;
      }
      if (Now() > give_up) throw Error("no torque came from the controller");
    }
    return false;
  }

  void SendObservation() {
    sim::ReadObservation(env_, message_.values);
    Send();
  }

  // within a control period, for laws that the controller runs at its own rate
  void SendState() {
    env_.task().Observe(env_.simulation(), observation_);
    for (size_t i = 0; i < observation_.size(); ++i)
      message_.values[i] = static_cast<float>(observation_[i]);
    Send();
  }

  void Send() {
    message_.count = static_cast<uint32_t>(env_.spec().obs_dim());
    message_.episode = env_.episode();
    message_.stamp_ns = Now();
    link_->Send(&message_, Now());
  }

  // The newest torque, as controls. @return false if none has come for this episode.
  bool TakeTorque() {
    const Message* message = link_->Receive(Now());
    if (!message || message->episode != env_.episode() || message->count != control_.size()) {
      return false;
    }
    for (size_t i = 0; i < control_.size(); ++i) {
      const spec::ActionElement& element = env_.spec().action[i];
      // a law of the controller's own comes as the torque that it makes
      const bool target = element.law == spec::ServoLaw::kModel;
      const double a = target ? element.low() : element.torque_low;
      const double b = target ? element.high() : element.torque_high;
      const double fraction = a == b ? 0 : (message->values[i] - a) / (b - a);
      control_[i] = std::clamp(element.ctrl_low + fraction * (element.ctrl_high - element.ctrl_low),
                               std::min(element.ctrl_low, element.ctrl_high),
                               std::max(element.ctrl_low, element.ctrl_high));
    }
    return true;
  }

  void BeforeSubstep(int substep, std::span<double> control) {
    const int64_t begin = step_begin_ + substep * substep_;
    if (has_law_ && substep > 0) {
      SleepUntil(begin);
      SendState();
    }
    SleepUntil(begin + substep_ / 2);
    TakeTorque();
    std::ranges::copy(control_, control.begin());
    ++log_->substeps;
    if (Now() > begin + substep_) ++log_->late_substeps;
  }

  sim::Env env_;
  Link* link_;
  RobotLog* log_;
  Message message_;
  std::vector<double> control_, observation_;
  bool has_law_ = false;                                         // of the controller's own
  int64_t period_ = 0, substep_ = 0, end_ = 0, step_begin_ = 0;  // [ns]
};

}  // namespace

void RunRobot(const std::shared_ptr<const sim::Task>& task, Link* link, const RobotOptions& options,
              RobotLog* log) {
  try {
    Robot(task, link, options, log).Run();
  } catch (const std::exception& error) {
    std::strncpy(log->error.data(), error.what(), log->error.size() - 1);
  }
  log->done = true;
}

}  // namespace sinew::deploy
