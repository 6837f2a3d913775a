#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <stdexcept>

#include "sim/task.h"
#include "spec/policy.h"
#include "viewer/session/policy_card.h"

namespace sinew::viewer {

/// Two hinges swinging in a plane without gravity, a target, two reward terms: just enough for
/// every panel. Its own xfrc_applied on the lower arm (1 N upwards) stands for what a task may
/// apply itself.
class SwingTask : public sim::Task {
 public:
  static constexpr const char* kModel = R"(
<mujoco model="swing">
  <option timestep="0.005" gravity="0 0 0"/>
  <visual><global offwidth="640" offheight="480"/></visual>
  <asset>
    <texture type="skybox" builtin="gradient" rgb1="0.35 0.42 0.50" rgb2="0.12 0.14 0.17" width="64" height="384"/>
    <texture name="grid" type="2d" builtin="checker" rgb1="0.25 0.28 0.32" rgb2="0.30 0.33 0.38" width="128" height="128"/>
    <material name="grid" texture="grid" texrepeat="8 8"/>
  </asset>
  <worldbody>
    <light pos="0 0 3" dir="0 0 -1"/>
    <camera name="front" pos="0 -2 0.5" xyaxes="1 0 0 0 0 1"/>
    <geom type="plane" size="2 2 0.1" pos="0 0 -1" material="grid"/>
    <body name="upper" pos="0 0 0.5">
      <joint name="shoulder" axis="0 1 0" damping="0.3"/>
      <geom type="capsule" fromto="0 0 0 0 0 -0.4" size="0.05" mass="1" rgba="0.85 0.86 0.88 1"/>
      <body name="lower" pos="0 0 -0.4">
        <joint name="elbow" axis="0 1 0" damping="0.3"/>
        <geom type="capsule" fromto="0 0 0 0 0 -0.4" size="0.04" mass="0.5" rgba="0.3 0.6 0.75 1"/>
        <site name="tip" pos="0 0 -0.4"/>
      </body>
    </body>
    <body name="goal" pos="0.4 0 0.5">
      <joint name="goal_x" type="slide" axis="1 0 0" range="-1 1" limited="true"/>
      <site name="target" size="0.04" rgba="0.9 0.3 0.3 1"/>
      <geom type="sphere" size="0.04" mass="0.1" contype="0" conaffinity="0" rgba="0.9 0.3 0.3 1"/>
    </body>
  </worldbody>
  <actuator>
    <motor joint="shoulder" gear="4" ctrlrange="-1 1" ctrllimited="true"/>
    <motor joint="elbow" gear="2" ctrlrange="-1 1" ctrllimited="true"/>
  </actuator>
</mujoco>)";

  explicit SwingTask(int time_limit = 50) : Task(sim::Simulation::FromString(kModel)) {
    spec_.name = "swing";
    spec_.observation = {
        {"q_shoulder", "rad"}, {"q_elbow", "rad"}, {"v_shoulder", "rad/s"}, {"v_elbow", "rad/s"}};
    spec_.action = ActionFromModel(prototype().model());
    spec_.reward_terms = {{"distance", "minus the distance of the tip to the target"},
                          {"effort", "minus the torque"}};
    spec_.success = {{"50cm", 0.5, 1}};
    spec_.substeps = 4;
    spec_.control_dt = 0.02;
    spec_.time_limit = time_limit;
    spec_.panels = {{"Swing", {{"elbow speed", "rad/s", true}, {"shoulder speed", "rad/s"}}}};
  }
  void FillPanel(const sim::Simulation& simulation, int, std::span<double> values) const override {
    values[0] = simulation.data()->qvel[1];
    values[1] = simulation.data()->qvel[0];
  }
  void Reset(sim::Simulation& simulation, Random& random) const override {
    for (int i = 0; i < 2; ++i) simulation.qpos()[i] = random.Uniform(-1, 1);
    simulation.data()->xfrc_applied[6 * kLowerBody + 2] = 1;
  }
  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    std::copy_n(simulation.data()->qpos, 2, observation.begin());
    std::copy_n(simulation.data()->qvel, 2, observation.begin() + 2);
  }
  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    terms[0] = -GoalDistance(simulation);
    terms[1] = -0.1 * std::abs(simulation.data()->ctrl[0]);
  }
  double GoalDistance(const sim::Simulation& simulation) const override {
    return (simulation.SitePosition(1) - simulation.SitePosition(0)).norm();
  }

  static constexpr int kLowerBody = 2, kGoalBody = 3;
};

/// Remembers how often it has acted and what it saw, so that a wrongly restored memory shows in its
/// actions.
class RememberingPolicy : public spec::Policy {
 public:
  std::string name() const override { return "remembering"; }
  void Reset(uint64_t episode) override { memory_ = 0.1f * static_cast<float>(episode); }
  void Act(std::span<const float> observation, std::span<float> action) override {
    memory_ = 0.9f * memory_ + 0.3f * observation[0] + 0.05f;
    std::ranges::fill(action, std::clamp(memory_, -1.0f, 1.0f));
  }

 protected:
  float memory_ = 0;
};

/// The same, which can tell what it remembers.
class RecallingPolicy : public RememberingPolicy {
 public:
  void Act(std::span<const float> observation, std::span<float> action) override {
    ++acts;
    RememberingPolicy::Act(observation, action);
  }
  std::optional<std::vector<float>> SaveState() const override { return {{memory_}}; }
  void RestoreState(std::span<const float> state) override { memory_ = state[0]; }

  static inline int acts = 0;  // of all of them
};

/// Behaves, then gives a number that no actuator can follow.
class FailingPolicy : public spec::Policy {
 public:
  explicit FailingPolicy(int good_steps) : good_steps_(good_steps) {}
  std::string name() const override { return "failing"; }
  void Reset(uint64_t) override { step_ = 0; }
  void Act(std::span<const float>, std::span<float> action) override {
    std::ranges::fill(action, step_++ < good_steps_ ? 0.5f : NAN);
  }

 private:
  int good_steps_, step_ = 0;
};

template <class Policy, class... Arguments>
PolicyHandle CardFor(const std::string& label, Arguments... arguments) {
  return MakeCard(label, [=] { return std::make_unique<Policy>(arguments...); });
}

}  // namespace sinew::viewer
