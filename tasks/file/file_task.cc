#include "tasks/file/file_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "sim/couplings.h"
#include "tasks/file/file_goals.h"
#include "tasks/file/observation_pieces.h"
#include "tasks/file/task_model.h"
#include "tasks/parts/target_path.h"

namespace sinew::tasks {
namespace {

namespace fs = std::filesystem;
using sim::Simulation;

std::vector<std::string> DefaultObservation(const std::string& goal) {
  std::vector<std::string> pieces{"joint_angles", "joint_velocities"};
  const auto add = [&pieces](std::initializer_list<const char*> names) {
    pieces.insert(pieces.end(), names.begin(), names.end());
  };
  if (goal == "reach") add({"site_position", "target_position", "target_error"});
  if (goal == "track") add({"site_position", "target_position", "target_error", "target_velocity"});
  if (goal == "push")
    add({"site_position", "object_position", "object_velocity", "object_to_site", "target_position",
         "object_error"});
  if (goal == "stand" || goal == "run")
    add({"root_height", "root_up", "root_velocity", "root_rotation_speed"});
  return pieces;
}

void CheckBox(const char* name, const std::vector<double>& low, const std::vector<double>& high) {
  if (low.empty() && high.empty()) return;
  if (low.size() != 3 || high.size() != 3)
    throw UserError(fmt::format("{0}low and {0}high are corners of three numbers each", name));
  for (int i = 0; i < 3; ++i) {
    if (low[i] > high[i]) {
      throw UserError(fmt::format("{0}low is above {0}high: {1:g} and {2:g} along {3}", name,
                                  low[i], high[i], "xyz"[i]));
    }
  }
}

Eigen::Vector3d DrawFrom(const std::vector<double>& low, const std::vector<double>& high,
                         Random& random) {
  Eigen::Vector3d point;
  for (int i = 0; i < 3; ++i) point[i] = random.Uniform(low[i], high[i]);
  return point;
}

class FileTask : public sim::Task {
 public:
  FileTask(const std::string& name, const TaskFileOptions& options)
      : Task(LoadTaskModel(options)), options_(options) {
    CheckBox("target.", options.target_low, options.target_high);
    CheckBox("reset.object_", options.object_low, options.object_high);
    spec_.name = name;
    spec_.summary = options.summary.empty() ? fmt::format("{} with {}", options.goal,
                                                          fs::path(options.model).stem().string())
                                            : options.summary;
    spec_.asset = options.model;
    spec_.gravity_compensation = !options.gravity_compensation.empty();
    DescribeTime();
    DescribeActions();
    FindNames();
    DescribeObservation();
    DescribeReward();
    if (HasTarget(options)) {
      spec_.success = {{fmt::format("{:g}cm", 100 * options.success_distance),
                        options.success_distance, static_cast<int>(options.success_hold)}};
    }
    FindConstants();
  }

  void Reset(Simulation& simulation, Random& random) const override {
    if (HasTarget(options_)) ResetTarget(simulation, random);
    StartPose(simulation);
    for (const int j : context_.joints) {
      Joint(simulation, j) += random.Uniform(-options_.reset_position, options_.reset_position);
      KeepInRange(simulation, j);
      simulation.qvel()[simulation.model()->jnt_dofadr[j]] +=
          random.Uniform(-options_.reset_velocity, options_.reset_velocity);
    }
    sim::KeepCouplings(&simulation);
    if (!options_.object_low.empty()) ResetObject(simulation, random);
  }

  void RestPose(Simulation& simulation) const override { StartPose(simulation); }

  std::vector<std::string> Doubts() const override {
    std::vector<std::string> doubts;
    if (options_.goal != "stand" && options_.goal != "run") return doubts;
    Simulation simulation = prototype().Clone();
    StartPose(simulation);
    simulation.Forward();
    const double height = context_.Height(simulation);
    if (options_.goal == "stand" && options_.target_height > 1.5 * std::abs(height)) {
      doubts.push_back(
          fmt::format("task.target.height is {:.3g} m, and the root starts at {:.3g} m: write the "
                      "height that it has when it stands",
                      options_.target_height, height));
    }
    if (options_.end_height == 0 && options_.end_upright == -1) {
      doubts.push_back(
          "a robot that has fallen goes on to the end of the episode: write end.height or "
          "end.upright if it is not to");
    }
    return doubts;
  }

