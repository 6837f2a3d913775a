#include "tasks/locomotion/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace sinew::tasks {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kVelocityClip = 10;

// an open interval (low, high) as a closed range of doubles
Range Between(double low, double high) {
  return {std::nextafter(low, kInfinity), std::nextafter(high, -kInfinity)};
}

/// What tells one robot from another.
struct Robot {
  const char* name;
  const char* summary;
  int substeps;
  double effort_weight;
  double reset_noise;
  bool normal_velocities;  // start velocities: normal, else uniform
  bool clip_velocities;    // in the observation
  bool can_fall;
  Range height, pitch, others;  // healthy; others: every coordinate but x and height
};

const std::array<Robot, 4>& Robots() {
  static const std::array<Robot, 4> robots{{
      {"hopper", "one-legged hopper, as fast as it can (Gymnasium Hopper-v4)", 4, 1e-3, 5e-3, false,
       true, true, Between(0.7, kInfinity), Between(-0.2, 0.2), Between(-100, 100)},
      {"walker",
       "two-legged walker, as fast as it can (Gymnasium Walker2d-v4)",
       4,
       1e-3,
       5e-3,
       false,
       true,
       true,
       Between(0.8, 2.0),
       Between(-1, 1),
       {}},
      {"cheetah",
       "planar cheetah, as fast as it can (Gymnasium HalfCheetah-v4)",
       5,
       0.1,
       0.1,
       true,
       false,
       false,
       {},
       {},
       {}},
      {"ant",
       "four-legged ant, as fast as it can (Gymnasium Ant-v4)",
       5,
       0.5,
       0.1,
       true,
       false,
       true,
       {0.2, 1.0},
       {},
       {}},
  }};
  return robots;
}

const Robot& Find(const std::string& name) {
  return *std::ranges::find(Robots(), name, &Robot::name);
}

class Runner : public sim::Task {
 public:
  Runner(const Robot& robot, const RunnerOptions& options)
      : Task(sim::LoadAsset(Asset(robot))), robot_(robot), options_(options) {
    spec_.name = robot.name;
    spec_.summary = robot.summary;
    spec_.asset = Asset(robot);
    spec_.substeps = robot.substeps;
    spec_.time_limit = 1000;
    spec_.refresh_kinematics = false;
    const sim::Simulation& simulation = prototype();
    const mjModel* model = simulation.model();
    spec_.control_dt = spec_.substeps * model->opt.timestep;
    spec_.action = ActionFromModel(model);
    spec_.reward_terms = {{"forward", "w (x after - x before) / control period"},
                          {"effort", "-w |a|^2"}};
    if (robot.can_fall) {
      spec_.reward_terms.push_back({"healthy", "a constant for every step on its feet"});
    }
    in_space_ = model->jnt_type[0] == mjJNT_FREE;
    torso_ = simulation.Id(mjOBJ_BODY, "torso");
    height_ = in_space_ ? 2 : 1;
    hidden_ = height_;  // x, and in space y
    DescribeObservation();
  }

