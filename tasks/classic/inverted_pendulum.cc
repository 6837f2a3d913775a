#include "tasks/classic/inverted_pendulum.h"

#include <algorithm>
#include <cmath>

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "inverted-pendulum/inverted-pendulum.xml";
constexpr double kStart = 0.01;  // [m, rad, m/s, rad/s]
constexpr double kFallen = 0.2;  // [rad]

class InvertedPendulum : public sim::Task {
 public:
  InvertedPendulum() : Task(sim::LoadAsset(kAsset)) {
    spec_.name = "inverted-pendulum";
    spec_.summary = "pole on a cart, held upright (Gymnasium InvertedPendulum-v4)";
    spec_.asset = kAsset;
    spec_.observation = {{"position", "m", 1, "joint"},
                         {"angle", "rad", 0.2, "joint"},
                         {"velocity_cart", "m/s", 2, "joint"},
                         {"velocity_pole", "rad/s", 2, "joint"}};
    spec_.reward_terms = {{"upright", "1 for every step"}};
    spec_.substeps = 2;
    spec_.time_limit = 1000;
    spec_.refresh_kinematics = false;
    const mjModel* model = prototype().model();
    spec_.control_dt = spec_.substeps * model->opt.timestep;
    spec_.action = ActionFromModel(model);
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    for (double& q : simulation.qpos()) q = random.Uniform(-kStart, kStart);
    for (double& v : simulation.qvel()) v = random.Uniform(-kStart, kStart);
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    std::ranges::copy(simulation.qpos(), observation.begin());
    std::ranges::copy(simulation.qvel(), observation.begin() + 2);
  }

  void Reward(const sim::Simulation&, std::span<double> terms) const override { terms[0] = 1; }

  bool Terminated(const sim::Simulation& simulation) const override {
    return std::abs(simulation.qpos()[1]) > kFallen;
  }
};

}  // namespace

std::unique_ptr<sim::TaskBuilder> MakeInvertedPendulum() {
  return sim::MakeTaskBuilder(sim::NoTaskOptions{}, [](const sim::NoTaskOptions&) {
    return std::make_shared<InvertedPendulum>();
  });
}

}  // namespace sinew::tasks
