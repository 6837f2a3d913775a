#include "viewer/session/micro_step.h"

#include <gtest/gtest.h>

#include "tests/viewer/test_task.h"
#include "viewer/session/session.h"

namespace sinew::viewer {
namespace {

// the last physics step of a control step has to end where the control step did
TEST(MicroSteps, LeadFromOneFrameToTheNext) {
  Session session(std::make_shared<SwingTask>(),
                  std::make_unique<FixedPolicySource>(CardFor<RememberingPolicy>("remembering")),
                  {});
  for (int i = 0; i < 6; ++i) session.Step({SwingTask::kLowerBody, {8, 0, 0}, {0, 0, 0}});
  const History& history = session.history();
  MicroSteps micro(*session.task());
  EXPECT_EQ(micro.substeps(), 4);
  micro.Compute(history[4], history[5]);
  const sim::Simulation& simulation = micro.simulation();
  const double begin = history[4].state.simulation.values[0];
  std::vector<double> times;
  for (int i = 1; i < 4; ++i) {
    micro.Show(i);
    EXPECT_EQ(micro.index(), i);
    times.push_back(simulation.data()->time - begin);
  }
  EXPECT_NEAR(times[0], 0.005, 1e-12);
  EXPECT_NEAR(times[2], 0.015, 1e-12);
  // one more by hand; the push is still applied
  ASSERT_TRUE(micro.simulation().Substep());
  session.Seek(5);
  EXPECT_EQ(Eigen::VectorXd(micro.simulation().qpos()),
            Eigen::VectorXd(session.env().simulation().qpos()));
  EXPECT_EQ(Eigen::VectorXd(micro.simulation().qvel()),
            Eigen::VectorXd(session.env().simulation().qvel()));
}

}  // namespace
}  // namespace sinew::viewer
