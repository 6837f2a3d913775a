// The runtime for C++17 and later: sinew_runtime.h with owned memory and exceptions. Header only,
// so that only C crosses the library's boundary.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sinew_runtime.h"

namespace sinew::runtime {

/// Loading failed; what() is the library's line.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The robot's own order of names and what the gate is to enforce; see sinew_options.
struct Options {
  std::vector<std::string> observations, joints;           // empty: the policy's order
  std::vector<std::string> velocities;                     // "" where there is none
  std::vector<double> torque_limit, torque_rate, damping;  // one a joint; empty: the default
  double max_age = 0, max_range_score = 1, soft_start = 0.5;
  std::uint32_t latched = 0;
};

/// A policy behind its safety gate. Step neither allocates nor throws.
class Controller {
 public:
  /// @throws Error, also if a list of `options` is not one value a joint.
  explicit Controller(const std::string& path, const Options& options = {})
      : runtime_(Load(path, options), sinew_runtime_free),
        torque_(sinew_runtime_joint_count(runtime_.get())) {}

  /// @param observation  [observation_count()], the robot's order, raw.
  /// Look at status() and torque() afterwards.
  sinew_status Step(const float* observation, std::int64_t stamp_ns, std::int64_t now_ns) noexcept {
    return status_ = sinew_runtime_step(runtime_.get(), observation, stamp_ns, now_ns,
                                        torque_.data(), &report_);
  }
  void Start() noexcept { sinew_runtime_start(runtime_.get()); }
  void Stop() noexcept { sinew_runtime_stop(runtime_.get()); }

  /// N·m, in the robot's order of joints.
  const std::vector<float>& torque() const noexcept { return torque_; }
  sinew_status status() const noexcept { return status_; }
  const sinew_report& report() const noexcept { return report_; }
  std::uint64_t trips(sinew_trip trip) const noexcept {
    return sinew_runtime_trip_count(runtime_.get(), trip);
  }

  std::size_t observation_count() const noexcept {
    return sinew_runtime_observation_count(runtime_.get());
  }
  std::size_t joint_count() const noexcept { return torque_.size(); }
  const char* observation_name(std::size_t i) const noexcept {
    return sinew_runtime_observation_name(runtime_.get(), i);
  }
  const char* joint_name(std::size_t i) const noexcept {
    return sinew_runtime_joint_name(runtime_.get(), i);
  }
  double control_period() const noexcept { return sinew_runtime_control_period(runtime_.get()); }
  std::string policy_hash() const { return sinew_runtime_policy_hash(runtime_.get()); }
  std::string task() const { return sinew_runtime_task(runtime_.get()); }

 private:
  static sinew_runtime* Load(const std::string& path, const Options& options) {
    const auto pointers = [](const std::vector<std::string>& names) {
      std::vector<const char*> list;
      for (const std::string& name : names) list.push_back(name.empty() ? nullptr : name.c_str());
      return list;
    };
    const auto observations = pointers(options.observations), joints = pointers(options.joints),
               velocities = pointers(options.velocities);
    // C sees no lengths: lists a joint can be checked only where the joints are named
    for (const std::size_t size : {options.velocities.size(), options.torque_limit.size(),
                                   options.torque_rate.size(), options.damping.size()}) {
      if (size != 0 && size != joints.size()) {
        throw Error("a list of the options has " + std::to_string(size) + " values for " +
                    std::to_string(joints.size()) + " named joints");
      }
    }
    sinew_options c;
    sinew_runtime_default_options(&c);
    if (!observations.empty()) c.observation_names = observations.data();
    c.observation_count = observations.size();
    if (!joints.empty()) c.joint_names = joints.data();
    c.joint_count = joints.size();
    if (!velocities.empty()) c.velocity_names = velocities.data();
    if (!options.torque_limit.empty()) c.torque_limit = options.torque_limit.data();
    if (!options.torque_rate.empty()) c.torque_rate = options.torque_rate.data();
    if (!options.damping.empty()) c.damping = options.damping.data();
    c.max_age = options.max_age;
    c.max_range_score = options.max_range_score;
    c.soft_start = options.soft_start;
    c.latched = options.latched;
    sinew_runtime* runtime = nullptr;
    char line[1024];
    if (sinew_runtime_load(path.c_str(), &c, &runtime, line, sizeof line) != SINEW_OK) {
      throw Error(line);
    }
    return runtime;
  }

  std::unique_ptr<sinew_runtime, void (*)(sinew_runtime*)> runtime_;
  std::vector<float> torque_;
  sinew_report report_{};
  sinew_status status_ = SINEW_OK;
};

}  // namespace sinew::runtime
