#include "tasks/planar/planar_reach.h"

#include <fmt/format.h>

#include <cmath>

namespace sinew::tasks {
namespace {

constexpr double kStart = 0.5;            // joints within this of hanging [rad]
constexpr double kStartVelocity = 0.1;    // [rad/s]
constexpr double kTargetAngle = 2.3;      // joints of a random target [rad]
constexpr double kShoulderHeight = 0.75;  // [m]

class PlanarReach : public sim::Task {
 public:
  PlanarReach(int joints, const PlanarReachOptions& options)
      : Task(sim::LoadAsset(Asset(joints))), options_(options), joints_(joints) {
    const sim::Simulation& simulation = prototype();
    spec_.name = joints == 1 ? "reach-single" : "reach-double";
    spec_.summary = fmt::format("{}-joint arm in the vertical plane, tip to a {} target", joints,
                                options.random_target ? "random" : "fixed");
    spec_.asset = Asset(joints);
    spec_.substeps = 4;
    spec_.control_dt = spec_.substeps * simulation.model()->opt.timestep;
    spec_.time_limit = 100;
    spec_.action = ActionFromModel(simulation.model());
    for (const char* function : {"cos_", "sin_"}) {
      for (const spec::ActionElement& element : spec_.action)
        spec_.observation.push_back({function + element.joint, "1"});
    }
    for (const spec::ActionElement& element : spec_.action)
      spec_.observation.push_back({"velocity_" + element.joint, "rad/s", 5});
    for (const char* name : {"error_x", "error_z"})
      spec_.observation.push_back({name, "m", 0.5, "world"});
    if (options.random_target) {
      for (const char* name : {"target_x", "target_z"})
        spec_.observation.push_back({name, "m", 0.5, "world, from the shoulder"});
    }
    spec_.reward_terms = {{"distance", "-|target - tip|"},
                          {"precision", "w exp(-(|target - tip| / width)^2)"},
                          {"effort", "-w |a|^2 / joints"}};
    spec_.success = {{"5cm", 0.05, 10}, {"2cm", 0.02, 10}};
    tip_ = simulation.Id(mjOBJ_SITE, "tip");
    target_ = simulation.model()->body_mocapid[simulation.Id(mjOBJ_BODY, "target")];
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    const auto draw = [&](double spread) {
      for (int i = 0; i < joints_; ++i) simulation.qpos()[i] = random.Uniform(-spread, spread);
    };
    if (options_.random_target) {
      draw(kTargetAngle);
      simulation.Forward();
      Target(simulation) = simulation.SitePosition(tip_);
    }
    draw(kStart);
    simulation.qpos() += Eigen::Map<const Eigen::VectorXd>(simulation.model()->key_qpos, joints_);
    for (int i = 0; i < joints_; ++i)
      simulation.qvel()[i] = random.Uniform(-kStartVelocity, kStartVelocity);
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    double* next = observation.data();
    for (const double q : simulation.qpos()) *next++ = std::cos(q);
    for (const double q : simulation.qpos()) *next++ = std::sin(q);
    for (const double v : simulation.qvel()) *next++ = v;
    const Eigen::Vector3d target = Target(simulation),
                          error = target - simulation.SitePosition(tip_);
    *next++ = error.x();
    *next++ = error.z();
    if (!options_.random_target) return;
    *next++ = target.x();
    *next++ = target.z() - kShoulderHeight;
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const double distance = GoalDistance(simulation);
    const double narrowness = distance / options_.precision_width;
    double effort = 0;
    for (int i = 0; i < joints_; ++i) {
      const double a = simulation.data()->ctrl[i] / spec_.action[i].ctrl_high;
      effort += a * a / joints_;
    }
    terms[0] = -distance;
    terms[1] = options_.precision_weight * std::exp(-narrowness * narrowness);
    terms[2] = -options_.effort_weight * effort;
  }

  double GoalDistance(const sim::Simulation& simulation) const override {
    return (Target(simulation) - simulation.SitePosition(tip_)).norm();
  }

 private:
  static std::string Asset(int joints) { return fmt::format("planar_arm/planar{}.xml", joints); }
  Eigen::Map<Eigen::Vector3d> Target(sim::Simulation& simulation) const {
    return Eigen::Map<Eigen::Vector3d>(simulation.data()->mocap_pos + 3 * target_);
  }
  Eigen::Map<const Eigen::Vector3d> Target(const sim::Simulation& simulation) const {
    return Eigen::Map<const Eigen::Vector3d>(simulation.data()->mocap_pos + 3 * target_);
  }

  PlanarReachOptions options_;
  int joints_, tip_ = 0, target_ = 0;
};

}  // namespace

void PlanarReachOptions::Describe(OptionTable& table) {
  table.Add("random_target", &random_target, "draw the target anew in every episode");
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the squared action");
  table.Add("precision_weight", &precision_weight, {0, 100},
            "weight of the bonus close to the target");
  table.Add("precision_width", &precision_width, {1e-3, 1}, "width of that bonus", "m");
}

std::unique_ptr<sim::TaskBuilder> MakePlanarReach(int joints) {
  return sim::MakeTaskBuilder(PlanarReachOptions{}, [joints](const PlanarReachOptions& options) {
    return std::make_shared<PlanarReach>(joints, options);
  });
}

}  // namespace sinew::tasks
