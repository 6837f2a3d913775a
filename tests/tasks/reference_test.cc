// Our models and tasks against Gymnasium's (version 4) and dm_control's. reference/<task>.csv holds
// what their own MJCF and formulas gave under MuJoCo 2.2.2 from the start states and controls
// below: every tenth of 100 control steps with observation, reward and the return so far. Their
// models are not part of this repository, ours are written anew; so this is what keeps returns
// comparable.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "sim/env.h"
#include "tasks/registry.h"
#include "tests/paths.h"

namespace sinew::tasks {
namespace {

constexpr double kAgreement = 1e-9;

struct Row {
  bool terminated;
  double total, reward;
  std::vector<double> observation;
};

std::map<int, Row> ReadReference(const std::string& task) {
  std::ifstream file(SourceDir() + "/tests/tasks/reference/" + task + ".csv");
  std::map<int, Row> rows;
  std::string line;
  std::getline(file, line);  // header
  while (std::getline(file, line)) {
    std::vector<double> cells;
    std::istringstream cell_stream(line);
    for (std::string cell; std::getline(cell_stream, cell, ',');) cells.push_back(std::stod(cell));
    rows[static_cast<int>(cells[0])] = {
        cells[1] != 0, cells[2], cells[3], {cells.begin() + 4, cells.end()}};
  }
  return rows;
}

// numbers that binary fractions hold exactly, so that both sides start from the same bits
void StartFromReferenceState(sim::Env* env) {
  const mjModel* model = env->simulation().model();
  std::vector<double> qpos(model->qpos0, model->qpos0 + model->nq), qvel(model->nv);
  for (int i = 0; i < model->nq; ++i) qpos[i] += ((3 * i) % 7 - 3) / 256.0;
  for (int i = 0; i < model->nv; ++i) qvel[i] = ((5 * i) % 7 - 3) / 64.0;
  if (env->spec().name == "arm-push") {  // the arm lowered, the puck within the fork
    qpos[1] = 0.3125, qpos[7] = -0.53125, qpos[8] = 0.40625, qpos[9] = qpos[10] = 0;
    std::fill(qvel.begin() + 7, qvel.end(), 0.0);
  }
  env->ResetToState(qpos, qvel);
}

std::vector<double> ReferenceControl(const spec::TaskSpec& spec, int step) {
  std::vector<double> control(spec.action.size());
  for (size_t i = 0; i < control.size(); ++i) {
    control[i] = ((7 * step + 5 * static_cast<int>(i)) % 11 - 5) / 8.0 * spec.action[i].ctrl_high;
  }
  return control;
}

class ReferenceTest : public testing::TestWithParam<const char*> {};

TEST_P(ReferenceTest, ObservationsAndRewardsAgreeOverAHundredSteps) {
  sim::Env env(MakeTask(GetParam()), 1);
  const std::map<int, Row> reference = ReadReference(GetParam());
  ASSERT_EQ(reference.size(), 11u);
  StartFromReferenceState(&env);
  for (int step = 0; step < 100; ++step) {
    const spec::StepResult result = env.StepControl(ReferenceControl(env.spec(), step));
    ASSERT_FALSE(result.diverged);
    const auto row = reference.find(step + 1);
    if (row == reference.end()) continue;
    EXPECT_EQ(result.terminated, row->second.terminated) << "step " << step;
    EXPECT_NEAR(result.reward, row->second.reward, kAgreement) << "step " << step;
    EXPECT_NEAR(env.episode_return(), row->second.total, 100 * kAgreement) << "step " << step;
    EXPECT_THAT(env.observation(),
                testing::Pointwise(testing::DoubleNear(kAgreement), row->second.observation))
        << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(GymnasiumAndDmControl, ReferenceTest,
                         testing::Values("ant", "arm-push", "cartpole-swingup", "cheetah", "hopper",
                                         "inverted-double-pendulum", "inverted-pendulum", "walker",
                                         "walker-walk"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace sinew::tasks
