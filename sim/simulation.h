#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/step/step_model.h"
#include "sim/step/warnings.h"
#include "spec/contract.h"

namespace sinew::sim {

/// What MuJoCo complained about when a state went bad.
struct Divergence {
  std::string quantity;  // "qpos", "qvel", "qacc" or "ctrl"
  int index = 0;         // degree of freedom (or actuator) as MuJoCo reported it
  std::string joint;     // its joint's (or actuator's) name
  double time = 0;       // simulated time at the start of the bad substep [s]
  std::string Describe() const;
};

/// Everything that the future of a simulation depends on, and the derived quantities that lag
/// behind it, so that restore followed by step gives the same bits as an uninterrupted run.
struct SimulationState {
  std::vector<double> values;
  bool operator==(const SimulationState&) const = default;
};

/// Owns one model and one data. Loads or throws; steps with a check for divergence after every
/// substep. Not thread-safe; different simulations are independent.
class Simulation {
 public:
  /// @throws UserError with MuJoCo's own message (file, line) if the MJCF does not load.
  static Simulation FromFile(const std::filesystem::path& mjcf);
  /// A model written out in the text itself. @throws UserError as above.
  static Simulation FromString(const std::string& mjcf);
  /// The same for a text that stands in for a file in `folder`: what it includes is looked for
  /// there.
  static Simulation FromString(const std::string& mjcf, const std::filesystem::path& folder);

  /// A copy of the model with fresh data: no MJCF is compiled again. Physics options set on this
  /// one hold there too.
  Simulation Clone() const;

  mjModel* model() { return model_.get(); }
  const mjModel* model() const { return model_.get(); }
  mjData* data() { return data_.get(); }
  const mjData* data() const { return data_.get(); }

  /// A copy of the model with its geoms in the order of MuJoCo's compiler, which is not that of
  /// model(): there those that are only seen come last.
  std::unique_ptr<mjModel, void (*)(mjModel*)> CompiledModel() const;

  /// Identifies the model by what it says, and by the engine's bytes and version.
  const spec::ModelIdentity& identity() const { return identity_; }
  const std::string& model_hash() const { return identity_.hash; }

  Eigen::Map<Eigen::VectorXd> qpos() { return {data_->qpos, model_->nq}; }
  Eigen::Map<const Eigen::VectorXd> qpos() const { return {data_->qpos, model_->nq}; }
  Eigen::Map<Eigen::VectorXd> qvel() { return {data_->qvel, model_->nv}; }
  Eigen::Map<const Eigen::VectorXd> qvel() const { return {data_->qvel, model_->nv}; }

  /// Id of a named object of the model. @throws UserError listing the known names.
  int Id(mjtObj type, std::string_view name) const;
  Eigen::Map<const Eigen::Vector3d> SitePosition(int site) const {
    return Eigen::Map<const Eigen::Vector3d>(data_->site_xpos + 3 * site);
  }
  Eigen::Map<const Eigen::Vector3d> BodyPosition(int body) const {
    return Eigen::Map<const Eigen::Vector3d>(data_->xpos + 3 * body);
  }

  /// Back to qpos0 at time 0, with all forces, controls and warnings cleared.
  void Reset();
  /// Recomputes everything that follows from qpos, qvel and ctrl (mj_forward).
  void Forward();
  /// Brings the positions of bodies, sites and geoms up to the current qpos: MuJoCo leaves them one
  /// substep behind. With the Euler integrator this is the first half of the next substep done
  /// early, and so costs nothing; write to qpos, qvel or mocap bodies only before Forward().
  /// @return  false if that found the state non-finite; see Substep.
  bool RefreshKinematics();

  /// Adds torques that cancel gravity at every joint of `root_body` and of what hangs on it in each
  /// substep, as torque-controlled arms' own controllers do. @throws UserError with the RK4
  /// integrator, whose stages it cannot follow, and for joints other than hinges and slides.
  void EnableGravityCompensation(int root_body);
  void DisableGravityCompensation() { gravity_joints_.clear(); }
  bool gravity_compensation() const { return !gravity_joints_.empty(); }
  /// The joints that are relieved of the weight they carry.
  const std::vector<int>& gravity_joints() const { return gravity_joints_; }

  /// Whether a substep leaves geoms that are only seen at their bodies' new places, or where they
  /// were: for all but the last of the substeps whose end somebody looks at.
  enum class Visuals { kPlaced, kLeft };
  /// Advances by one timestep with `ctrl` as it stands. Returns true if the state stayed finite and
  /// within 1e10; otherwise `divergence()` tells what happened and the state is not to be used.
  bool Substep(Visuals visuals = Visuals::kPlaced);
  const std::optional<Divergence>& divergence() const { return divergence_; }
  /// What MuJoCo left out of the dynamics since this simulation was made, resets or not.
  const WarningCounts& warnings() const { return warnings_.counts(); }

  SimulationState SaveState() const;
  /// @throws Error if the state's size is not this model's.
  void RestoreState(const SimulationState& state);

 private:
  explicit Simulation(mjModel* model);
  Simulation(mjModel* model, spec::ModelIdentity identity, StepModel step_model);
  bool Advance();
  void ApplyGravityCompensation();
  bool CheckWarnings(double time_before);
  bool CheckState(double time_before);

  struct ModelDeleter {
    void operator()(mjModel* m) const { mj_deleteModel(m); }
  };
  struct DataDeleter {
    void operator()(mjData* d) const { mj_deleteData(d); }
  };
  std::unique_ptr<mjModel, ModelDeleter> model_;
  spec::ModelIdentity identity_;
  StepModel step_model_;
  std::unique_ptr<mjData, DataDeleter> data_;
  std::vector<int> gravity_joints_;
  bool first_half_done_ = false;  // mj_step1 has been run for the state as it is
  std::optional<Divergence> divergence_;
  StepWarnings warnings_;
};

}  // namespace sinew::sim
