#include "deploy/runtime/gate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace sinew::deploy {
namespace {

constexpr int64_t kMs = 1'000'000;  // [ns]
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

uint32_t Bit(sinew_trip trip) { return 1u << trip; }

// one joint of 10 N·m, two observations in [-1, 1], the second the joint's velocity; 20 ms
GateOptions Plain() {
  GateOptions options;
  options.joints = {{-10, 10, std::numeric_limits<double>::infinity(), 2, 1}};
  options.ranges = {{-1, 1}, {-1, 1}};
  options.control_period = 0.02;
  options.max_age = 0.06;
  return options;
}

struct Outcome {
  sinew_status status;
  double torque;
  sinew_report report;
};

// a policy that always wants the same torque
class Loop {
 public:
  explicit Loop(const GateOptions& options) : gate(options) {}

  Outcome Step(std::vector<float> observation, int64_t stamp, int64_t now, double wanted) {
    const double torque = wanted;
    if (gate.Admit(observation, stamp, now)) gate.Propose({&torque, 1});
    double out = kNan;
    const sinew_status status = gate.Release({&out, 1});
    return {status, out, gate.report()};
  }

  SafetyGate gate;
};

TEST(SafetyGate, LetsASoundStepThrough) {
  Loop loop(Plain());
  const Outcome step = loop.Step({0.5f, 0.5f}, 0, 0, 7);
  EXPECT_EQ(step.status, SINEW_OK);
  EXPECT_EQ(step.torque, 7);
  EXPECT_EQ(step.report.trips, 0u);
  EXPECT_EQ(step.report.asked, 1);
  EXPECT_EQ(step.report.range_element, -1);
}

TEST(SafetyGate, DampsWhileAnObservationIsNotFinite) {
  for (const float bad : {kNan, std::numeric_limits<float>::infinity()}) {
    Loop loop(Plain());
    loop.Step({0, 0}, 0, 0, 7);
    // damping 2 N·m·s/rad at 0.75 rad/s
    const Outcome trip = loop.Step({bad, 0.75f}, 20 * kMs, 20 * kMs, 7);
    EXPECT_EQ(trip.status, SINEW_EMERGENCY);
    EXPECT_EQ(trip.report.trips, Bit(SINEW_TRIP_OBSERVATION));
    EXPECT_DOUBLE_EQ(trip.torque, -1.5);
    EXPECT_EQ(loop.gate.count(SINEW_TRIP_OBSERVATION), 1u);
    EXPECT_EQ(loop.Step({0, 0}, 40 * kMs, 40 * kMs, 7).status, SINEW_OK);
  }
}

TEST(SafetyGate, GivesNoTorqueWhereTheVelocityItselfIsNotFinite) {
  Loop loop(Plain());
  EXPECT_EQ(loop.Step({0, kNan}, 0, 0, 7).torque, 0);
}

TEST(SafetyGate, LatchesAPolicyThatIsNotFinite) {
  Loop loop(Plain());
  const Outcome trip = loop.Step({0, 0.5f}, 0, 0, kNan);
  EXPECT_EQ(trip.status, SINEW_EMERGENCY);
  EXPECT_DOUBLE_EQ(trip.torque, -1);
  EXPECT_EQ(loop.Step({0, 0}, 20 * kMs, 20 * kMs, 7).status, SINEW_EMERGENCY);
  EXPECT_EQ(loop.gate.count(SINEW_TRIP_ACTION), 2u);
  loop.gate.Start();
  EXPECT_EQ(loop.Step({0, 0}, 40 * kMs, 40 * kMs, 7).status, SINEW_OK);
}

TEST(SafetyGate, HoldsTheTorqueUntilTheInputIsStale) {
  Loop loop(Plain());
  loop.Step({0, 0.5f}, 0, 0, 7);
  const Outcome held = loop.Step({0, 0.5f}, 0, 59 * kMs, 3);
  EXPECT_EQ(held.report.asked, 0);
  EXPECT_EQ(held.torque, 7);
  EXPECT_DOUBLE_EQ(held.report.age, 0.059);
  // an old velocity is not known
  const Outcome stale = loop.Step({0, 0.5f}, 0, 61 * kMs, 3);
  EXPECT_EQ(stale.status, SINEW_EMERGENCY);
  EXPECT_EQ(stale.report.trips, Bit(SINEW_TRIP_STALE));
  EXPECT_EQ(stale.torque, 0);
  EXPECT_EQ(loop.Step({0, 0.5f}, 70 * kMs, 71 * kMs, 3).torque, 3);
}

TEST(SafetyGate, TakesAStampFromTheFutureForStale) {
  Loop loop(Plain());
  EXPECT_EQ(loop.Step({0, 0}, 1000 * kMs, 0, 7).status, SINEW_EMERGENCY);
  EXPECT_EQ(
      loop.Step({0, 0}, std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min(), 7)
          .status,
      SINEW_EMERGENCY);
}

TEST(SafetyGate, ScoresTheDistanceFromTheTrainingRange) {
  Loop loop(Plain());
  // 1 beyond a range of width 2
  const Outcome near = loop.Step({2, 0}, 0, 0, 7);
  EXPECT_EQ(near.status, SINEW_OK);
  EXPECT_DOUBLE_EQ(near.report.range_score, 0.5);
  EXPECT_EQ(near.report.range_element, 0);
  const Outcome far = loop.Step({0, -3.5f}, 20 * kMs, 20 * kMs, 7);
  EXPECT_EQ(far.report.trips, Bit(SINEW_TRIP_OUT_OF_RANGE));
  EXPECT_DOUBLE_EQ(far.report.range_score, 1.25);
  EXPECT_EQ(far.report.range_element, 1);
  EXPECT_DOUBLE_EQ(far.torque, 7);  // damping of -3.5 rad/s
}

TEST(SafetyGate, ScoresAConstantByItsSizeAndNothingWithoutARange) {
  GateOptions options = Plain();
  options.ranges = {{4, 4}, {kNan, kNan}};
  Loop loop(options);
  const Outcome step = loop.Step({4.2f, 1e9f}, 0, 0, 7);
  EXPECT_NEAR(step.report.range_score, 0.5, 1e-6);  // 0.2 by a tenth of 4
  EXPECT_EQ(step.report.range_element, 0);
}

TEST(SafetyGate, CutsTorqueToItsLimit) {
  Loop loop(Plain());
  const Outcome step = loop.Step({0, 0}, 0, 0, -11);
  EXPECT_EQ(step.status, SINEW_LIMITED);
  EXPECT_EQ(step.torque, -10);
  EXPECT_EQ(step.report.trips, Bit(SINEW_TRIP_TORQUE_LIMIT));
  EXPECT_EQ(loop.gate.count(SINEW_TRIP_TORQUE_LIMIT), 1u);
}

TEST(SafetyGate, CutsTheDampingToo) {
  GateOptions options = Plain();
  options.max_range_score = std::numeric_limits<double>::infinity();
  Loop loop(options);
  loop.gate.Stop();
  EXPECT_EQ(loop.Step({0, 8}, 0, 0, 1).torque, -10);
}

TEST(SafetyGate, CutsTheChangeOfTorque) {
  GateOptions options = Plain();
  options.joints[0].rate = 100;  // 0.1 N·m in a millisecond
  Loop loop(options);
  EXPECT_EQ(loop.Step({0, 0}, 0, 0, 7).torque, 0);
  const Outcome step = loop.Step({0, 0}, 0, 1 * kMs, 7);
  EXPECT_EQ(step.status, SINEW_LIMITED);
  EXPECT_NEAR(step.torque, 0.1, 1e-12);
  EXPECT_EQ(step.report.trips, Bit(SINEW_TRIP_TORQUE_RATE));
  EXPECT_NEAR(loop.Step({0, 0}, 0, 51 * kMs, 7).torque, 5.1, 1e-12);
  // an emergency may not jerk either
  loop.gate.Stop();
  EXPECT_NEAR(loop.Step({0, 0}, 0, 52 * kMs, 7).torque, 5.0, 1e-12);
}

TEST(SafetyGate, StartsSoftlyAndAgainAfterAnEmergency) {
  GateOptions options = Plain();
  options.soft_start = 0.1;
  Loop loop(options);
  EXPECT_EQ(loop.Step({0, 0}, 0, 1000 * kMs - 1000 * kMs, 8).torque, 0);
  const Outcome half = loop.Step({0, 0}, 50 * kMs, 50 * kMs, 8);
  EXPECT_EQ(half.status, SINEW_LIMITED);
  EXPECT_DOUBLE_EQ(half.torque, 4);
  EXPECT_EQ(half.report.trips & Bit(SINEW_TRIP_SOFT_START), Bit(SINEW_TRIP_SOFT_START));
  EXPECT_DOUBLE_EQ(loop.Step({0, 0}, 110 * kMs, 110 * kMs, 8).torque, 8);
  loop.Step({kNan, 0}, 120 * kMs, 120 * kMs, 8);
  EXPECT_DOUBLE_EQ(loop.Step({0, 0}, 140 * kMs, 140 * kMs, 8).torque, 0);
  EXPECT_DOUBLE_EQ(loop.Step({0, 0}, 165 * kMs, 165 * kMs, 8).torque, 2);
}

TEST(SafetyGate, LatchesWhatItIsToldTo) {
  GateOptions options = Plain();
  options.latched = Bit(SINEW_TRIP_OBSERVATION);
  Loop loop(options);
  loop.Step({kNan, 0}, 0, 0, 7);
  EXPECT_EQ(loop.Step({0, 0}, 20 * kMs, 20 * kMs, 7).status, SINEW_EMERGENCY);
  loop.gate.Start();
  EXPECT_EQ(loop.Step({0, 0}, 40 * kMs, 40 * kMs, 7).status, SINEW_OK);
}

TEST(SafetyGate, StopsUntilStarted) {
  Loop loop(Plain());
  loop.gate.Stop();
  for (int64_t t = 0; t < 3; ++t) {
    EXPECT_EQ(loop.Step({0, 0}, t * 20 * kMs, t * 20 * kMs, 7).report.trips, Bit(SINEW_TRIP_STOP));
  }
  loop.gate.Start();
  EXPECT_EQ(loop.Step({0, 0}, 80 * kMs, 80 * kMs, 7).torque, 7);
}

TEST(SafetyGate, AsksOnceAControlPeriodInAFasterLoop) {
  Loop loop(Plain());
  int asked = 0;
  for (int64_t t = 0; t < 200; ++t) {
    const int64_t jitter = t % 3 * 100'000;
    asked += loop.Step({0, 0}, t * kMs + jitter, t * kMs + jitter, 7).report.asked;
  }
  EXPECT_EQ(asked, 10);
  EXPECT_EQ(loop.gate.count(SINEW_TRIP_PERIOD), 0u);
}

TEST(SafetyGate, AsksAtEachObservationThatComesOnceAPeriod) {
  Loop loop(Plain());
  for (int64_t k = 0; k < 100; ++k) {
    const int64_t stamp = k * 19 * kMs + (k % 2) * kMs;  // a robot whose clock is fast
    EXPECT_EQ(loop.Step({0, 0}, stamp, stamp, 7).report.asked, 1) << k;
    EXPECT_EQ(loop.Step({0, 0}, stamp, stamp + 5 * kMs, 7).report.asked, 0) << k;
  }
  EXPECT_EQ(loop.gate.count(SINEW_TRIP_PERIOD), 0u);
}

TEST(SafetyGate, TellsOfAMissingPeriod) {
  Loop loop(Plain());
  loop.Step({0, 0}, 0, 0, 7);
  const Outcome late = loop.Step({0, 0}, 40 * kMs, 40 * kMs, 7);
  EXPECT_EQ(late.status, SINEW_OK);
  EXPECT_EQ(late.report.trips, Bit(SINEW_TRIP_PERIOD));
}

}  // namespace
}  // namespace sinew::deploy
