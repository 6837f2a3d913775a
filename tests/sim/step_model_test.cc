// Steps leave out what is only seen and look at pairs of geoms in place of searching for them. They
// are held against mj_step on the model as MuJoCo compiled it, bit for bit.
#include "sim/step/step_model.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "sim/engine/engine.h"
#include "sim/simulation.h"
#include "sim/task.h"
#include "tasks/registry.h"

namespace sinew::sim {
namespace {

std::vector<double> Copy(const double* values, int count) { return {values, values + count}; }

/// mj_step on the compiled model, beside a Simulation.
class Reference {
 public:
  explicit Reference(const Simulation& simulation)
      : model_(simulation.CompiledModel()), data_(mj_makeData(model_.get()), mj_deleteData) {
    mj_forward(model_.get(), data_.get());
  }
  mjModel* model() { return model_.get(); }
  mjData* data() { return data_.get(); }

  /// Takes over where `simulation` stands.
  void Follow(const Simulation& simulation) {
    const mjModel* m = model_.get();
    const mjData* from = simulation.data();
    mj_resetData(m, data());
    data_->time = from->time;
    std::copy_n(from->qvel, m->nv, data_->qvel);
    std::copy_n(from->act, m->na, data_->act);
    std::copy_n(from->mocap_pos, 3 * m->nmocap, data_->mocap_pos);
    std::copy_n(from->mocap_quat, 4 * m->nmocap, data_->mocap_quat);
    std::copy_n(from->xfrc_applied, 6 * m->nbody, data_->xfrc_applied);
    std::copy_n(from->qpos, m->nq, data_->qpos);
    mj_forward(m, data());
    // whose quaternions that has normalised once more
    std::copy_n(from->qpos, m->nq, data_->qpos);
    std::copy_n(from->qacc_warmstart, m->nv, data_->qacc_warmstart);
  }

