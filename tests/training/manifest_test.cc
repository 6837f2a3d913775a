#include "training/run/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/version.h"
#include "tests/core/temporary_folder.h"

namespace sinew::training {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

RunManifest Example() {
  RunManifest manifest = DescribeBuildAndMachine();
  manifest.libraries["torch"] = "1.13.1";
  manifest.blas = "OpenBLAS 0.3.21";
  manifest.task = "arm-reach";
  manifest.agent = "ddpg";
  manifest.seed = ~uint64_t{0};  // must not be rounded on its way through JSON
  manifest.config_hash = "0123456789abcdef";
  manifest.model_hash = "fedcba9876543210";
  manifest.command_line = "sinew train arm-reach --set 'agent.actor_lr=1e-4'";
  manifest.status = RunStatus::kInterrupted;
  manifest.wall_clock_seconds = 61.5;
  manifest.env_steps = int64_t{1} << 60;
  manifest.baselines = {{"random", -61.25}, {"zero", -44.5}};
  return manifest;
}

TEST(Version, TellsWhatWasBuilt) {
  EXPECT_THAT(Version(), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_THAT(Commit(), testing::AnyOf("unknown", MatchesRegex("[0-9a-f]{40}(-dirty)?")));
  EXPECT_THAT(BuildType(), MatchesRegex("[A-Za-z]+"));
  EXPECT_THAT(Compiler(), MatchesRegex("[A-Za-z]+ [0-9.]+"));
}

TEST(Manifest, DescribesBuildAndMachine) {
  const RunManifest manifest = DescribeBuildAndMachine();
  EXPECT_EQ(manifest.commit, Commit());
  EXPECT_THAT(manifest.libraries.at("mujoco"), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_GE(manifest.cpu_count, 1);
  EXPECT_FALSE(manifest.cpu_model.empty());
  EXPECT_THAT(manifest.start_time,
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
}

TEST(Manifest, ReadsBackWhatWasWritten) {
  TemporaryFolder folder;
  WriteManifest(folder / "manifest.json", Example());
  EXPECT_EQ(ReadManifest(folder / "manifest.json"), Example());
  // written again at the end of the run
  RunManifest finished = Example();
  finished.status = RunStatus::kFinished;
  WriteManifest(folder / "manifest.json", finished);
  EXPECT_EQ(ReadManifest(folder / "manifest.json").status, RunStatus::kFinished);
}

TEST(Manifest, EveryStatusReadsBack) {
  for (RunStatus status :
       {RunStatus::kRunning, RunStatus::kFinished, RunStatus::kInterrupted, RunStatus::kFailed}) {
    RunManifest manifest = Example();
    manifest.status = status;
    EXPECT_EQ(ManifestFromJson(ToJson(manifest), "m").status, status);
  }
}

std::string ErrorOf(const nlohmann::ordered_json& json) {
  try {
    ManifestFromJson(json, "runs/a/manifest.json");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Manifest, NamesTheMemberThatIsWrong) {
  const auto whole = ToJson(Example());
  for (const auto& member : whole.items()) {
    if (member.key() == "baselines") continue;  // of runs that were compared with none, or older
    auto json = whole;
    json.erase(member.key());
    EXPECT_EQ(ErrorOf(json), "runs/a/manifest.json: '" + member.key() + "' is missing");
  }
  auto json = whole;
  json["seed"] = "one";
  EXPECT_EQ(ErrorOf(json), "runs/a/manifest.json: 'seed' is of the wrong type");
  json = whole;
  json["status"] = "done";
  EXPECT_THAT(ErrorOf(json), HasSubstr("unknown status 'done'; known: running, finished"));
}

TEST(Manifest, ReadingNamesTheFileThatIsDamaged) {
  TemporaryFolder folder;
  for (const char* text : {"", "{\"version\": ", "[1]"}) {
    WriteFileAtomically(folder / "manifest.json", text);
    EXPECT_THROW(ReadManifest(folder / "manifest.json"), UserError) << text;
  }
  EXPECT_THROW(ReadManifest(folder / "none.json"), UserError);
}

TEST(Manifest, FormatsUtc) {
  EXPECT_EQ(FormatUtc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(951782400), "2000-02-29T00:00:00Z");
}

TEST(Manifest, CommandLineCanBePastedIntoAShell) {
  const char* argv[] = {"/opt/my build/sinew", "train", "arm-reach", "--out",
                        "my runs/it's $1",     ""};
  EXPECT_EQ(CommandLine(6, argv), R"(sinew train arm-reach --out 'my runs/it'\''s $1' '')");
}

}  // namespace
}  // namespace sinew::training