  void Reset(sim::Simulation& simulation, Random& random) const override {
    const double noise = robot_.reset_noise;
    for (double& q : simulation.qpos()) q += random.Uniform(-noise, noise);
    for (double& v : simulation.qvel()) {
      v = robot_.normal_velocities ? noise * random.Normal() : random.Uniform(-noise, noise);
    }
  }

  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    const auto qpos = simulation.qpos();
    const auto qvel = simulation.qvel();
    double* out = std::copy(qpos.begin() + hidden_, qpos.end(), observation.data());
    std::transform(qvel.begin(), qvel.end(), out, [this](double v) {
      return robot_.clip_velocities ? std::clamp(v, -kVelocityClip, kVelocityClip) : v;
    });
  }

  void BeforeStep(const sim::Simulation& simulation, std::span<double> terms) const override {
    terms[0] = Position(simulation);
  }

  void Reward(const sim::Simulation& simulation, std::span<double> terms) const override {
    const double before = terms[0];
    double effort = 0;
    for (int i = 0; i < spec_.act_dim(); ++i) {
      effort += simulation.data()->ctrl[i] * simulation.data()->ctrl[i];
    }
    terms[0] = options_.forward_weight * (Position(simulation) - before) / spec_.control_dt;
    terms[1] = -options_.effort_weight * effort;
    if (!robot_.can_fall) return;
    const bool rewarded = options_.terminate_when_unhealthy || Healthy(simulation);
    terms[2] = rewarded ? options_.healthy_reward : 0;
  }

  bool Terminated(const sim::Simulation& simulation) const override {
    return robot_.can_fall && options_.terminate_when_unhealthy && !Healthy(simulation);
  }

 private:
  static std::string Asset(const Robot& robot) { return fmt::format("{0}/{0}.xml", robot.name); }

  void DescribeObservation() {
    const auto add = [this](std::string name, const char* unit, double magnitude,
                            const char* frame) {
      spec_.observation.push_back({std::move(name), unit, magnitude, frame});
    };
    add("height", "m", 1, "world");
    if (in_space_) {
      for (const char* part : {"w", "x", "y", "z"}) {
        add(fmt::format("orientation_{}", part), "1", 1, "world");
      }
    } else {
      add("pitch", "rad", 0.5, "world");
    }
    const mjModel* model = prototype().model();
    const int first_joint = in_space_ ? 1 : 3;  // behind those that move the torso
    const auto joint = [model](int j) { return mj_id2name(model, mjOBJ_JOINT, j); };
    for (int j = first_joint; j < model->njnt; ++j) {
      add(fmt::format("angle_{}", joint(j)), "rad", 1, "joint");
    }
    if (in_space_) {
      const auto axes = {"x", "y", "z"};
      for (const char* axis : axes) add(fmt::format("velocity_{}", axis), "m/s", 3, "world");
      for (const char* axis : axes) add(fmt::format("turning_{}", axis), "rad/s", 5, "torso");
    } else {
      for (const char* axis : {"x", "z"}) add(fmt::format("velocity_{}", axis), "m/s", 5, "world");
      add("velocity_pitch", "rad/s", 5, "world");
    }
    for (int j = first_joint; j < model->njnt; ++j) {
      add(fmt::format("velocity_{}", joint(j)), "rad/s", 10, "joint");
    }
  }

  static bool Contains(const Range& range, double x) { return range.low <= x && x <= range.high; }

  double Position(const sim::Simulation& simulation) const {
    return in_space_ ? simulation.BodyPosition(torso_).x() : simulation.qpos()[0];
  }

  bool Healthy(const sim::Simulation& simulation) const {
    const auto qpos = simulation.qpos();
    if (!Contains(robot_.height, qpos[height_]) || !Contains(robot_.pitch, qpos[height_ + 1])) {
      return false;
    }
    const auto within = [this](double value) { return Contains(robot_.others, value); };
    return std::all_of(qpos.begin() + height_ + 1, qpos.end(), within) &&
           std::ranges::all_of(simulation.qvel(), within);
  }

  const Robot& robot_;
  RunnerOptions options_;
  bool in_space_ = false;
  int torso_ = 0, height_ = 1, hidden_ = 1;
};

}  // namespace

void RunnerOptions::Describe(OptionTable& table) {
  table.Add("forward_weight", &forward_weight, {0, 100}, "weight of the speed");
  table.Add("effort_weight", &effort_weight, {0, 10}, "weight of the squared action");
  if (!can_fall) return;
  table.Add("healthy_reward", &healthy_reward, {0, 100}, "reward of a step on its feet");
  table.Add("terminate_when_unhealthy", &terminate_when_unhealthy,
            "end the episode at a fall; otherwise only the healthy reward stops");
}

std::unique_ptr<sim::TaskBuilder> MakeRunner(const std::string& name) {
  const Robot& robot = Find(name);
  RunnerOptions defaults;
  defaults.effort_weight = robot.effort_weight;
  defaults.can_fall = robot.can_fall;
  return sim::MakeTaskBuilder(defaults, [&robot](const RunnerOptions& options) {
    return std::make_shared<Runner>(robot, options);
  });
}

}  // namespace sinew::tasks
