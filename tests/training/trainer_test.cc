#include "training/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/flat_parameters.h"
#include "sim/scripted_policies.h"
#include "tests/core/temporary_folder.h"
#include "tests/sim/point_mass.h"
#include "tests/training/small_run.h"
#include "training/recorder.h"
#include "training/run/run_contract.h"

namespace sinew::training {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class TrainerTest : public testing::Test {
 protected:
  RunFolder Folder(const std::string& name) const { return RunFolder::Create(temporary_ / name); }
  TemporaryFolder temporary_;
};

TEST_F(TrainerTest, LeavesACompleteRunFolder) {
  const RunFolder folder = Folder("run");
  const auto config = SmallRun();
  TrainHooks hooks = Quiet();
  hooks.command_line = "sinew train pendulum";
  hooks.libraries = {{"abacus", "2"}};
  const TrainSummary summary = Train(*config, folder, hooks);
  EXPECT_EQ(summary.env_steps, 1200);
  EXPECT_EQ(summary.evaluation.episodes.size(), 3u);
  EXPECT_EQ(summary.diverged, 0);

  const RunManifest manifest = ReadManifest(folder.manifest());
  EXPECT_EQ(manifest.status, RunStatus::kFinished);
  EXPECT_EQ(manifest.task, "pendulum");
  EXPECT_EQ(manifest.agent, "ddpg");
  EXPECT_EQ(manifest.seed, 7u);
  EXPECT_EQ(manifest.env_steps, 1200);
  EXPECT_EQ(manifest.command_line, hooks.command_line);
  EXPECT_EQ(manifest.libraries.at("abacus"), "2");
  EXPECT_EQ(manifest.config_hash, HashHex(ReadFile(folder.config())));
  EXPECT_THAT(folder.Checkpoints(), ElementsAre(900, 1200)) << "the newest two are kept";
  EXPECT_EQ(ProgressWithoutClock(folder.progress()).size(), 101u) << "a header and a hundred rows";
  EXPECT_TRUE(std::ranges::any_of(
      std::filesystem::directory_iterator(folder.root()), [](const auto& entry) {
        return entry.path().filename().string().starts_with("events.out.tfevents.");
      }));
}

TEST_F(TrainerTest, ConfigReadsBackToTheSameRun) {
  const RunFolder folder = Folder("run");
  const auto config = SmallRun({"train.steps=100", "agent.gamma=0.91"});
  Train(*config, folder, Quiet());
  const auto again = SmallRun();
  again->config().SetFromToml(ReadFile(folder.config()), "config.toml");
  EXPECT_EQ(again->config().ToToml(), config->config().ToToml());
  EXPECT_EQ(again->train().steps, 100);
}

TEST_F(TrainerTest, EpisodesAreCutInTrainingOnly) {
  const RunFolder folder = Folder("run");
  const TrainSummary summary =
      Train(*SmallRun({"train.steps=400", "train.num_envs=2", "train.episode_steps=20"}), folder,
            Quiet());
  for (const EpisodeRecord& episode : summary.evaluation.episodes) EXPECT_EQ(episode.length, 200);
  const std::string progress = ReadFile(folder.progress());
  EXPECT_THAT(progress, HasSubstr(",episode_length\n")) << "the last column";
  EXPECT_TRUE(progress.ends_with(",20\n")) << progress;
}

TEST_F(TrainerTest, PolicyCarriesTheTasksContract) {
  const RunFolder folder = Folder("run");
  const auto config =
      SmallRun({"train.steps=400", "task.torque_scale=0.25", "task.gravity_compensation=false"},
               "arm-reach");
  const TrainSummary summary = Train(*config, folder, Quiet());
  const auto artifact = policy::LoadPolicy(folder.final_policy());
  const spec::Contract& contract = artifact.contract;
  const auto task = config->BuildTask();
  const spec::ModelIdentity model = task->MakeSimulation().identity();
  EXPECT_NO_THROW(spec::CheckContract(contract, task->spec(), &model));
  EXPECT_EQ(contract.task, "arm-reach");
  EXPECT_EQ(contract.agent, "ddpg");
  EXPECT_FALSE(contract.gravity_compensation);
  EXPECT_EQ(contract.action[0].torque_high, 87 * 0.25);
  EXPECT_EQ(contract.control_dt, 0.02);
  EXPECT_EQ(contract.timestep, 0.002);
  EXPECT_EQ(contract.env_steps, 400);
  EXPECT_EQ(contract.observation.front().unit, "rad");
  for (const auto& element : contract.observation)
    EXPECT_LT(element.training_low, element.training_high);
  EXPECT_EQ(contract.evaluation.episodes, 3);
  EXPECT_EQ(contract.evaluation.mean, summary.evaluation.mean);
}

TEST_F(TrainerTest, BestPolicyIsThatOfTheBestEvaluation) {
  const RunFolder folder = Folder("run");
  const auto config = SmallRun({"train.eval_every=100", "agent.learning_starts=50"});
  const TrainSummary summary = Train(*config, folder, Quiet());
  double best = -INFINITY;
  for (const auto& line : EvaluationLines(folder.evaluations()))
    best = std::max(best, line["mean"].get<double>());
  EXPECT_EQ(EvaluationLines(folder.evaluations()).size(), 12u);
  EXPECT_EQ(summary.best_mean, best);
  EXPECT_EQ(policy::LoadPolicy(folder.best_policy()).contract.evaluation.mean, best);
}

TEST_F(TrainerTest, ThreadsDoNotChangeAByte) {
  const auto run = [&](int threads) {
    const RunFolder folder = Folder("threads" + std::to_string(threads));
    Train(*SmallRun({"train.num_envs=5", "train.threads=" + std::to_string(threads)}), folder,
          Quiet());
    return folder;
  };
  const RunFolder one = run(1);
  for (const int threads : {2, 4}) {
    const RunFolder more = run(threads);
    EXPECT_EQ(more.Checkpoints(), one.Checkpoints());
    EXPECT_TRUE(CheckpointTensors(more.checkpoint(1200)) == CheckpointTensors(one.checkpoint(1200)))
        << threads;
    EXPECT_TRUE(ReadFile(more.final_policy()) == ReadFile(one.final_policy())) << threads;
    EXPECT_EQ(ProgressWithoutClock(more.progress()), ProgressWithoutClock(one.progress()));
  }
}

/// A run on a task that no registry knows.
template <class Task>
std::unique_ptr<RunConfig> RunOn(const std::vector<std::string>& assignments) {
  auto run = std::make_unique<RunConfig>(
      "point-mass",
      RunConfig::TaskHooks{[](OptionTable&) {}, [] { return std::make_shared<Task>(); }}, "ddpg",
      7);
  for (const std::string& assignment : assignments) run->config().SetFromText(assignment);
  return run;
}

const std::vector<std::string> kShort{"train.steps=400",           "train.num_envs=2",
                                      "train.checkpoint_every=40", "train.eval_every=1000",
                                      "agent.batch_size=16",       "agent.learning_starts=200"};

/// Rewards that a float still holds, and whose squared error's gradient it does not.
class Overwhelming : public sim::PointMass {
 public:
  void Reward(const sim::Simulation&, std::span<double> terms) const override { terms[0] = 1e30; }
};

TEST_F(TrainerTest, BrokenLearnerEndsTheRunAndKeepsTheLastSoundCheckpoint) {
  const RunFolder folder = Folder("run");
  EXPECT_THAT([&] { Train(*RunOn<Overwhelming>(kShort), folder, Quiet()); },
              ThrowsMessage<Error>(HasSubstr("not finite")));
  EXPECT_EQ(ReadManifest(folder.manifest()).status, RunStatus::kFailed);
  ASSERT_FALSE(folder.Checkpoints().empty());
  EXPECT_LE(folder.Checkpoints().back(), 200) << "from before the first update";
  const auto tensors = CheckpointTensors(folder.checkpoint(folder.Checkpoints().back()));
  std::vector<float> critic(tensors.at("critic0.online").size() / sizeof(float));
  std::copy_n(tensors.at("critic0.online").data(), tensors.at("critic0.online").size(),
              reinterpret_cast<char*>(critic.data()));
  EXPECT_TRUE(models::AllFinite(critic));
  EXPECT_FALSE(std::filesystem::exists(folder.final_policy()));
}

/// Every episode leaves the range of numbers in its fourth step.
class Diverging : public sim::PointMass {
 public:
  void BeforeStep(const sim::Simulation&, std::span<double>) const override {}
  void Reset(sim::Simulation& simulation, Random&) const override {
    // 1e10 - 3.5 control steps of 9e9 m/s
    simulation.qvel()[0] = 9e9;
    simulation.qpos()[0] = 1e10 - 3.5 * kControlDt * 9e9;
  }
};

std::vector<std::string> ShortWith(const std::vector<std::string>& more) {
  std::vector<std::string> assignments = kShort;
  assignments.push_back("agent.updates_per_step=0");
  assignments.insert(assignments.end(), more.begin(), more.end());
  return assignments;
}

// two environments in episodes of four steps: 100 episodes after 400 steps
TEST_F(TrainerTest, ARunWhoseEpisodesAllDivergeIsGivenUp) {
  const RunFolder folder = Folder("run");
  EXPECT_THAT([&] { Train(*RunOn<Diverging>(ShortWith({"train.steps=4000"})), folder, Quiet()); },
              ThrowsMessage<Error>(AllOf(HasSubstr("all 100 training episodes"),
                                         HasSubstr("'rail'"), HasSubstr("timestep"))));
  const RunManifest manifest = ReadManifest(folder.manifest());
  EXPECT_EQ(manifest.status, RunStatus::kFailed);
  EXPECT_EQ(manifest.env_steps, 400);
}

TEST_F(TrainerTest, WhereTheEvaluationsDivergeThereIsNoBestPolicy) {
  const RunFolder folder = Folder("run");
  const TrainSummary summary = Train(
      *RunOn<Diverging>(ShortWith({"train.steps=200", "train.eval_every=100"})), folder, Quiet());
  EXPECT_TRUE(summary.evaluation.all_diverged());
  EXPECT_EQ(summary.evaluation.success.front().rate, 0);
  EXPECT_FALSE(summary.has_best);
  EXPECT_FALSE(std::filesystem::exists(folder.best_policy()));
  EXPECT_TRUE(std::filesystem::exists(folder.final_policy()));
  for (const auto& line : EvaluationLines(folder.evaluations())) {
    EXPECT_EQ(line["diverged"], 20);
    EXPECT_THAT(line["divergence"].get<std::string>(), HasSubstr("'rail'"));
  }
}

/// Half of the episodes leave the range of numbers; the others are sound.
class SometimesDiverging : public Diverging {
 public:
  void Reset(sim::Simulation& simulation, Random& random) const override {
    if (random.Uniform() < 0.5) Diverging::Reset(simulation, random);
  }
};

TEST_F(TrainerTest, DivergedEpisodesAreCountedAndTheRunGoesOn) {
  const RunFolder folder = Folder("run");
  const TrainSummary summary =
      Train(*RunOn<SometimesDiverging>(ShortWith({"train.steps=2000"})), folder, Quiet());
  EXPECT_EQ(summary.env_steps, 2000);
  EXPECT_GT(summary.diverged, 0);
  EXPECT_THAT(summary.divergence, HasSubstr("'rail'"));
  sim::Env env(std::make_shared<SometimesDiverging>(), kEvaluationSeed);
  int64_t expected = 0;
  for (int k = 0; k < 100; ++k, env.Reset()) expected += env.simulation().qvel()[0] > 0;
  EXPECT_EQ(summary.evaluation.diverged, expected);
  EXPECT_FALSE(summary.evaluation.all_diverged());
}

/// Evaluations as they are told to the recorder; only what it does with them is looked at.
class RecorderTest : public TrainerTest {
 protected:
  Evaluation With(double mean, int64_t diverged) const {
    Evaluation evaluation;
    evaluation.episodes.resize(20);
    evaluation.mean = mean;
    evaluation.diverged = diverged;
    return evaluation;
  }
  PolicySnapshot Snapshot() const {
    const auto task = config_->BuildTask();
    return {config_->BuildAgent(*task)->Snapshot(), std::nullopt};
  }
  std::unique_ptr<RunConfig> config_ = SmallRun();
};

// a crash that ends the costs of an episode looks better than any sound one
TEST_F(RecorderTest, APolicyThatDivergesIsNeverTheBest) {
  const RunFolder folder = Folder("run");
  Recorder recorder(*config_, folder, Quiet(), "hash");
  recorder.Begin(0, std::nullopt);
  recorder.LogEvaluation(100, With(-1, 1), Snapshot());
  EXPECT_FALSE(std::filesystem::exists(folder.best_policy()));
  recorder.LogEvaluation(200, With(-28, 0), Snapshot());
  recorder.LogEvaluation(300, With(-2, 20), Snapshot());
  recorder.LogEvaluation(400, With(-30, 0), Snapshot());
  recorder.PublishFinal(With(-0.5, 3), Snapshot());
  EXPECT_EQ(policy::LoadPolicy(folder.best_policy()).contract.evaluation.mean, -28);
  EXPECT_EQ(EvaluationLines(folder.evaluations()).size(), 4u);
  TrainSummary summary;
  recorder.Summarize(&summary);
  EXPECT_TRUE(summary.has_best);
  EXPECT_EQ(summary.best_mean, -28);
}

/// Two balls on a floor, and room for one contact.
class Crowded : public sim::Task {
 public:
  Crowded()
      : Task(sim::Simulation::FromString(R"(
          <mujoco>
            <size nconmax="1" njmax="100"/>
            <worldbody>
              <geom type="plane" size="10 10 1"/>
              <body pos="0 0 0.1"><joint name="left" type="slide" axis="0 0 1"/><geom size="0.1"/></body>
              <body pos="1 0 0.1"><joint name="right" type="slide" axis="0 0 1"/><geom size="0.1"/></body>
            </worldbody>
            <actuator><motor joint="left" ctrllimited="true" ctrlrange="-1 1"/></actuator>
          </mujoco>)")) {
    spec_.name = "crowded";
    spec_.observation = {{"height", "m"}};
    spec_.action = ActionFromModel(prototype().model());
    spec_.reward_terms = {{"nothing", "0"}};
    spec_.control_dt = 0.002;
    spec_.time_limit = 10;
  }
  void Reset(sim::Simulation&, Random&) const override {}
  void Observe(const sim::Simulation& simulation, std::span<double> observation) const override {
    observation[0] = simulation.qpos()[0];
  }
  void Reward(const sim::Simulation&, std::span<double>) const override {}
};

TEST_F(TrainerTest, DroppedContactsStopTheRunUnlessToldToGoOn) {
  const RunFolder stopped = Folder("stopped");
  EXPECT_THAT(
      [&] { Train(*RunOn<Crowded>(ShortWith({})), stopped, Quiet()); },
      ThrowsMessage<Error>(AllOf(HasSubstr("dropped contacts"), HasSubstr("nconmax = 1"),
                                 HasSubstr("<size nconmax="), HasSubstr("train.ignore_warnings"))));
  EXPECT_EQ(ReadManifest(stopped.manifest()).env_steps, 2) << "at once";
  const TrainSummary summary =
      Train(*RunOn<Crowded>(ShortWith({"train.ignore_warnings=true"})), Folder("ignored"), Quiet());
  EXPECT_EQ(summary.env_steps, 400);
  EXPECT_GT(summary.warnings.contacts, 0);
  EXPECT_GT(summary.evaluation.warnings.contacts, 0);
  const auto lines = ThingsToKnow(summary, Crowded().spec());
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("nconmax")));
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("every training step earned 0")));
}

