#include "sim/check/task_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <limits>

#include "core/error.h"
#include "sim/check/model_check.h"
#include "sim/check/model_task.h"
#include "tests/sim/point_mass.h"

namespace sinew::sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const CheckResult& Find(const CheckReport& report, const std::string& name) {
  const auto found = std::ranges::find(report.results, name, &CheckResult::name);
  if (found == report.results.end()) throw Error("no check named " + name);
  return *found;
}

// A sled on a rail that is sound but for what a test changes about it.
class Sled : public Task {
 public:
  static std::string Model(const std::string& joint = "", const std::string& motor = "") {
    return R"(<mujoco>
      <option timestep="0.01" gravity="0 0 0"/>
      <worldbody>
        <body name="sled">
          <joint name="rail" type="slide" axis="1 0 0" damping="0.5" )" +
           joint + R"(/>
          <geom name="sled" type="sphere" size="0.1" mass="1"/>
        </body>
      </worldbody>
      <actuator>
        <motor name="push" joint="rail" ctrllimited="true" ctrlrange="-1 1" )" +
           motor + R"(/>
      </actuator>
    </mujoco>)";
  }

  explicit Sled(const std::string& model = Model()) : Task(Simulation::FromString(model)) {
    spec_.name = "sled";
    spec_.summary = "a sled on a rail";
    spec_.observation = {{"position", "m"}, {"velocity", "m/s"}};
    spec_.action = ActionFromModel(prototype().model());
    spec_.reward_terms = {{"distance", "-|x|"}};
    spec_.substeps = 2;
    spec_.control_dt = 0.02;
    spec_.time_limit = 60;
  }
  void Reset(Simulation& simulation, Random& random) const override {
    simulation.qpos()[0] = start ? start(random) : random.Uniform(-1, 1);
  }
  void Observe(const Simulation& simulation, std::span<double> observation) const override {
    observation[0] = simulation.qpos()[0];
    observation[1] = simulation.qvel()[0];
    if (observe) observe(simulation, observation);
  }
  void Reward(const Simulation& simulation, std::span<double> terms) const override {
    terms[0] = reward ? reward(simulation) : -std::abs(simulation.qpos()[0]);
  }

  spec::TaskSpec& mutable_spec() { return spec_; }
  std::function<double(Random&)> start;
  std::function<void(const Simulation&, std::span<double>)> observe;
  std::function<double(const Simulation&)> reward;
};

TEST(TaskCheckTest, ASoundTaskPassesEveryCheck) {
  const CheckReport report = CheckTask(std::make_shared<Sled>());
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_EQ(report.Count(Verdict::kOk), 17) << report.ToString();
  EXPECT_THAT(report.ToString(),
              AllOf(HasSubstr("sled: a sled on a rail\n  ok    names"), HasSubstr("0 failed")));
}

// what is drawn when an episode begins is no fault of a check that looks at a single one
TEST(TaskCheckTest, OneEpisodeJudgesNoConstants) {
  auto sled = std::make_shared<Sled>();
  sled->observe = [](const Simulation&, std::span<double> o) { o[0] = 0.25; };
  EXPECT_EQ(Find(CheckTask(sled), "observations").verdict, Verdict::kFail);
  EXPECT_EQ(Find(CheckTask(sled, {.episodes = 1}), "observations").verdict, Verdict::kNote);
}

TEST(TaskCheckTest, MeasuresWhatItSays) {
  const CheckReport report = CheckTask(std::make_shared<Sled>());
  // 1 N on 1 kg, less what the damping of 0.5 N s/m takes within the step of 0.01 s: 1 / 1.005
  EXPECT_THAT(Find(report, "torque signs").detail, HasSubstr("least rail: 0.995 rad/s²"));
  EXPECT_THAT(Find(report, "bounds").detail, HasSubstr("torque up to 100 %"));
}

TEST(TaskCheckTest, NamelessBodiesFailAndNamelessGeomsAreNoted) {
  std::string body = Sled::Model(), geom = Sled::Model();
  body.replace(body.find("<body name=\"sled\">"), 18, "<body>");
  geom.replace(geom.find("<geom name=\"sled\""), 17, "<geom");
  const CheckResult of_body = CheckModel(Simulation::FromString(body)).front();
  const CheckResult of_geom = CheckModel(Simulation::FromString(geom)).front();
  EXPECT_EQ(of_body.verdict, Verdict::kFail);
  EXPECT_THAT(of_body.detail, HasSubstr("body 1"));
  EXPECT_EQ(of_geom.verdict, Verdict::kNote);
  EXPECT_THAT(of_geom.detail, HasSubstr("geom 0"));
}

