#include "tasks/classic/inverted_double_pendulum.h"

#include <algorithm>
#include <cmath>

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "inverted-double-pendulum/inverted-double-pendulum.xml";
constexpr double kStart = 0.1;   // [m, rad], and of velocities the standard deviation
constexpr double kFallen = 1.0;  // [m]
constexpr const char* kNoLimit = "the poles have no limits; Gymnasium observes their force";
constexpr const char* kNotReached = "poles that nobody holds fall before the rail ends";
constexpr double kClip = 10;  // of velocities and forces

class InvertedDoublePendulum : public sim::Task {
 public:
  InvertedDoublePendulum() : Task(sim::LoadAsset(kAsset)) {
    spec_.name = "inverted-double-pendulum";
    spec_.summary = "two poles on a cart, held upright (Gymnasium InvertedDoublePendulum-v4)";
    spec_.asset = kAsset;
    spec_.observation = {{"position", "m", 1, "joint"},
                         {"sin_lower", "1", 0.5, "joint"},
                         {"sin_upper", "1", 0.5, "joint"},
                         {"cos_lower", "1", 1, "joint"},
                         {"cos_upper", "1", 1, "joint"},
                         {"velocity_cart", "m/s", 5, "joint"},
                         {"velocity_lower", "rad/s", 5, "joint"},
                         {"velocity_upper", "rad/s", 5, "joint"},
                         {"constraint_cart", "N", 10, "joint", kNotReached},
                         {"constraint_lower", "N·m", 10, "joint", kNoLimit},
                         {"constraint_upper", "N·m", 10, "joint", kNoLimit}};
    spec_.reward_terms = {{"upright", "10 for every step"},
                          {"tip", "-(0.01 x^2 + (z - 2)^2) of the tip [m]"},
                          {"velocity", "-(0.001 v1^2 + 0.005 v2^2) of the poles [rad/s]"}};
    spec_.substeps = 5;
    spec_.time_limit = 1000;
    spec_.refresh_kinematics = false;
    const sim::Simulation& simulation = prototype();
    spec_.control_dt = spec_.substeps * simulation.model()->opt.timestep;
    spec_.action = ActionFromModel(simulation.model());
    tip_ = simulation.Id(mjOBJ_SITE, "tip");
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    for (double& q : simulation.qpos()) q = random.Uniform(-kStart, kStart);
    for (double& v : simulation.qvel()) v = kStart * random.Normal();
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const auto qpos = simulation.qpos();
    observation[0] = qpos[0];
    for (int pole = 0; pole < 2; ++pole) {
      observation[1 + pole] = std::sin(qpos[1 + pole]);
      observation[3 + pole] = std::cos(qpos[1 + pole]);
    }
    for (int i = 0; i < 3; ++i) {
      observation[5 + i] = std::clamp(simulation.qvel()[i], -kClip, kClip);
      observation[8 + i] = std::clamp(simulation.data()->qfrc_constraint[i], -kClip, kClip);
    }
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const auto tip = simulation.SitePosition(tip_);
    const double lower = simulation.qvel()[1], upper = simulation.qvel()[2];
    terms[0] = 10;
    terms[1] = -(0.01 * tip.x() * tip.x() + (tip.z() - 2) * (tip.z() - 2));
    terms[2] = -(1e-3 * lower * lower + 5e-3 * upper * upper);
  }

  bool Terminated(const sim::Simulation& simulation) const override {
    return simulation.SitePosition(tip_).z() <= kFallen;
  }

 private:
  int tip_ = 0;
};

}  // namespace

std::unique_ptr<sim::TaskBuilder> MakeInvertedDoublePendulum() {
  return sim::MakeTaskBuilder(sim::NoTaskOptions{}, [](const sim::NoTaskOptions&) {
    return std::make_shared<InvertedDoublePendulum>();
  });
}

}  // namespace sinew::tasks
