// Trains on a task of one's own: a cart that is to be pushed to the middle of its track; then
// exports the policy to every format and verifies each.
//   train_own_task FOLDER [STEPS]
// c_controller and cpp_controller run FOLDER/final.policy, onnx_controller
// FOLDER/controller/policy.onnx.

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

#include "core/error.h"
#include "deploy/export/export.h"
#include "deploy/verify/verify.h"
#include "models/kernels/math_runtime.h"
#include "sim/task.h"
#include "training/run/run_config.h"
#include "training/trainer.h"

namespace {

class Cart : public sinew::sim::Task {
 public:
  Cart()
      : Task(sinew::sim::Simulation::FromString(R"(
      <mujoco model="cart">
        <option timestep="0.01"/>
        <worldbody>
          <body name="cart">
            <joint name="slide" type="slide" axis="1 0 0" damping="0.1"/>
            <geom type="box" size="0.1 0.05 0.05" mass="1"/>
          </body>
        </worldbody>
        <actuator><motor name="push" joint="slide" gear="5" ctrlrange="-1 1" ctrllimited="true"/></actuator>
      </mujoco>)")) {
    spec_.name = "cart";
    spec_.summary = "push a cart to the middle";
    spec_.observation = {{"position", "m"}, {"velocity_slide", "m/s"}};
    spec_.action = ActionFromModel(prototype().model());  // joints and limits
    spec_.reward_terms = {{"distance", "-|x|"}, {"effort", "-0.01 a^2"}};
    spec_.success = {{"5cm", 0.05, 10}};
    spec_.substeps = 2;
    spec_.control_dt = 0.02;
    spec_.time_limit = 100;
  }

  void Reset(sinew::sim::Simulation& simulation, sinew::Random& random) const override {
    simulation.qpos()[0] = random.Uniform(-1, 1);
  }
  void Observe(const sinew::sim::Simulation& simulation,
               std::span<double> observation) const override {
    observation[0] = simulation.qpos()[0];
    observation[1] = simulation.qvel()[0];
  }
  void Reward(const sinew::sim::Simulation& simulation, std::span<double> terms) const override {
    const double action = simulation.data()->ctrl[0];
    terms[0] = -GoalDistance(simulation);
    terms[1] = -0.01 * action * action;
  }
  double GoalDistance(const sinew::sim::Simulation& simulation) const override {
    return std::abs(simulation.qpos()[0]);
  }
};

// @return whether every format gives the policy's torques
bool ExportAndVerify(const std::filesystem::path& policy, const std::filesystem::path& folder) {
  const auto task = std::make_shared<Cart>();
  const auto artifact = sinew::policy::LoadPolicy(policy);
  const std::vector<std::string> all{"all"};
  sinew::deploy::ExportPolicy(artifact, sinew::deploy::MakeGoldenVectors(artifact, task, {}),
                              {sinew::deploy::ParseFormats(all)}, folder);
  const auto report = sinew::deploy::Verify(folder, task);
  std::printf("%s", report.ToString().c_str());
  return report.passed();
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2 || argc > 3) return 2;
  sinew::models::UseOneMathThread();
  using namespace sinew::training;
  RunConfig config("cart", {[](sinew::OptionTable&) {}, [] { return std::make_shared<Cart>(); }},
                   "ddpg", /*seed=*/1);
  config.config().SetFromText("train.steps=" + std::string(argc > 2 ? argv[2] : "20000"));
  const RunFolder folder = RunFolder::Create(argv[1]);
  const TrainSummary summary = Train(config, folder, {});
  std::printf("%s\n%s\n", summary.evaluation.Summary().c_str(), folder.final_policy().c_str());
  return ExportAndVerify(folder.final_policy(), folder.root() / "controller") ? 0 : 1;
} catch (const sinew::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