  bool ResetAtGoal(Simulation& simulation, Random&) const override {
    if (goal_keyframe_ < 0) return false;
    Pose(simulation, goal_keyframe_);
    simulation.Forward();
    SetTarget(simulation, PointThatMatters(simulation));
    return true;
  }

  void MoveTargets(Simulation& simulation) const override {
    if (context_.path < 0) return;
    const auto path = TargetPath::Load(simulation, context_.path);
    SetTarget(simulation, path.Position(simulation.data()->time));
  }

  void Observe(const Simulation& simulation, std::span<double> observation) const override {
    double* next = observation.data();
    for (const ObservationPiece& piece : pieces_) next = piece.write(context_, simulation, next);
  }

  void Reward(const Simulation& simulation, std::span<double> terms) const override {
    for (size_t k = 0; k < terms_.size(); ++k)
      terms[k] = weights_[k] * terms_[k]->value(context_, simulation);
  }

  bool Terminated(const Simulation& simulation) const override {
    if (context_.root < 0) return false;
    // a height of 0 is no height: a root may well lie below the origin
    return (options_.end_height > 0 && context_.Height(simulation) < options_.end_height) ||
           context_.Upright(simulation) < options_.end_upright;
  }

  double GoalDistance(const Simulation& simulation) const override {
    if (!HasTarget(options_)) return Task::GoalDistance(simulation);
    return (context_.Target(simulation) - PointThatMatters(simulation)).norm();
  }

  std::shared_ptr<const spec::GoalModel> goals() const override {
    const bool stays = options_.goal == "reach" || options_.goal == "push";
    // a sensor may feel the target
    if (!stays || std::ranges::find(is_sensor_, true) != is_sensor_.end()) return nullptr;
    return MakeFileGoals(spec_, context_, options_.goal == "push" ? "object" : "site", terms_,
                         weights_);
  }

 private:
  void DescribeTime() {
    const double timestep = prototype().model()->opt.timestep;
    spec_.substeps = static_cast<int>(std::lround(options_.control_period / timestep));
    spec_.control_dt = spec_.substeps * timestep;
    if (spec_.substeps < 1 || std::abs(spec_.control_dt - options_.control_period) > 1e-9) {
      throw UserError(fmt::format(
          "task.control_period = {:g} s is no whole number of the model's steps of {:g} s",
          options_.control_period, timestep));
    }
    spec_.time_limit =
        std::max(1, static_cast<int>(std::lround(options_.time_limit / spec_.control_dt)));
    if (options_.success_hold > spec_.time_limit) {
      throw UserError(fmt::format("task.success.hold = {} is longer than an episode of {} steps",
                                  options_.success_hold, spec_.time_limit));
    }
  }

  void DescribeActions() {
    const mjModel* m = prototype().model();
    if (m->nu == 0) throw UserError("the model has no actuator");
    spec_.action = ActionFromModel(m);
    for (spec::ActionElement& element : spec_.action) {
      element.ScaleRange(options_.torque_scale);
      context_.ctrl.push_back(std::max(std::abs(element.ctrl_low), std::abs(element.ctrl_high)));
    }
  }

