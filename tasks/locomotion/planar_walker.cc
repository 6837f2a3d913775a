#include "tasks/locomotion/planar_walker.h"

#include <fmt/format.h>

#include <limits>
#include <numbers>

#include "tasks/parts/tolerance.h"

namespace sinew::tasks {
namespace {

constexpr const char* kAsset = "planar-walker/planar-walker.xml";
constexpr double kStandHeight = 1.2;  // [m]
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class PlanarWalker : public sim::Task {
 public:
  PlanarWalker(std::string name, const PlanarWalkerOptions& options)
      : Task(sim::LoadAsset(kAsset)), speed_(options.speed) {
    spec_.name = std::move(name);
    spec_.summary = speed_ == 0 ? "two-legged walker, stands up (dm_control walker-stand)"
                                : fmt::format(
                                      "two-legged walker, moves at {:g} m/s (dm_control "
                                      "walker)",
                                      speed_);
    spec_.asset = kAsset;
    spec_.reward_terms = {{"height", "torso at or above 1.2 m"}, {"upright", "torso upright"}};
    if (speed_ > 0) {
      spec_.reward_terms.push_back({"speed", "at or above the wanted speed, times standing"});
    }
    spec_.substeps = 10;
    spec_.time_limit = 1000;
    const sim::Simulation& simulation = prototype();
    const mjModel* model = simulation.model();
    spec_.control_dt = spec_.substeps * model->opt.timestep;
    spec_.action = ActionFromModel(model);
    torso_ = simulation.Id(mjOBJ_BODY, "torso");
    velocity_ = model->sensor_adr[simulation.Id(mjOBJ_SENSOR, "velocity")];
    for (int body = 1; body < model->nbody; ++body) {
      const char* name_of_body = mj_id2name(model, mjOBJ_BODY, body);
      spec_.observation.push_back({fmt::format("cos_{}", name_of_body), "1", 1, "world"});
      spec_.observation.push_back({fmt::format("sin_{}", name_of_body), "1", 1, "world"});
    }
    spec_.observation.push_back({"height", "m", 1, "world"});
    spec_.observation.push_back({"velocity_z", "m/s", 3, "world"});
    spec_.observation.push_back({"velocity_x", "m/s", 3, "world"});
    spec_.observation.push_back({"velocity_pitch", "rad/s", 5, "world"});
    for (const auto& element : spec_.action) {
      spec_.observation.push_back({fmt::format("velocity_{}", element.joint), "rad/s", 10});
    }
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    const mjModel* model = simulation.model();
    for (int j = 0; j < model->njnt; ++j) {
      double& q = simulation.data()->qpos[model->jnt_qposadr[j]];
      if (model->jnt_limited[j]) {
        q = random.Uniform(model->jnt_range[2 * j], model->jnt_range[2 * j + 1]);
      } else if (model->jnt_type[j] == mjJNT_HINGE) {
        q = random.Uniform(-std::numbers::pi, std::numbers::pi);
      }
    }
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    double* out = observation.data();
    for (int body = 1; body < simulation.model()->nbody; ++body) {
      const double* rotation = simulation.data()->xmat + 9 * body;
      *out++ = rotation[0];  // the body's x axis along the world's: cos of the pitch
      *out++ = rotation[2];  // its z axis along the world's x: sin
    }
    *out++ = Height(simulation);
    std::copy_n(simulation.data()->qvel, simulation.model()->nv, out);
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const double height =
        Tolerance(Height(simulation), {kStandHeight, kInfinity}, kStandHeight / 2);
    const double upright = (1 + simulation.data()->xmat[9 * torso_ + 8]) / 2;
    const double share = speed_ > 0 ? 1.0 / 6 : 1;
    terms[0] = share * 0.75 * height;
    terms[1] = share * 0.25 * upright;
    if (speed_ == 0) return;
    const double moving = Tolerance(simulation.data()->sensordata[velocity_], {speed_, kInfinity},
                                    speed_ / 2, Falloff::kLinear, 0.5);
    terms[2] = 5 * moving * (terms[0] + terms[1]);
  }

 private:
  double Height(const sim::Simulation& simulation) const {
    return simulation.BodyPosition(torso_).z();
  }

  double speed_;
  int torso_ = 0, velocity_ = 0;
};

}  // namespace

void PlanarWalkerOptions::Describe(OptionTable& table) {
  table.Add("speed", &speed, {0, 20}, "speed to reach; 0: standing is enough", "m/s");
}

std::unique_ptr<sim::TaskBuilder> MakePlanarWalker(const std::string& name, double speed) {
  PlanarWalkerOptions defaults;
  defaults.speed = speed;
  return sim::MakeTaskBuilder(defaults, [name](const PlanarWalkerOptions& options) {
    return std::make_shared<PlanarWalker>(name, options);
  });
}

}  // namespace sinew::tasks