TEST(TaskCheckTest, ActuatorsWithoutLimitsAreRefusedBeforeAnythingRuns) {
  std::string model = Sled::Model();
  const std::string limits = "ctrllimited=\"true\" ctrlrange=\"-1 1\"";
  model.erase(model.find(limits), limits.size());
  EXPECT_THROW(Sled{model}, UserError);
  const auto results = CheckModel(Simulation::FromString(model));
  EXPECT_EQ(results.back().name, "actuators");
  EXPECT_EQ(results.back().verdict, Verdict::kFail);
  EXPECT_THAT(results.back().detail, AllOf(HasSubstr("'push'"), HasSubstr("write ctrllimited")));
}

TEST(TaskCheckTest, AFreeJointNeedsNoName) {
  std::string model = Sled::Model();
  const std::string joint = "<geom name=\"sled\"";
  model.insert(model.find("<body name=\"sled\">"),
               "<camera/><body name=\"box\"><freejoint/><geom name=\"box\" size=\"0.1\" "
               "mass=\"1\" contype=\"0\" conaffinity=\"0\"/></body>");
  const CheckResult names = CheckModel(Simulation::FromString(model)).front();
  EXPECT_EQ(names.verdict, Verdict::kNote);
  EXPECT_THAT(names.detail, HasSubstr("joint 0"));
}

TEST(TaskCheckTest, ANegativeGearIsSound) {
  const CheckReport report = CheckTask(std::make_shared<Sled>(Sled::Model("", "gear=\"-1\"")));
  EXPECT_TRUE(report.passed()) << report.ToString();
}

TEST(TaskCheckTest, ARangeThatSaturatesIsNoted) {
  const CheckReport report = CheckTask(std::make_shared<Sled>(
      Sled::Model("", "gear=\"10\" forcelimited=\"true\" forcerange=\"-0.2 0.2\"")));
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_EQ(Find(report, "actuators").verdict, Verdict::kNote);
  EXPECT_THAT(Find(report, "actuators").detail,
              AllOf(HasSubstr("most of the ctrlrange of 'push' saturates"), HasSubstr("2 N")));
}

TEST(TaskCheckTest, AServoPassesAndIsNotTakenForAMotor) {
  std::string model = Sled::Model();
  const std::string motor = "<motor name=\"push\"";
  model.replace(model.find(motor), motor.size(), "<position name=\"push\" kp=\"20\"");
  const CheckReport report = CheckTask(std::make_shared<Sled>(model));
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_EQ(Find(report, "energy").verdict, Verdict::kOk);
}

TEST(TaskCheckTest, HingesOfAFewDegreesAskForRadians) {
  std::string model = Sled::Model("limited=\"true\" range=\"-2.5 2.5\"");
  const std::string slide = "type=\"slide\"";
  model.replace(model.find(slide), slide.size(), "type=\"hinge\"");
  const CheckResult ranges = CheckModel(Simulation::FromString(model)).back();
  EXPECT_EQ(ranges.verdict, Verdict::kNote);
  EXPECT_THAT(ranges.detail, AllOf(HasSubstr("rail (-2.5 to 2.5 degrees)"),
                                   HasSubstr("<compiler angle=\"radian\"/>")));
  std::string radians = model;
  radians.insert(radians.find("<option"), "<compiler angle=\"radian\"/>");
  EXPECT_EQ(CheckModel(Simulation::FromString(radians)).back().name, "actuators");
}

// What one change to the task makes fail.
struct Fault {
  const char* check;
  const char* says;
  std::function<void(Sled*)> change;
  std::string model = Sled::Model();
};

class FaultTest : public testing::TestWithParam<Fault> {};

