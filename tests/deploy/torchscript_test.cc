#include "deploy/torchscript/torchscript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "deploy/base/reference.h"
#include "deploy/torchscript/torchscript_process.h"
#include "tests/deploy/export_folder.h"
#include "tests/paths.h"

namespace sinew::deploy {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

const std::filesystem::path kRunner =
    std::filesystem::path(sinew::BinaryDir()) / "sinew-torchscript";

class TorchScriptTest : public ExportFolderTest {
 protected:
  TorchScriptProcess Start(const policy::TestPolicy& artifact, bool stochastic = false) {
    std::filesystem::create_directory(folder_);
    WriteFileAtomically(folder_ / "policy.pt", TorchScriptModel(artifact, stochastic));
    return {kRunner, folder_ / "policy.pt", 5, 2, stochastic};
  }
  const std::vector<float> observation_{0.1f, -0.2f, 0.3f, 0.4f, -0.5f};
  std::vector<float> torque_ = std::vector<float>(2);
};

TEST_F(TorchScriptTest, AFreshProcessGivesTheReferenceTorques) {
  const policy::TestPolicy artifact = TestArtifact();
  TorchScriptProcess process = Start(artifact);
  EXPECT_EQ(process.policy_hash(), policy::PolicyHash(artifact));
  EXPECT_EQ(spec::ContractFromJson(process.contract(), "x"), artifact.contract);
  EXPECT_EQ(process.Torque(observation_, {}, torque_), 0);
  const auto expected = TorqueOfAction(artifact.contract, ReferenceAction(artifact, observation_));
  for (int i = 0; i < 2; ++i) EXPECT_NEAR(torque_[i], expected[i], 6e-6);
  std::vector<float> bad = observation_;
  bad[4] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(process.Torque(bad, {}, torque_), 1);
  EXPECT_THAT(torque_, Each(0));
}

TEST_F(TorchScriptTest, NoiseSamplesTheAction) {
  for (const bool state_dependent : {false, true}) {
    const policy::TestPolicy artifact = SamplingArtifact(state_dependent);
    TorchScriptProcess process = Start(artifact, true);
    const std::vector<float> noise{1.5f, -0.3f};
    EXPECT_EQ(process.Torque(observation_, noise, torque_), 0);
    const auto expected =
        TorqueOfAction(artifact.contract, ReferenceAction(artifact, observation_, noise));
    for (int i = 0; i < 2; ++i) EXPECT_NEAR(torque_[i], expected[i], 6e-6);
  }
}

TEST_F(TorchScriptTest, LoadsIntoThisProcessToo) {
  const policy::TestPolicy artifact = TestArtifact();
  const auto backend = LoadTorchScript(TorchScriptModel(artifact));
  EXPECT_EQ(backend->Torque(observation_, {}, torque_), 0);
  const auto expected = TorqueOfAction(artifact.contract, ReferenceAction(artifact, observation_));
  for (int i = 0; i < 2; ++i) EXPECT_NEAR(torque_[i], expected[i], 6e-6);
  EXPECT_THROW(LoadTorchScript("PK"), UserError);
}

TEST_F(TorchScriptTest, ADamagedFileEndsTheProcessWithAMessage) {
  std::filesystem::create_directory(folder_);
  WriteFileAtomically(folder_ / "policy.pt", TorchScriptModel(TestArtifact()).substr(0, 3000));
  try {
    TorchScriptProcess process(kRunner, folder_ / "policy.pt", 5, 2, false);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("TorchScript: "));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("\n")));
  }
  EXPECT_THROW(TorchScriptProcess("/nowhere/runner", folder_ / "policy.pt", 5, 2, false), Error);
}

TEST_F(TorchScriptTest, AnObservationOfAnotherSizeIsAnError) {
  std::filesystem::create_directory(folder_);
  WriteFileAtomically(folder_ / "policy.pt", TorchScriptModel(TestArtifact()));
  TorchScriptProcess process(kRunner, folder_ / "policy.pt", 4, 2, false);
  const std::vector<float> four(4);
  EXPECT_THROW(process.Torque(four, {}, torque_), Error);
}

}  // namespace
}  // namespace sinew::deploy
