#include "tasks/classic/pendulum.h"

#include <cmath>
#include <numbers>

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "pendulum/pendulum.xml";

class Pendulum : public sim::Task {
 public:
  Pendulum() : Task(sim::LoadAsset(kAsset)) {
    spec_.name = "pendulum";
    spec_.summary = "torque-limited swing-up (Gymnasium Pendulum-v1)";
    spec_.asset = kAsset;
    spec_.observation = {{"cos_angle", "1", 1, "joint"},
                         {"sin_angle", "1", 1, "joint"},
                         {"velocity", "rad/s", 8, "joint"}};
    spec_.reward_terms = {{"upright", "-angle^2 from upright, wrapped to +-pi"},
                          {"velocity", "-0.1 velocity^2"},
                          {"effort", "-0.001 torque^2"}};
    spec_.time_limit = 200;
    spec_.control_dt = 0.05;
    const sim::Simulation& simulation = prototype();
    spec_.substeps =
        static_cast<int>(std::lround(spec_.control_dt / simulation.model()->opt.timestep));
    spec_.action = ActionFromModel(simulation.model());
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    simulation.qpos()[0] = random.Uniform(-std::numbers::pi, std::numbers::pi);
    simulation.qvel()[0] = random.Uniform(-1, 1);
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const double angle = simulation.qpos()[0];
    observation[0] = std::cos(angle);
    observation[1] = std::sin(angle);
    observation[2] = simulation.qvel()[0];
  }

  void BeforeStep(const sim::Simulation& simulation, std::span<double> terms) const override {
    const double angle = std::remainder(simulation.qpos()[0], 2 * std::numbers::pi);
    const double velocity = simulation.qvel()[0];
    const double torque = simulation.data()->ctrl[0];
    terms[0] = -angle * angle;
    terms[1] = -0.1 * velocity * velocity;
    terms[2] = -0.001 * torque * torque;
  }

  void Reward(const sim::Simulation&, std::span<double>) const override {}
};

}  // namespace

std::unique_ptr<sim::TaskBuilder> MakePendulum() {
  return sim::MakeTaskBuilder(
      sim::NoTaskOptions{}, [](const sim::NoTaskOptions&) { return std::make_shared<Pendulum>(); });
}

}  // namespace sinew::tasks