TEST_P(FaultTest, IsFoundByItsCheck) {
  const Fault& fault = GetParam();
  auto task = std::make_shared<Sled>(fault.model);
  if (fault.change) fault.change(task.get());
  const CheckReport report = CheckTask(task);
  EXPECT_EQ(Find(report, fault.check).verdict, Verdict::kFail) << report.ToString();
  EXPECT_THAT(Find(report, fault.check).detail, HasSubstr(fault.says));
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    EachOnce, FaultTest,
    testing::Values(
        Fault{"units", "'metres' of position",
              [](Sled* sled) { sled->mutable_spec().observation[0].unit = "metres"; }},
        Fault{"units", "0.05 s is not 2 steps of 0.01 s",
              [](Sled* sled) { sled->mutable_spec().control_dt = 0.05; }},
        Fault{"zero torque", "reward term 'distance' is nan",
              [](Sled* sled) { sled->reward = [](const Simulation&) { return kNaN; }; }},
        Fault{"full torque", "observation 'velocity' is inf",
              [](Sled* sled) {
                sled->observe = [](const Simulation& s, std::span<double> observation) {
                  if (s.qvel()[0] > 0.3) observation[1] = std::numeric_limits<double>::infinity();
                };
              }},
        Fault{"random torque", "of 'rail' became non-finite", nullptr,
              // a gear that no timestep bears
              Sled::Model("", "gear=\"1e12\"")},
        Fault{
            "bounds", "(rail)", nullptr,
            // a limit as soft as this stops nothing
            Sled::Model("limited=\"true\" range=\"-0.1 0.1\" solreflimit=\"5 1\"", "gear=\"50\"")},
        Fault{"reset", "differs when other episodes came before",
              [](Sled* sled) { sled->start = [n = 0](Random&) mutable { return 0.01 * n++; }; }},
        Fault{"restore", "goes on differently",
              // a memory of its own, which no saved state holds
              [](Sled* sled) {
                sled->reward = [n = 0](const Simulation&) mutable { return -0.1 * n++; };
              }},
        Fault{"torque signs", "rail (-",
              [](Sled* sled) {
                spec::ActionElement& push = sled->mutable_spec().action[0];
                std::swap(push.ctrl_low, push.ctrl_high);
              }},
        Fault{"witness", "'rail' is said to be given",
              [](Sled* sled) {
                spec::ActionElement& push = sled->mutable_spec().action[0];
                push.torque_high = push.joints[0].torque_high = 3;
              }},
        Fault{"goal", "ends in its first step",
              [](Sled* sled) { sled->mutable_spec().time_limit = 1; }},
        Fault{"goal", "the reward was 2 in every step",
              [](Sled* sled) { sled->reward = [](const Simulation&) { return 2; }; }},
        Fault{"observations", "never change: position = 0",
              [](Sled* sled) {
                sled->observe = [](const Simulation&, std::span<double> o) { o[0] = 0; };
              }},
        Fault{"observations", "said to be constant: velocity",
              [](Sled* sled) {
                sled->mutable_spec().observation[1].constant_reason = "it is said to stand";
              }},
        Fault{"energy", "rises by", nullptr,
              // a spring too stiff for its timestep
              Sled::Model("stiffness=\"20000\" springref=\"0.5\"")}),
    [](const auto& info) {
      std::string name = info.param.check + std::to_string(info.index);
      std::ranges::replace(name, ' ', '_');
      return name;
    });

TEST(TaskCheckTest, AnEpisodeThatAlwaysStartsAlikeIsNoted) {
  auto task = std::make_shared<Sled>();
  task->start = [](Random&) { return 0.5; };
  EXPECT_EQ(Find(CheckTask(task), "reset").verdict, Verdict::kNote);
}

TEST(TaskCheckTest, ATaskThatHidesANaNIsFound) {
  // it puts the state right before the physics can see that it is not finite
  class Mender : public Sled {
   public:
    void BeforeStep(const Simulation& simulation, std::span<double>) const override {
      double* q = const_cast<double*>(simulation.data()->qpos);
      if (std::isnan(*q)) *q = 0;
    }
  };
  const CheckReport report = CheckTask(std::make_shared<Mender>());
  EXPECT_EQ(Find(report, "divergence").verdict, Verdict::kFail);
  EXPECT_THAT(Find(report, "divergence").detail, HasSubstr("qpos[0] goes unnoticed"));
}

TEST(TaskCheckTest, ABareModelIsHeldToWhatItHas) {
  const auto path = std::filesystem::path(testing::TempDir()) / "sled.xml";
  std::ofstream(path) << Sled::Model();
  const auto task = MakeModelTask(path);
  EXPECT_EQ(task->spec().observation[0].name, "position_rail");
  EXPECT_EQ(task->spec().observation[1].unit, "m/s");
  EXPECT_NEAR(task->spec().control_dt, 0.02, 1e-12);
  const CheckReport report = CheckTask(task);
  EXPECT_TRUE(report.passed()) << report.ToString();
  EXPECT_THROW(Find(report, "observations"), Error);
  EXPECT_THROW(MakeModelTask("nowhere.xml"), UserError);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sinew::sim
