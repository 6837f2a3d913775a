#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "sim/task.h"

namespace sinew::sim {

struct PointMassOptions {
  int time_limit = 20;
  double wall = std::numeric_limits<double>::infinity();  // |x| beyond this terminates [m]
  double start = 1;                                       // x is drawn from +-start [m]
};

/// One kilogram on a rail with a motor of +-5 N and nothing else, so that every number can be
/// worked out: within a control step of 5 substeps of h = 0.01 s the semi-implicit Euler rule gives
/// v' = v + 5 h F and x' = x + 5 h v + 15 h^2 F.
class PointMass : public Task {
 public:
  static constexpr double kForce = 5, kTimestep = 0.01, kControlDt = 0.05;
  static constexpr double kEffortWeight = 0.01;

  static constexpr const char* kModel = R"(
    <mujoco>
      <option timestep="0.01" gravity="0 0 0"/>
      <worldbody>
        <body>
          <joint name="rail" type="slide" axis="1 0 0"/>
          <geom type="sphere" size="0.1" mass="1"/>
        </body>
      </worldbody>
      <actuator><motor joint="rail" gear="5" ctrllimited="true" ctrlrange="-1 1"/></actuator>
    </mujoco>)";

  explicit PointMass(const PointMassOptions& options = {})
      : Task(Simulation::FromString(kModel)), options_(options) {
    spec_.name = "point-mass";
    spec_.observation = {{"position", "m"}, {"velocity", "m/s"}};
    spec_.action = ActionFromModel(prototype().model());
    spec_.reward_terms = {{"distance", "-x^2"}, {"effort", "-w a^2"}};
    spec_.success = {{"10cm", 0.1, 3}};
    spec_.substeps = 5;
    spec_.control_dt = kControlDt;
    spec_.time_limit = options.time_limit;
  }
  void Reset(Simulation& simulation, Random& random) const override {
    simulation.qpos()[0] = random.Uniform(-options_.start, options_.start);
  }
  void Observe(const Simulation& simulation, std::span<double> observation) const override {
    observation[0] = simulation.qpos()[0];
    observation[1] = simulation.qvel()[0];
  }
  void Reward(const Simulation& simulation, std::span<double> terms) const override {
    const double x = simulation.qpos()[0], a = simulation.data()->ctrl[0];
    terms[0] = -x * x;
    terms[1] = -kEffortWeight * a * a;
  }
  bool Terminated(const Simulation& simulation) const override {
    return std::abs(simulation.qpos()[0]) > options_.wall;
  }
  double GoalDistance(const Simulation& simulation) const override {
    return std::abs(simulation.qpos()[0]);
  }

 private:
  PointMassOptions options_;
};

}  // namespace sinew::sim