// 40 episodes of 20 steps fit into the run
TEST_F(TrainerTest, BaselinesAreInTheManifest) {
  const RunFolder folder = Folder("run");
  const TrainSummary summary =
      Train(*RunOn<sim::PointMass>(ShortWith({"train.steps=800"})), folder, Quiet());
  ThreadPool pool(1);
  const auto task = std::make_shared<sim::PointMass>();
  for (const char* name : {"zero", "random"}) {
    const Evaluation evaluation = Evaluate(
        task, [&] { return sim::MakeScriptedPolicy(name, *task, 7); }, 20, kEvaluationSeed, &pool);
    EXPECT_EQ(summary.baselines.at(name), evaluation.mean) << name;
  }
  EXPECT_EQ(ReadManifest(folder.manifest()).baselines, summary.baselines);
  EXPECT_TRUE(Train(*RunOn<sim::PointMass>(kShort), Folder("shorter"), Quiet()).baselines.empty());
}

TEST_F(TrainerTest, APolicyThatSeesPositionsIsRefusedWhereVelocitiesAreSeen) {
  const RunFolder folder = Folder("run");
  const auto positions = SmallRun({"train.steps=400", "task.observe=positions"}), all = SmallRun();
  Train(*positions, folder, Quiet());
  const spec::Contract contract = policy::LoadPolicy(folder.final_policy()).contract;
  EXPECT_EQ(contract.observation.size(), 2u) << "cosine and sine";
  EXPECT_NO_THROW(spec::CheckContract(contract, positions->BuildTask()->spec(), nullptr));
  EXPECT_THAT([&] { spec::CheckContract(contract, all->BuildTask()->spec(), nullptr); },
              ThrowsMessage<UserError>(HasSubstr("observation")));
  const RunFolder whole = Folder("whole");
  Train(*SmallRun({"train.steps=400"}), whole, Quiet());
  const spec::Contract seen = policy::LoadPolicy(whole.final_policy()).contract;
  EXPECT_THAT([&] { spec::CheckContract(seen, positions->BuildTask()->spec(), nullptr); },
              ThrowsMessage<UserError>(HasSubstr("observation")));
}

TEST_F(TrainerTest, StopsAtOnceWhenAsked) {
  const RunFolder folder = Folder("run");
  const auto config = SmallRun();
  const TrainSummary summary = Train(*config, folder, StopAt(2, *config));
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.env_steps, 2);
  EXPECT_THAT(folder.Checkpoints(), ElementsAre(2));
  EXPECT_TRUE(summary.evaluation.episodes.empty());
}

}  // namespace
}  // namespace sinew::training
