#include "agents/on_policy/kl_step_size.h"

#include <gtest/gtest.h>

#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

TEST(KlStepSizeTest, FollowsTheDesiredKlByHand) {
  KlStepSize step_size(0.01);
  EXPECT_EQ(step_size.factor(), 1);
  step_size.Adapt(0.0201, 1);
  EXPECT_EQ(step_size.factor(), 1 / 1.5) << "twice as far as desired";
  for (const double kl : {0.02, 0.01, 0.005}) {
    step_size.Adapt(kl, 1);
    EXPECT_EQ(step_size.factor(), 1 / 1.5) << kl << " is near";
  }
  step_size.Adapt(0.0049, 1);
  EXPECT_EQ(step_size.factor(), 1) << "half as far as desired";
}

TEST(KlStepSizeTest, DesiredKlFallsWithTheSquareOfTheSchedule) {
  KlStepSize step_size(0.01);
  step_size.Adapt(0.0026, 0.5);
  EXPECT_EQ(step_size.factor(), 1) << "0.0025 is desired";
  step_size.Adapt(0.0051, 0.5);
  EXPECT_EQ(step_size.factor(), 1 / 1.5);
}

TEST(KlStepSizeTest, StaysWithinItsBounds) {
  KlStepSize longer(0.01), shorter(0.01);
  for (int i = 0; i < 100; ++i) {
    longer.Adapt(0, 1);
    shorter.Adapt(1, 1);
  }
  EXPECT_EQ(longer.factor(), 10);
  EXPECT_EQ(shorter.factor(), 0.01);
}

TEST(KlStepSizeTest, WithoutADesiredKlItStays) {
  KlStepSize step_size(0);
  step_size.Adapt(0, 1);
  step_size.Adapt(1, 1);
  EXPECT_EQ(step_size.factor(), 1);
}

TEST(KlStepSizeTest, IsRestored) {
  const ScratchFile file;
  KlStepSize step_size(0.01), restored(0.01);
  step_size.Adapt(1, 1);
  {
    models::Archive archive;
    step_size.Serialize(archive);
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive);
  EXPECT_EQ(restored.factor(), 1 / 1.5);
}

}  // namespace
}  // namespace sinew::agents