  void FindNames() {
    const Simulation& s = prototype();
    const mjModel* m = s.model();
    for (int j = 0; j < m->njnt; ++j) {
      if (m->jnt_type[j] == mjJNT_HINGE || m->jnt_type[j] == mjJNT_SLIDE)
        context_.joints.push_back(j);
    }
    if (!options_.site.empty()) context_.site = s.Id(mjOBJ_SITE, options_.site);
    if (!options_.object.empty()) context_.object = s.Id(mjOBJ_BODY, options_.object);
    if (!options_.root.empty()) context_.root = s.Id(mjOBJ_BODY, options_.root);
    if (!options_.reset_keyframe.empty()) keyframe_ = s.Id(mjOBJ_KEY, options_.reset_keyframe);
    if (!options_.reset_goal_keyframe.empty()) {
      if (options_.goal != "reach" && options_.goal != "push")
        throw UserError("task.reset.goal_keyframe goes with the goals reach and push");
      goal_keyframe_ = s.Id(mjOBJ_KEY, options_.reset_goal_keyframe);
    }
    context_.precision_width = options_.precision_width;
    context_.target_height = options_.target_height;
    context_.target_speed = options_.target_speed;
    const std::string what = fmt::format("goal '{}'", options_.goal);
    CheckNeeds(context_, HasTarget(options_) ? Needs::kSite : Needs::kRoot, what);
    if (options_.goal == "push") CheckNeeds(context_, Needs::kObject, what);
    if (options_.goal == "push" && options_.target_low.empty())
      throw UserError("goal 'push' needs task.target.low and task.target.high");
    if (options_.end_height > 0 || options_.end_upright > -1)
      CheckNeeds(context_, Needs::kRoot, "task.end");
    if (!HasTarget(options_)) return;
    context_.target = m->body_mocapid[s.Id(mjOBJ_BODY, "target")];
    if (context_.target < 0)
      throw UserError(
          "the model's body 'target' is no mocap body: write mocap=\"true\" or rename it");
    if (options_.goal != "track") return;
    context_.path = m->nuserdata - TargetPath::kSize;
    if (context_.path < 0) {
      throw UserError(
          fmt::format("the goal track needs room in a model with its own target: write <size "
                      "nuserdata=\"{}\"/>",
                      TargetPath::kSize));
    }
  }

  void DescribeObservation() {
    const auto names =
        options_.observation.empty() ? DefaultObservation(options_.goal) : options_.observation;
    for (const std::string& name : names) {
      pieces_.push_back(FindPiece(name, context_, prototype()));
      pieces_.back().describe(context_, prototype().model(), &spec_.observation);
      // what a sensor feels, chance poses may not show
      is_sensor_.resize(spec_.observation.size(), name.starts_with("sensor:"));
    }
  }

  // Elements that no state of the model changes, such as the height of a planar arm's tip.
  void FindConstants() {
    constexpr int kStates = 24;
    Simulation simulation = prototype().Clone();
    Random random(0, "constants");
    std::vector<double> first(spec_.observation.size()), now(first);
    std::vector<bool> varies(first.size());
    for (int k = 0; k < kStates; ++k) {
      simulation.Reset();
      Reset(simulation, random);
      Scatter(simulation, random);
      MoveTargets(simulation);
      simulation.Forward();
      Observe(simulation, k == 0 ? first : now);
      for (size_t i = 0; i < now.size() && k > 0; ++i)
        varies[i] = varies[i] || !(std::abs(now[i] - first[i]) <= 1e-9);
    }
    for (size_t i = 0; i < first.size(); ++i) {
      if (!varies[i] && !is_sensor_[i])
        spec_.observation[i].constant_reason = "no state of the model changes it";
    }
  }

  // any state and any controls
  static void Scatter(Simulation& simulation, Random& random) {
    const mjModel* m = simulation.model();
    for (int j = 0; j < m->njnt; ++j) {
      double* q = simulation.data()->qpos + m->jnt_qposadr[j];
      const int type = m->jnt_type[j];
      if (type == mjJNT_HINGE || type == mjJNT_SLIDE) {
        *q = m->jnt_limited[j] ? random.Uniform(m->jnt_range[2 * j], m->jnt_range[2 * j + 1])
                               : random.Uniform(-1, 1);
        continue;
      }
      if (type == mjJNT_FREE) {
        for (int k = 0; k < 3; ++k) q[k] += random.Uniform(-1, 1);
        q += 3;
      }
      for (int k = 0; k < 4; ++k) q[k] = random.Normal();
      mju_normalize4(q);
    }
    for (double& v : simulation.qvel()) v = random.Uniform(-1, 1);
    for (int i = 0; i < m->nu; ++i) simulation.data()->ctrl[i] = random.Uniform(-1, 1);
  }

  void DescribeReward() {
    for (size_t i = 0; i < RewardPieces().size(); ++i) {
      const double weight = options_.reward_weights[i];
      if (weight == 0) continue;
      const RewardPiece& piece = RewardPieces()[i];
      CheckNeeds(context_, piece.needs, "task.reward." + piece.name);
      terms_.push_back(&piece);
      weights_.push_back(weight);
      spec_.reward_terms.push_back({piece.name, fmt::format("{:g} times {}", weight, piece.help)});
    }
    if (!terms_.empty()) return;
    std::string known;
    for (const RewardPiece& piece : RewardPieces())
      known += (known.empty() ? "" : ", ") + piece.name;
    throw UserError("no term of task.reward has a weight; there are: " + known);
  }

