#include "training/run/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/core/temporary_folder.h"

namespace sinew::training {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

void Touch(const std::filesystem::path& path) { std::ofstream(path) << "x"; }

TEST(RunFolderTest, IsMadeOnceAndNeverOverwritten) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::Create(temporary / "runs/a");
  EXPECT_TRUE(std::filesystem::is_directory(folder.root() / "checkpoints"));
  EXPECT_THAT([&] { RunFolder::Create(temporary / "runs/a"); },
              ThrowsMessage<UserError>(AllOf(HasSubstr("runs/a"), HasSubstr("exists"))));
}

TEST(RunFolderTest, OneProcessTrainsAtATime) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::Create(temporary / "a");
  const RunFolder other = RunFolder::Create(temporary / "b");
  {
    const RunLock lock(folder);
    EXPECT_THAT([&] { RunLock again(folder); },
                ThrowsMessage<UserError>(
                    AllOf(HasSubstr(folder.root().string()), HasSubstr("another process"))));
    EXPECT_NO_THROW(RunLock{other});
  }
  EXPECT_NO_THROW(RunLock{folder}) << "it was let go of";
}

TEST(RunFolderTest, OpensOnlyWhatARunHasMade) {
  const TemporaryFolder temporary;
  EXPECT_THAT([&] { RunFolder::Open(temporary / "nowhere"); },
              ThrowsMessage<UserError>(HasSubstr("nowhere")));
  const RunFolder made = RunFolder::Create(temporary / "a");
  EXPECT_THAT([&] { RunFolder::Open(made.root()); },
              ThrowsMessage<UserError>(HasSubstr("manifest.json")));
  Touch(made.manifest());
  EXPECT_THAT([&] { RunFolder::Open(made.root()); },
              ThrowsMessage<UserError>(HasSubstr("config.toml")));
  Touch(made.config());
  EXPECT_EQ(RunFolder::Open(made.root()).root(), made.root());
}

TEST(RunFolderTest, ListsItsCheckpointsByStep) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::Create(temporary / "a");
  EXPECT_THAT(folder.Checkpoints(), IsEmpty());
  for (const int64_t step : std::initializer_list<int64_t>{900, 20, 10'000'000'000'000, 1000})
    Touch(folder.checkpoint(step));
  for (const char* stranger :
       {"step-.ckpt", "step-12x.ckpt", "step-000000000030.ckpt.tmp-1-0", "notes.txt"}) {
    Touch(folder.root() / "checkpoints" / stranger);
  }
  EXPECT_THAT(folder.Checkpoints(), ElementsAre(20, 900, 1000, 10'000'000'000'000));
  EXPECT_THAT(RunFolder(temporary / "nowhere").Checkpoints(), IsEmpty());
}

TEST(RunFolderTest, PrunesTheOldestAndWhatWasNeverFinished) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::Create(temporary / "a");
  for (const int64_t step : {10, 20, 30, 40}) Touch(folder.checkpoint(step));
  const auto unfinished = folder.root() / "checkpoints/step-000000000050.ckpt.tmp-1-0";
  const auto notes = folder.root() / "checkpoints/notes.txt";
  Touch(unfinished);
  Touch(notes);
  folder.PruneCheckpoints(3);
  EXPECT_THAT(folder.Checkpoints(), ElementsAre(20, 30, 40));
  EXPECT_FALSE(std::filesystem::exists(unfinished));
  EXPECT_TRUE(std::filesystem::exists(notes));
  folder.PruneCheckpoints(5);
  EXPECT_THAT(folder.Checkpoints(), ElementsAre(20, 30, 40));
}

}  // namespace
}  // namespace sinew::training
