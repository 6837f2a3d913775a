#include "sim/check/model_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/actuation/actuators.h"

namespace sinew::sim {
namespace {

constexpr double kControlPeriod = 0.02;  // [s], rounded to whole timesteps
constexpr double kDuration = 10;         // [s]

class ModelTask : public Task {
 public:
  explicit ModelTask(const std::filesystem::path& mjcf) : Task(Simulation::FromFile(mjcf)) {
    const mjModel* m = prototype().model();
    spec_.name = mjcf.stem().string();
    spec_.summary = "a model without a task";
    spec_.asset = mjcf.string();
    // a model may be looked at whatever its actuators are
    spec_.action = DescribeActuators(m).action;
    spec_.substeps = std::max(1, static_cast<int>(std::lround(kControlPeriod / m->opt.timestep)));
    spec_.control_dt = spec_.substeps * m->opt.timestep;
    spec_.time_limit = static_cast<int>(std::lround(kDuration / spec_.control_dt));
    for (int j = 0; j < m->njnt; ++j) DescribeJoint(m, j);
    std::ranges::move(velocities_, std::back_inserter(spec_.observation));
  }

  void Reset(Simulation& simulation, Random&) const override {
    if (simulation.model()->nkey > 0)
      mj_resetDataKeyframe(simulation.model(), simulation.data(), 0);
  }
  void Observe(const Simulation& simulation, std::span<double> observation) const override {
    const auto rest = std::ranges::copy(simulation.qpos(), observation.begin()).out;
    std::ranges::copy(simulation.qvel(), rest);
  }
  void Reward(const Simulation&, std::span<double>) const override {}

 private:
  void DescribeJoint(const mjModel* m, int j) {
    const std::string name = JointName(m, j);
    const bool angular = m->jnt_type[j] == mjJNT_HINGE;
    const int next_qpos = j + 1 < m->njnt ? m->jnt_qposadr[j + 1] : m->nq;
    const int next_dof = j + 1 < m->njnt ? m->jnt_dofadr[j + 1] : m->nv;
    const int qpos = next_qpos - m->jnt_qposadr[j], dofs = next_dof - m->jnt_dofadr[j];
    for (int k = 0; k < qpos; ++k) {
      const std::string element = qpos > 1 ? fmt::format("{}[{}]", name, k) : name;
      const bool metres = m->jnt_type[j] == mjJNT_SLIDE || (m->jnt_type[j] == mjJNT_FREE && k < 3);
      spec_.observation.push_back({"position_" + element, metres ? "m" : angular ? "rad" : "1"});
    }
    for (int k = 0; k < dofs; ++k) {
      const std::string element = dofs > 1 ? fmt::format("{}[{}]", name, k) : name;
      const bool metres = m->jnt_type[j] == mjJNT_SLIDE || (m->jnt_type[j] == mjJNT_FREE && k < 3);
      velocities_.push_back({"velocity_" + element, metres ? "m/s" : "rad/s"});
    }
  }

  std::vector<spec::ObservationElement> velocities_;
};

}  // namespace

std::shared_ptr<const Task> MakeModelTask(const std::filesystem::path& mjcf) {
  return std::make_shared<ModelTask>(mjcf);
}

}  // namespace sinew::sim