  // what is to come to the target
  Eigen::Vector3d PointThatMatters(const Simulation& simulation) const {
    return options_.goal == "push" ? context_.Object(simulation) : context_.Site(simulation);
  }

  void StartPose(Simulation& simulation) const { Pose(simulation, keyframe_); }

  // of a keyframe, or -1: qpos0
  static void Pose(Simulation& simulation, int keyframe) {
    const mjModel* m = simulation.model();
    const double* pose = keyframe >= 0 ? m->key_qpos + keyframe * m->nq : m->qpos0;
    std::copy_n(pose, m->nq, simulation.data()->qpos);
  }

  static double& Joint(Simulation& simulation, int j) {
    return simulation.data()->qpos[simulation.model()->jnt_qposadr[j]];
  }

  static void KeepInRange(Simulation& simulation, int j) {
    const mjModel* m = simulation.model();
    if (!m->jnt_limited[j]) return;
    double& q = Joint(simulation, j);
    q = std::clamp(q, m->jnt_range[2 * j], m->jnt_range[2 * j + 1]);
  }

  void SetTarget(Simulation& simulation, const Eigen::Vector3d& point) const {
    Eigen::Map<Eigen::Vector3d>(simulation.data()->mocap_pos + 3 * context_.target) = point;
  }

  void ResetTarget(Simulation& simulation, Random& random) const {
    const Eigen::Vector3d point = options_.target_low.empty()
                                      ? DrawReachable(simulation, random)
                                      : DrawFrom(options_.target_low, options_.target_high, random);
    SetTarget(simulation, point);
    if (context_.path < 0) return;
    TargetPath path;
    path.centre = point;
    path.amplitude.setConstant(options_.target_amplitude);
    path.frequency.setConstant(2 * std::numbers::pi * options_.target_frequency);
    for (double& phase : path.phase) phase = random.Uniform(-std::numbers::pi, std::numbers::pi);
    path.Store(&simulation, context_.path);
  }

  // where the end effector is at joint angles drawn from their ranges
  Eigen::Vector3d DrawReachable(Simulation& simulation, Random& random) const {
    const mjModel* m = simulation.model();
    StartPose(simulation);
    for (const int j : context_.joints) {
      const double* range = m->jnt_range + 2 * j;
      const double low = m->jnt_limited[j] ? range[0] : -std::numbers::pi;
      const double high = m->jnt_limited[j] ? range[1] : std::numbers::pi;
      Joint(simulation, j) = random.Uniform(low, high);
    }
    sim::KeepCouplings(&simulation);
    simulation.Forward();
    return context_.Site(simulation);
  }

  // an object on a free joint is put there; one on slides is moved by them
  void ResetObject(Simulation& simulation, Random& random) const {
    const mjModel* m = simulation.model();
    const Eigen::Vector3d place = DrawFrom(options_.object_low, options_.object_high, random);
    simulation.Forward();
    const Eigen::Vector3d move = place - context_.Object(simulation);
    const int first = m->body_jntadr[context_.object];
    for (int j = first; j < first + m->body_jntnum[context_.object]; ++j) {
      double* q = simulation.data()->qpos + m->jnt_qposadr[j];
      if (m->jnt_type[j] == mjJNT_FREE) mju_copy3(q, place.data());
      if (m->jnt_type[j] == mjJNT_SLIDE)
        *q += move.dot(Eigen::Map<const Eigen::Vector3d>(simulation.data()->xaxis + 3 * j));
    }
  }

  TaskFileOptions options_;
  TaskContext context_;
  int keyframe_ = -1, goal_keyframe_ = -1;
  std::vector<ObservationPiece> pieces_;
  std::vector<bool> is_sensor_;  // of each observation element
  std::vector<const RewardPiece*> terms_;
  std::vector<double> weights_;
};

}  // namespace

std::shared_ptr<sim::Task> MakeFileTask(const std::string& name, const TaskFileOptions& options) {
  return std::make_shared<FileTask>(name, options);
}

}  // namespace sinew::tasks