 private:
  std::unique_ptr<mjModel, void (*)(mjModel*)> model_;
  std::unique_ptr<mjData, void (*)(mjData*)> data_;
};

/// Where each contact is, between which geoms, and all that the solver is told of it.
std::vector<std::vector<double>> Contacts(const mjModel* m, const mjData* d) {
  std::vector<std::vector<double>> contacts;
  for (int k = 0; k < d->ncon; ++k) {
    const mjContact& c = d->contact[k];
    std::vector<double> numbers{c.dist, c.includemargin, static_cast<double>(c.dim)};
    numbers.insert(numbers.end(), c.pos, c.pos + 3);
    numbers.insert(numbers.end(), c.frame, c.frame + 9);
    numbers.insert(numbers.end(), c.friction, c.friction + 5);
    numbers.insert(numbers.end(), c.solref, c.solref + mjNREF);
    numbers.insert(numbers.end(), c.solimp, c.solimp + mjNIMP);
    // ids differ; bodies and shapes do not
    for (const int geom : {c.geom1, c.geom2}) {
      numbers.push_back(m->geom_bodyid[geom]);
      numbers.insert(numbers.end(), m->geom_size + 3 * geom, m->geom_size + 3 * geom + 3);
    }
    contacts.push_back(numbers);
  }
  return contacts;
}

void ExpectSame(const Simulation& simulation, Reference& reference, const std::string& where) {
  const mjModel* m = simulation.model();
  const mjData *d = simulation.data(), *r = reference.data();
  ASSERT_EQ(Copy(d->qpos, m->nq), Copy(r->qpos, m->nq)) << where;
  ASSERT_EQ(Copy(d->qvel, m->nv), Copy(r->qvel, m->nv)) << where;
  ASSERT_EQ(Copy(d->sensordata, m->nsensordata), Copy(r->sensordata, m->nsensordata)) << where;
  ASSERT_EQ(Contacts(m, d), Contacts(reference.model(), r)) << where;
}

// by name, since the order is another
void ExpectSameGeoms(const Simulation& simulation, Reference& reference) {
  const mjModel* m = simulation.model();
  const mjData *d = simulation.data(), *r = reference.data();
  for (int g = 0; g < m->ngeom; ++g) {
    const char* name = mj_id2name(m, mjOBJ_GEOM, g);
    if (!name) continue;
    const int other = mj_name2id(reference.model(), mjOBJ_GEOM, name);
    ASSERT_GE(other, 0) << name;
    EXPECT_EQ(Copy(d->geom_xpos + 3 * g, 3), Copy(r->geom_xpos + 3 * other, 3)) << name;
    EXPECT_EQ(Copy(d->geom_xmat + 9 * g, 9), Copy(r->geom_xmat + 9 * other, 9)) << name;
  }
}

/// Steps both with the same random controls.
void Compare(
    Simulation* simulation, int steps, uint64_t seed,
    const std::function<void(int, mjModel*)>& before_step = [](int, mjModel*) {}) {
  Reference reference(*simulation);
  reference.Follow(*simulation);
  const mjModel* m = simulation->model();
  Random random(seed);
  for (int step = 0; step < steps; ++step) {
    for (int i = 0; i < m->nu; ++i) {
      const double* range = m->actuator_ctrlrange + 2 * i;
      const double u = m->actuator_ctrllimited[i] ? random.Uniform(range[0], range[1]) : 0;
      simulation->data()->ctrl[i] = reference.data()->ctrl[i] = u;
    }
    before_step(step, simulation->model());
    before_step(step, reference.model());
    ASSERT_TRUE(simulation->Substep());
    mj_step(reference.model(), reference.data());
    ExpectSame(*simulation, reference, fmt::format("step {}", step));
    if (testing::Test::HasFatalFailure()) return;
  }
  ExpectSameGeoms(*simulation, reference);
}

class StepModelTest : public testing::TestWithParam<std::string> {};

TEST_P(StepModelTest, StepsAsMujocoDoes) {
  const auto task = tasks::MakeTask(GetParam());
  Simulation simulation = task->MakeSimulation();
  simulation.DisableGravityCompensation();
  for (const uint64_t seed : {1, 2, 3}) {
    Random random(seed);
    simulation.Reset();
    task->Reset(simulation, random);
    simulation.Forward();
    Compare(&simulation, 400, seed);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTask, StepModelTest, testing::ValuesIn(tasks::TaskNames()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

// A heap of bodies whose contacts follow from every rule that MuJoCo has: masks, priorities, mixed
// and direct solver parameters, margins, excluded, explicit, welded and jointed pairs.
constexpr const char* kHeap = R"(
  <mujoco>
    <compiler autolimits="true"/>
    <worldbody>
      <geom name="floor" type="plane" size="0 0 1" friction="0.7 0.01 0.001"/>
      <body name="shelf" pos="0.1 0 0.05"><geom name="shelf" type="box" size="0.2 0.2 0.05"/></body>
      <body name="a" pos="0 0 0.4">
        <freejoint name="a"/>
        <geom name="a" type="box" size="0.1 0.08 0.05" solmix="3" solref="0.01 1" margin="0.01" gap="0.004"/>
        <geom name="a_shell" type="box" size="0.2 0.2 0.2" contype="0" conaffinity="0" mass="0"/>
        <geom name="a_knob" size="0.03" pos="0.1 0 0" condim="6" solimp="0.8 0.9 0.01"/>
        <body name="a_arm" pos="0.15 0 0">
          <joint name="a_arm" axis="0 1 0" range="-90 90"/>
          <geom name="a_arm" type="capsule" size="0.02" fromto="0 0 0 0.2 0 0"/>
          <body name="a_hand" pos="0.2 0 0">
            <joint name="a_hand" axis="0 1 0"/>
            <geom name="a_hand" size="0.05" priority="1" friction="0.2 0.01 0.001"/>
            <body name="a_nail" pos="0 0.05 0"><geom name="a_nail" size="0.02"/></body>
          </body>
        </body>
      </body>
      <body name="b" pos="0.05 0.02 0.6">
        <freejoint name="b"/>
        <geom name="b" type="cylinder" size="0.08 0.06" solref="-1000 -20" solmix="0"/>
        <geom name="b_mark" type="box" size="0.01 0.01 0.01" contype="0" conaffinity="0"/>
      </body>
      <body name="c" pos="-0.03 0.03 0.8">
        <freejoint name="c"/>
        <geom name="c" type="ellipsoid" size="0.07 0.05 0.06" contype="2" conaffinity="5" solmix="0.7" solref="0.03 0.9"/>
      </body>
      <body name="d" pos="0.02 -0.04 1.0">
        <freejoint name="d"/>
        <geom name="d" type="capsule" size="0.04 0.1" contype="4" conaffinity="2" condim="4"/>
      </body>
      <body name="e" pos="0 0 1.2">
        <freejoint name="e"/>
        <geom name="e_feeler" size="0.06" contype="0" conaffinity="0"/>
      </body>
    </worldbody>
    <contact>
      <exclude body1="b" body2="c"/>
      <pair geom1="e_feeler" geom2="floor" friction="0.3 0.3 0.01 0.001 0.001"/>
      <pair geom1="a" geom2="b" condim="4" margin="0.002"/>
    </contact>
  </mujoco>)";

TEST(StepModelRulesTest, AHeapThatFollowsEveryRule) {
  for (const uint64_t seed : {1, 2, 3, 4}) {
    Simulation simulation = Simulation::FromString(kHeap);
    Random random(seed);
    for (double& v : simulation.qvel()) v = random.Uniform(-1, 1);
    simulation.Forward();
    Compare(&simulation, 1500, seed);
    if (HasFatalFailure()) return;
    EXPECT_GT(simulation.data()->ncon, 4);
  }
}

TEST(StepModelRulesTest, TheSameWithoutTheFilterOfParents) {
  Simulation simulation = Simulation::FromString(kHeap);
  simulation.model()->opt.disableflags |= mjDSBL_FILTERPARENT;
  simulation.Forward();
  Compare(&simulation, 500, 1);
}

TEST(StepModelRulesTest, ExplicitPairsAloneOrNone) {
  for (const auto candidates : {engine::Candidates::kPairs, engine::Candidates::kDynamic}) {
    Simulation simulation = Simulation::FromString(kHeap);
    engine::SetContactCandidates(simulation.model(), candidates);
    simulation.Forward();
    Compare(&simulation, 500, 1);
  }
}

TEST(StepModelRulesTest, FollowsWhatIsWrittenToTheModel) {
  Simulation simulation = Simulation::FromString(kHeap);
  const auto write = [](int step, mjModel* m) {
    const auto geom = [m](const char* name) { return mj_name2id(m, mjOBJ_GEOM, name); };
    if (step == 400) m->geom_friction[3 * geom("floor")] = 1.5;
    if (step == 600) m->geom_solref[mjNREF * geom("a_knob")] = 0.05;
    if (step == 800) m->opt.gravity[2] = -3;
    if (step == 1000) m->geom_conaffinity[geom("shelf")] = m->geom_contype[geom("shelf")] = 0;
    if (step == 1200) m->pair_friction[0] = m->pair_friction[1] = 1;
  };
  Compare(&simulation, 1500, 1, write);
}

// more pairs than are worth looking at one by one
TEST(StepModelRulesTest, ACrowdIsSearched) {
  std::string bodies;
  for (int k = 0; k < 24; ++k) {
    bodies += fmt::format(
        R"(<body pos="{} {} {}"><freejoint/><geom type="box" size="0.05 0.04 0.03"/>
           <geom size="0.2" contype="0" conaffinity="0" mass="0"/></body>)",
        0.06 * (k % 3), 0.05 * (k % 2), 0.1 + 0.08 * k);
  }
  Simulation simulation = Simulation::FromString(
      R"(<mujoco><size nconmax="500" njmax="2000"/><worldbody><geom type="plane" size="0 0 1"/>)" +
      bodies + "</worldbody></mujoco>");
  Compare(&simulation, 300, 1);
  EXPECT_GT(simulation.data()->ncon, 20);
}

constexpr const char* kSeen = R"(
  <mujoco>
    <worldbody>
      <body name="arm" pos="0 0 1">
        <joint name="hinge" axis="0 1 0"/>
        <geom name="shell" type="box" size="0.02 0.02 0.1" contype="0" conaffinity="0"/>
        <geom name="bone" type="capsule" size="0.01 0.1"/>
        <geom name="roller" type="cylinder" size="0.02 0.02" pos="0.05 0 0" contype="0" conaffinity="0"/>
        <geom name="tip" size="0.01" pos="0 0 0.1" contype="0" conaffinity="0"/>
        <geom name="marker" size="0.01" pos="0 0 -0.1" contype="0" conaffinity="0"/>
        <site name="eye"/>
        <site name="low" pos="0 0 -0.1"/>
      </body>
      <site name="anchor" pos="0.1 0 1.2"/>
    </worldbody>
    <tendon>
      <spatial name="cord"><site site="anchor"/><geom geom="roller"/><site site="low"/></spatial>
    </tendon>
    <sensor>
      <framepos name="tip" objtype="geom" objname="tip"/>
      <tendonpos name="cord" tendon="cord"/>
    </sensor>
  </mujoco>)";

TEST(VisualGeomsTest, WhatPhysicsReadsIsKept) {
  Simulation simulation = Simulation::FromString(kSeen);
  std::vector<std::string> known;
  const int count = StepModel(simulation.CompiledModel().get()).visuals().count();
  for (int g = 0; g < count; ++g) known.emplace_back(mj_id2name(simulation.model(), mjOBJ_GEOM, g));
  EXPECT_THAT(known, testing::ElementsAre("bone", "roller", "tip"));
  EXPECT_EQ(simulation.Id(mjOBJ_GEOM, "shell"), 3);
  EXPECT_EQ(simulation.model()->ngeom, 5);
  Compare(&simulation, 300, 1);
}

// a range finder sees what nothing touches
TEST(VisualGeomsTest, ARangeFinderKeepsThemAll) {
  std::string text = kSeen;
  text.insert(text.find("<tendonpos"), R"(<rangefinder name="eye" site="eye"/>)");
  Simulation simulation = Simulation::FromString(text);
  EXPECT_EQ(StepModel(simulation.CompiledModel().get()).visuals().count(), 5);
  Compare(&simulation, 300, 1);
}

TEST(VisualGeomsTest, ArePlacedAtTheEndOfAStepUnlessToldNotTo) {
  Simulation simulation = Simulation::FromString(kSeen);
  const int shell = simulation.Id(mjOBJ_GEOM, "shell");
  const auto pose = [&] { return Copy(simulation.data()->geom_xmat + 9 * shell, 9); };
  simulation.qvel()[0] = 5;
  const auto before = pose();
  simulation.Substep(Simulation::Visuals::kLeft);
  simulation.Substep(Simulation::Visuals::kLeft);
  EXPECT_EQ(pose(), before);
  simulation.Substep();
  EXPECT_NE(pose(), before);
}

TEST(VisualGeomsTest, UndoGivesTheCompiledOrderBack) {
  Simulation simulation = Simulation::FromString(kSeen);
  const auto compiled = simulation.CompiledModel();
  EXPECT_STREQ(mj_id2name(compiled.get(), mjOBJ_GEOM, 0), "shell");
  EXPECT_EQ(compiled->body_geomnum[1], 5);
  EXPECT_EQ(compiled->wrap_objid[1], mj_name2id(compiled.get(), mjOBJ_GEOM, "roller"));
  EXPECT_EQ(compiled->sensor_objid[0], mj_name2id(compiled.get(), mjOBJ_GEOM, "tip"));
  const Simulation again = simulation.Clone().Clone();
  EXPECT_STREQ(mj_id2name(again.CompiledModel().get(), mjOBJ_GEOM, 0), "shell");
}

}  // namespace
}  // namespace sinew::sim
