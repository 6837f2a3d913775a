#include "training/run/env_archive.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "tests/core/scratch_file.h"
#include "tests/sim/point_mass.h"

namespace sinew::training {
namespace {

constexpr int kEnvs = 3;

std::shared_ptr<const sim::Task> MakeTask() {
  return std::make_shared<sim::PointMass>(sim::PointMassOptions{.time_limit = 6, .start = 0.11});
}

/// What a learner would see of 20 further steps.
std::vector<double> StepOn(sim::VecEnv* envs) {
  std::vector<double> seen;
  for (int i = 0; i < 20; ++i) {
    envs->Step(std::vector<float>(envs->num_envs(), 0.1f * static_cast<float>(i % 3 - 1)));
    seen.insert(seen.end(), envs->observations().begin(), envs->observations().end());
    seen.insert(seen.end(), envs->rewards().begin(), envs->rewards().end());
    for (const auto& episode : envs->finished()) {
      seen.insert(seen.end(), {double(episode.env), episode.episode_return, double(episode.length),
                               double(episode.success)});
    }
  }
  return seen;
}

void Save(sim::VecEnv* envs, const std::filesystem::path& path) {
  models::Archive archive;
  SerializeEnvironments(archive, "env", envs);
  archive.Write(path);
}

TEST(EnvArchiveTest, EnvironmentsGoOnFromTheMiddleOfTheirEpisodes) {
  const ScratchFile file;
  ThreadPool pool(1);
  // with four steps of the six done, success hangs on how long the goal was held before
  for (const int before : {0, 4, 9}) {
    sim::VecEnv envs(MakeTask(), kEnvs, 1, &pool), heirs(MakeTask(), kEnvs, 1, &pool);
    for (int i = 0; i < before; ++i) envs.Step(std::vector<float>(kEnvs, 0.0f));
    Save(&envs, file.path());
    models::Archive archive(file.path());
    SerializeEnvironments(archive, "env", &heirs);
    EXPECT_TRUE(std::ranges::equal(heirs.observations(), envs.observations()));
    const auto expected = StepOn(&envs);
    EXPECT_EQ(StepOn(&heirs), expected) << "saved after " << before << " steps";
  }
}

TEST(EnvArchiveTest, EnvironmentsThatWereNotSavedAreMissed) {
  const ScratchFile file;
  ThreadPool pool(1);
  sim::VecEnv envs(MakeTask(), kEnvs, 1, &pool), more(MakeTask(), kEnvs + 1, 1, &pool);
  Save(&envs, file.path());
  models::Archive archive(file.path());
  EXPECT_THROW(SerializeEnvironments(archive, "env", &more), UserError);
}

}  // namespace
}  // namespace sinew::training
