#include "tasks/classic/cartpole.h"

#include <cmath>
#include <numbers>

#include "tasks/parts/tolerance.h"

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "cartpole/cartpole.xml";
constexpr double kStart = 0.01;
constexpr Range kSparsePosition{-0.25, 0.25};  // [m]
constexpr Range kSparseCosine{0.995, 1};
constexpr double kPoleLength = 1;  // [m]

class CartpoleSwingup : public sim::Task {
 public:
  CartpoleSwingup(std::string name, const CartpoleOptions& options)
      : Task(sim::LoadAsset(kAsset)),
        sparse_(options.sparse),
        start_upright_(options.start_upright) {
    spec_.name = std::move(name);
    spec_.summary = sparse_
                        ? "pole on a cart, swung up, reward only upright and centred (dm_control)"
                        : "pole on a cart, swung up and balanced (dm_control)";
    spec_.asset = kAsset;
    spec_.observation = {{"position", "m", 1, "joint"},
                         {"cos_angle", "1", 1, "joint"},
                         {"sin_angle", "1", 1, "joint"},
                         {"velocity_cart", "m/s", 3, "joint"},
                         {"velocity_pole", "rad/s", 5, "joint"}};
    if (sparse_) {
      spec_.reward_terms = {{"upright", "1 while upright and within 25 cm of the centre"}};
    } else {
      spec_.reward_terms = {{"upright", "(1 + cos) / 2"},
                            {"effort", "what force costs of it"},
                            {"velocity", "what the pole's speed costs of the rest"},
                            {"centring", "what the distance from the centre costs of the rest"}};
    }
    spec_.success = {{"25cm", 0.25, 100}};
    spec_.time_limit = 1000;
    spec_.refresh_kinematics = false;  // joint positions and velocities are all that is read
    const mjModel* model = prototype().model();
    spec_.control_dt = spec_.substeps * model->opt.timestep;
    spec_.action = ActionFromModel(model);
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    simulation.qpos()[0] = kStart * random.Normal();
    simulation.qpos()[1] = std::numbers::pi + kStart * random.Normal();
    for (double& v : simulation.qvel()) v = kStart * random.Normal();
  }

  void ResetForTraining(sim::Simulation& simulation, Random& random) const override {
    const bool upright = start_upright_ > 0 && random.Uniform() < start_upright_;
    Reset(simulation, random);
    if (!upright) return;
    const double u = random.Uniform(-1, 1);
    simulation.qpos()[1] = std::numbers::pi * u * u * u;
  }

  bool ResetAtGoal(sim::Simulation& simulation, Random& random) const override {
    Reset(simulation, random);
    simulation.qpos()[1] -= std::numbers::pi;
    return true;
  }

  // of the pole's tip from a metre above the middle of the rail
  double GoalDistance(const sim::Simulation& simulation) const override {
    const double angle = simulation.qpos()[1];
    return std::hypot(simulation.qpos()[0] + kPoleLength * std::sin(angle),
                      kPoleLength * (1 - std::cos(angle)));
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const double angle = simulation.qpos()[1];
    Eigen::Map<Eigen::Vector<double, 5>>(observation.data()) << simulation.qpos()[0],
        std::cos(angle), std::sin(angle), simulation.qvel();
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const double position = simulation.qpos()[0], cosine = std::cos(simulation.qpos()[1]);
    if (sparse_) {
      terms[0] = Tolerance(position, kSparsePosition) * Tolerance(cosine, kSparseCosine);
      return;
    }
    const double control = simulation.data()->ctrl[0], velocity = simulation.qvel()[1];
    const double factors[] = {
        (1 + cosine) / 2, (4 + Tolerance(control, {0, 0}, 1, Falloff::kQuadratic, 0)) / 5,
        (1 + Tolerance(velocity, {0, 0}, 5)) / 2, (1 + Tolerance(position, {0, 0}, 2)) / 2};
    terms[0] = factors[0];
    double product = factors[0];
    for (int i = 1; i < 4; ++i) {
      terms[i] = product * (factors[i] - 1);
      product *= factors[i];
    }
  }

 private:
  bool sparse_;
  double start_upright_;
};

}  // namespace

void CartpoleOptions::Describe(OptionTable& table) {
  table.Add("sparse", &sparse, "reward only where the pole is upright and the cart centred");
  table.Add(
      "start_upright", &start_upright, {0, 1},
      "share of the training episodes in which the pole starts around upright; evaluation never "
      "does");
}

std::unique_ptr<sim::TaskBuilder> MakeCartpoleSwingup(const std::string& name, bool sparse) {
  CartpoleOptions defaults;
  defaults.sparse = sparse;
  return sim::MakeTaskBuilder(defaults, [name](const CartpoleOptions& options) {
    return std::make_shared<CartpoleSwingup>(name, options);
  });
}

}  // namespace sinew::tasks
