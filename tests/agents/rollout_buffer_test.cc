#include "agents/rollout/rollout_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/error.h"
#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

constexpr int kHorizon = 3, kEnvs = 2;

// Observation and action say step and environment; successors are 1000 more.
float Mark(int step, int env) { return static_cast<float>(10 * step + env); }

void AddStep(RolloutBuffer* buffer, int step, const std::vector<spec::StepResult>& results) {
  std::vector<float> observations, actions, rewards, next_observations;
  for (int env = 0; env < kEnvs; ++env) {
    const float mark = Mark(step, env);
    for (float offset : {0.0f, 0.5f}) {
      observations.push_back(mark + offset);
      next_observations.push_back(1000 + mark + offset);
    }
    actions.push_back(-mark);
    rewards.push_back(100 + mark);
  }
  buffer->Add({observations, actions, rewards, next_observations, results});
}

class RolloutBufferTest : public testing::Test {
 protected:
  // environment 0 is cut at step 0 and ends at step 2; environment 1 diverges at step 1
  void Fill() {
    AddStep(&buffer_, 0, {{.truncated = true}, {}});
    AddStep(&buffer_, 1, {{}, {.diverged = true}});
    AddStep(&buffer_, 2, {{.terminated = true}, {}});
  }
  RolloutBuffer buffer_{kHorizon, kEnvs, 2, 1};
};

TEST_F(RolloutBufferTest, EverythingThatWentInIsThereInTimeOrder) {
  EXPECT_EQ(buffer_.steps(), 0);
  Fill();
  EXPECT_EQ(buffer_.steps(), 3);
  EXPECT_TRUE(buffer_.full());
  EXPECT_THAT(buffer_.observations(),
              ElementsAre(0, 0.5, 1, 1.5, 10, 10.5, 11, 11.5, 20, 20.5, 21, 21.5));
  EXPECT_THAT(buffer_.actions(), ElementsAre(0, -1, -10, -11, -20, -21));
  EXPECT_THAT(buffer_.rewards(), ElementsAre(100, 101, 110, 111, 120, 121));
  EXPECT_THAT(buffer_.LearnableRows(), ElementsAre(0, 1, 2, 4, 5));
}

TEST_F(RolloutBufferTest, KeepsTheSuccessorsThatAreNoRow) {
  Fill();
  EXPECT_THAT(buffer_.successors(), ElementsAre(1000, 1000.5, 1021, 1021.5));
}

// rows 0 and 5 have their own successors, row 1 is followed by row 3, which diverged, and row 2 by
// row 4; behind the diverged row 3 and the terminal row 4 there is nothing
TEST_F(RolloutBufferTest, NextValuesAreOfTheTrueSuccessors) {
  Fill();
  const std::vector<float> values{1, 2, 3, 4, 5, 6}, successor_values{70, 80};
  std::vector<float> next_values(6, -1);
  buffer_.GatherNextValues(values, successor_values, next_values);
  EXPECT_THAT(next_values, ElementsAre(70, 4, 5, 0, 0, 80));
}

// environment 0 is cut behind row 0 and ends with row 4; row 3 of environment 1 diverged
TEST_F(RolloutBufferTest, SequencesCoverEveryLearnableRowOnce) {
  Fill();
  const SequenceRows all = buffer_.Sequences(10);
  EXPECT_EQ(all.count, 4);
  EXPECT_THAT(all.rows, ElementsAre(0, 2, 1, 5, -1, 4, -1, -1));
  const SequenceRows single = buffer_.Sequences(1);
  EXPECT_THAT(single.rows, ElementsAre(0, 2, 4, 1, 5));
}

TEST_F(RolloutBufferTest, KeepsColumnsThatAnAlgorithmAdds) {
  RolloutBuffer buffer(2, kEnvs, 1, 1, {{"state", ColumnType::kFloat32, 2}});
  const std::vector<float> values(kEnvs, 0.5f), states{1, 2, 3, 4};
  const std::vector<spec::StepResult> results(kEnvs);
  buffer.Add({values, values, values, values, results}, {},
             std::vector<std::span<const float>>{states});
  EXPECT_THAT(buffer.more(0), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(buffer.schema().Index("state", ColumnType::kFloat32), 5);
}

TEST_F(RolloutBufferTest, StartsAnewWhenCleared) {
  Fill();
  buffer_.Clear();
  EXPECT_EQ(buffer_.steps(), 0);
  EXPECT_THAT(buffer_.successors(), IsEmpty());
  EXPECT_THAT(buffer_.LearnableRows(), IsEmpty());
  AddStep(&buffer_, 7, {{}, {}});
  EXPECT_FALSE(buffer_.full());
  EXPECT_THAT(buffer_.rewards(), ElementsAre(170, 171));
}

TEST_F(RolloutBufferTest, GoesOnInTheMiddleAfterRestoring) {
  AddStep(&buffer_, 0, {{.truncated = true}, {}});
  const ScratchFile file;
  {
    models::Archive archive;
    buffer_.Serialize(archive, "rollout");
    archive.Write(file.path());
  }
  RolloutBuffer restored(kHorizon, kEnvs, 2, 1);
  AddStep(&restored, 9, {{.diverged = true}, {.terminated = true}});
  models::Archive archive(file.path());
  restored.Serialize(archive, "rollout");
  for (RolloutBuffer* buffer : {&buffer_, &restored}) {
    AddStep(buffer, 1, {{}, {.diverged = true}});
    AddStep(buffer, 2, {{.terminated = true}, {}});
  }
  EXPECT_EQ(restored.LearnableRows(), buffer_.LearnableRows());
  EXPECT_THAT(restored.observations(), testing::ElementsAreArray(buffer_.observations()));
  EXPECT_THAT(restored.ends(), testing::ElementsAreArray(buffer_.ends()));
  const std::vector<float> values{1, 2, 3, 4, 5, 6}, successor_values{70, 80};
  std::vector<float> next_values(6);
  restored.GatherNextValues(values, successor_values, next_values);
  EXPECT_THAT(next_values, ElementsAre(70, 4, 5, 0, 0, 80));
}

TEST_F(RolloutBufferTest, RolloutsOfAnotherShapeAreRefused) {
  const ScratchFile file;
  {
    models::Archive archive;
    buffer_.Serialize(archive, "rollout");
    archive.Write(file.path());
  }
  RolloutBuffer other(kHorizon + 1, kEnvs, 2, 1);
  models::Archive archive(file.path());
  EXPECT_THAT(
      [&] { other.Serialize(archive, "rollout"); },
      ThrowsMessage<UserError>(AllOf(HasSubstr("3 steps of 2 environments"), HasSubstr("4 of 2"))));
}

}  // namespace
}  // namespace sinew::agents
