#include "deploy/control/control_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/core/scratch_file.h"
#include "tests/deploy/test_task.h"

namespace sinew::deploy {
namespace {

using testing::HasSubstr;

// Episodes of 60 steps of 20 ms. The machine may be busy, so that nothing is asked of the times.
class ControlRunTest : public testing::Test {
 protected:
  ControlReport Run(ControlOptions options) {
    auto artifact = TestArtifact();
    // a random policy's range says nothing: the robot may leave it
    for (auto& element : artifact.contract.observation) {
      element.training_low = element.training_high = std::numeric_limits<double>::quiet_NaN();
    }
    policy::SavePolicy(file_.path(), artifact);
    return RunController(file_.path(), std::make_shared<TestTask>(), options);
  }

  std::string Refusal(const ControlOptions& options) {
    try {
      Run(options);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  ScratchFile file_;
};

TEST_F(ControlRunTest, ReturnsWhatTheSameEpisodesReturnInOneProcess) {
  for (const char* transport : {"shm", "udp"}) {
    ControlOptions options;
    options.seconds = 3;
    options.transport = transport;
    const ControlReport report = Run(options);
    EXPECT_GE(report.episodes, 1u);
    // one at the start of each control period of two physics steps
    EXPECT_LT(report.observations_sent, 0.8 * report.substeps);
    EXPECT_GT(report.ticks, 2000u);
    EXPECT_LE(report.response.count(), report.ticks);
    EXPECT_LE(report.missed, report.ticks);
    EXPECT_EQ(report.observations_lost, 0u);
    // a torque that was late by a physics step or two changes little
    EXPECT_NEAR(report.in_loop.mean_return, report.in_process.mean_return,
                0.1 * std::abs(report.in_process.mean_return))
        << report.ToString();
    EXPECT_GT(report.substeps, 100u);
  }
}

// the test's arm, whose controller turns targets into the motors' torques
class ServoTask : public TestTask {
 public:
  ServoTask() {
    spec_.observation[2].name = "velocity_shoulder";
    spec_.observation[3].name = "velocity_elbow";
    sim::ActionInterface action;
    action.action = "position";
    UseActionInterface(action);
  }
};

TEST_F(ControlRunTest, ALawOfTheControllersIsToldTheStateInEveryPhysicsStep) {
  const auto task = std::make_shared<ServoTask>();
  auto artifact = TestArtifact();
  for (size_t i = 0; i < artifact.contract.observation.size(); ++i) {
    auto& element = artifact.contract.observation[i];
    element.name = task->spec().observation[i].name;
    element.training_low = element.training_high = std::numeric_limits<double>::quiet_NaN();
  }
  artifact.contract.action = task->spec().action;
  policy::SavePolicy(file_.path(), artifact);
  ControlOptions options;
  options.seconds = 3;
  const ControlReport report = RunController(file_.path(), task, options);
  EXPECT_GE(report.episodes, 1u);
  EXPECT_GT(report.observations_sent, 0.95 * report.substeps);
  EXPECT_NEAR(report.in_loop.mean_return, report.in_process.mean_return,
              0.1 * std::abs(report.in_process.mean_return))
      << report.ToString();
}

TEST_F(ControlRunTest, LosesAndDelaysWhatItIsToldTo) {
  ControlOptions options;
  options.seconds = 3;
  options.loss = 0.3;
  options.latency = 0.005;
  const ControlReport report = Run(options);
  EXPECT_NEAR(static_cast<double>(report.torques_lost) / static_cast<double>(report.torques_sent),
              0.3, 0.06);
  EXPECT_GT(report.observations_lost, 0u);
  // an observation that was lost is a control period missed
  EXPECT_GT(report.trips[SINEW_TRIP_PERIOD], 0u);
}

TEST_F(ControlRunTest, TripsTheWatchdogWhenObservationsComeTooLate) {
  ControlOptions options;
  options.seconds = 2;
  options.latency = 0.03;
  options.max_age = 0.01;
  const ControlReport report = Run(options);
  EXPECT_GT(report.trips[SINEW_TRIP_STALE], 100u);
  EXPECT_GT(report.emergencies, 100u);
}

TEST_F(ControlRunTest, ReportsAsJson) {
  ControlOptions options;
  options.seconds = 1.5;
  const auto json = nlohmann::json::parse(Run(options).ToJson());
  for (const char* key : {"deadlines", "missed", "met", "wakeup_us", "response_us", "step_us",
                          "trips", "episodes", "in_loop", "in_process"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_TRUE(json["in_loop"].contains("success_rate"));
  EXPECT_TRUE(json["trips"].contains("stale"));
}

TEST_F(ControlRunTest, RefusesWhatCannotBe) {
  const auto refuse = [&](auto change) {
    ControlOptions options;
    change(options);
    return Refusal(options);
  };
  EXPECT_THAT(refuse([](auto& o) { o.rate = 10; }), HasSubstr("rate = 10, expected 50 to"));
  EXPECT_THAT(refuse([](auto& o) { o.loss = 1; }), HasSubstr("loss = 1"));
  EXPECT_THAT(refuse([](auto& o) { o.latency = -1; }), HasSubstr("latency = -1"));
  EXPECT_THAT(refuse([](auto& o) { o.seconds = 0.2; }), HasSubstr("no episode ended in 0.2 s"));
  EXPECT_THAT(refuse([](auto& o) { o.transport = "tcp"; }), HasSubstr("unknown transport"));
}

}  // namespace
}  // namespace sinew::deploy
