#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "sim/task.h"
#include "tests/policy/test_artifact.h"

namespace sinew::deploy {

/// A two-joint arm in the plane: angles, speeds and the distance of its elbow angle to a goal; one
/// motor with asymmetric limits, one geared backwards.
class TestTask : public sim::Task {
 public:
  static constexpr const char* kMotors = R"(
          <motor joint="shoulder" ctrlrange="-1 2" ctrllimited="true" gear="3"/>
          <motor joint="elbow" ctrlrange="-1 1" ctrllimited="true" gear="-0.7"/>)";

  explicit TestTask(const std::string& actuators = kMotors) : Task(Load(actuators)) {
    spec_.name = "test-task";
    spec_.observation = {{"q_shoulder", "rad"},
                         {"q_elbow", "rad"},
                         {"v_shoulder", "rad/s"},
                         {"v_elbow", "rad/s"},
                         {"error", "rad"}};
    spec_.action = ActionFromModel(prototype().model());
    spec_.reward_terms = {{"distance", "negative distance of the elbow's angle"}};
    spec_.success = {{"close", 0.8, 3}};
    spec_.substeps = 2;
    spec_.control_dt = 0.02;
    spec_.time_limit = 60;
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    for (int i = 0; i < 2; ++i) simulation.qpos()[i] = random.Uniform(-1, 1);
  }
  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    for (int i = 0; i < 2; ++i) {
      observation[i] = simulation.qpos()[i];
      observation[2 + i] = simulation.qvel()[i];
    }
    observation[4] = simulation.qpos()[1] - kGoal;
  }
  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    terms[0] = -GoalDistance(simulation);
  }
  double GoalDistance(const sim::Simulation& simulation) const override {
    return std::abs(simulation.qpos()[1] - kGoal);
  }

 private:
  static sim::Simulation Load(const std::string& actuators) {
    return sim::Simulation::FromString(R"(
      <mujoco>
        <option timestep="0.01" gravity="0 0 0"/>
        <worldbody>
          <body>
            <joint name="shoulder" type="hinge" axis="0 0 1" damping="0.5"/>
            <geom type="capsule" fromto="0 0 0 0.3 0 0" size="0.03" mass="1"/>
            <body pos="0.3 0 0">
              <joint name="elbow" type="hinge" axis="0 0 1" damping="0.5"/>
              <geom type="capsule" fromto="0 0 0 0.3 0 0" size="0.03" mass="1"/>
            </body>
          </body>
        </worldbody>
        <actuator>)" + actuators + R"(</actuator>
      </mujoco>)");
  }

  static constexpr double kGoal = 0.4;
};

/// Says in a contract which model its policy is for.
inline void NameModel(const sim::Task& task, spec::Contract* contract) {
  const spec::ModelIdentity model = task.MakeSimulation().identity();
  contract->model_hash = model.hash;
  contract->engine = model.engine;
}

/// A random network for the test task.
inline policy::TestPolicy TestArtifact(const std::vector<int>& hidden = {16, 16},
                                       uint64_t seed = 7) {
  const spec::TaskSpec spec = TestTask().spec();
  std::vector<int> sizes{spec.obs_dim()};
  sizes.insert(sizes.end(), hidden.begin(), hidden.end());
  sizes.push_back(spec.act_dim());
  policy::TestPolicy artifact = policy::RandomArtifact(sizes, "relu", seed);
  for (int i = 0; i < spec.obs_dim(); ++i) {
    artifact.contract.observation[i].name = spec.observation[i].name;
    artifact.contract.observation[i].unit = spec.observation[i].unit;
  }
  artifact.contract.action = spec.action;
  NameModel(TestTask(), &artifact.contract);
  return artifact;
}

/// The same with a Gaussian head.
/// @param state_dependent  deviations that follow from the observation, as SAC has them.
inline policy::TestPolicy SamplingArtifact(bool state_dependent) {
  policy::TestPolicy artifact = TestArtifact();
  if (!state_dependent) {
    artifact.layers.back().activation = "identity";
    artifact.gaussian = policy::GaussianHead{{}, {-0.7f, 0.3f}};
    return artifact;
  }
  Random random(5, "head");
  policy::GaussianHead head{{}, {0.1f, -0.2f}, -5, 2};
  for (size_t i = 0; i < artifact.layers.back().weight.size(); ++i) {
    head.weight.push_back(static_cast<float>(0.3 * random.Normal()));
  }
  artifact.gaussian = head;
  return artifact;
}

}  // namespace sinew::deploy
