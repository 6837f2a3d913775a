#include "viewer/session/push_plan.h"

#include <gtest/gtest.h>

#include <numbers>
#include <string>

#include "sim/simulation.h"
#include "viewer/session/body_move.h"

namespace sinew::viewer {
namespace {

TEST(Pusher, TheImpulseIsForceTimesDurationWhateverTheControlPeriod) {
  for (const double dt : {0.001, 0.02, 0.03, 0.5}) {
    Pusher pusher(1);
    pusher.plan = {.body = 3, .newtons = 40, .duration_ms = 100};
    pusher.Fire();
    double impulse = 0;
    for (int i = 0; i < 200; ++i) impulse += dt * pusher.Next(dt).force.x();
    EXPECT_NEAR(impulse, 4, 1e-9) << "dt " << dt;
    EXPECT_FALSE(pusher.pushing());
  }
}

TEST(Pusher, PushesTheNamedBodyInTheDirection) {
  Pusher pusher(1);
  pusher.plan = {.body = 2,
                 .azimuth = std::numbers::pi / 2,
                 .elevation = std::numbers::pi / 6,
                 .newtons = 10,
                 .duration_ms = 1000};
  EXPECT_FALSE(pusher.Next(0.02));
  pusher.Fire();
  const Wrench push = pusher.Next(0.02);
  EXPECT_EQ(push.body, 2);
  EXPECT_NEAR(push.force.x(), 0, 1e-12);
  EXPECT_NEAR(push.force.y(), 10 * std::sqrt(3) / 2, 1e-12);
  EXPECT_NEAR(push.force.z(), 5, 1e-12);
}

TEST(Pusher, RepeatsAtItsInterval) {
  Pusher pusher(1);
  pusher.plan = {.newtons = 1, .duration_ms = 20, .repeat = true, .interval_s = 0.1};
  std::string pattern;
  for (int i = 0; i < 11; ++i) pattern += pusher.Next(0.02) ? '#' : '.';
  EXPECT_EQ(pattern, "#....#....#");
  pusher.plan.repeat = false;
  pusher.Stop();
  EXPECT_FALSE(pusher.Next(0.02));
}

TEST(Pusher, ARestoredStateDrawsTheSamePushes) {
  Pusher pusher(5);
  pusher.plan = {.newtons = 7,
                 .duration_ms = 60,
                 .repeat = true,
                 .interval_s = 0.2,
                 .random_time = true,
                 .random_direction = true};
  for (int i = 0; i < 7; ++i) pusher.Next(0.02);
  const PushState state = pusher.Save();
  std::vector<Wrench> first;
  for (int i = 0; i < 50; ++i) first.push_back(pusher.Next(0.02));
  pusher.Restore(state);
  EXPECT_EQ(pusher.Save(), state);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(pusher.Next(0.02), first[i]);
}

std::string PushedBodyOf(const std::string& bodies, const std::string& motor) {
  const auto simulation = sim::Simulation::FromString("<mujoco><worldbody>" + bodies +
                                                      "</worldbody><actuator><motor joint='" +
                                                      motor + "'/></actuator></mujoco>");
  return BodyName(simulation.model(), BodyToPush(simulation.model()));
}

TEST(BodyToPush, IsTheTrunkOrTheHand) {
  EXPECT_EQ(PushedBodyOf(R"(
<body name="base"><geom size="0.1" mass="9"/>
  <body name="arm"><joint name="q"/><geom size="0.1" mass="3"/>
    <body name="hand"><joint axis="0 1 0"/><geom size="0.1" mass="1"/>
      <body name="finger"><joint axis="0 1 0"/><geom size="0.01" mass="0.01"/></body>
    </body>
  </body>
</body>
<body name="object"><freejoint/><geom size="0.1" mass="5"/></body>)",
                         "q"),
            "hand");
  EXPECT_EQ(PushedBodyOf(R"(
<body name="trunk"><joint type="slide" axis="1 0 0"/><joint type="slide"/><geom size="0.1" mass="4"/>
  <body name="leg"><joint name="hip" axis="0 1 0"/><geom size="0.1" mass="1"/></body>
</body>)",
                         "hip"),
            "trunk");
}

}  // namespace
}  // namespace sinew::viewer
