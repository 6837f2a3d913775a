#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "deploy/base/golden.h"
#include "deploy/base/reference.h"
#include "deploy/onnx/onnx_export.h"
#include "deploy/onnx/onnx_graph.h"
#include "tests/deploy/test_task.h"

namespace sinew::deploy {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

std::string MessageOf(const std::string& bytes) {
  try {
    OnnxGraph::Parse(bytes, "a.onnx").Run({{"observation", {1, 5, std::vector<float>(5)}}});
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(OnnxTest, ABatchGivesWhatTheReferenceGivesRowByRow) {
  const policy::TestPolicy artifact = TestArtifact();
  const OnnxGraph graph = OnnxGraph::Parse(OnnxModel(artifact), "a.onnx");
  const std::vector<float> observations{0.1f, -0.2f, 3, 4, -5, 1, 1, 1, 1, 1, 900, -900, 0, 0, 0};
  const auto out = graph.Run({{"observation", {3, 5, observations}}});
  ASSERT_EQ(out.at("torque").rows, 3);
  ASSERT_EQ(out.at("torque").columns, 2);
  for (int n = 0; n < 3; ++n) {
    const auto action =
        ReferenceAction(artifact, std::span(observations).subspan(static_cast<size_t>(n) * 5, 5));
    const auto torque = TorqueOfAction(artifact.contract, action);
    for (int i = 0; i < 2; ++i) {
      EXPECT_NEAR(out.at("action").values[n * 2 + i], action[i], 1e-6);
      EXPECT_NEAR(out.at("torque").values[n * 2 + i], torque[i], 6e-6);
    }
  }
  EXPECT_THAT(out.at("status").values, Each(0));
}

TEST(OnnxTest, ABadRowIsZeroAndLeavesTheOthersAlone) {
  const OnnxGraph graph = OnnxGraph::Parse(OnnxModel(TestArtifact()), "a.onnx");
  std::vector<float> observations(10, 0.5f);
  observations[7] = std::numeric_limits<float>::quiet_NaN();
  const auto out = graph.Run({{"observation", {2, 5, observations}}});
  EXPECT_EQ(out.at("status").values, (std::vector<float>{0, 1}));
  EXPECT_NE(out.at("torque").values[0], 0);
  EXPECT_EQ(out.at("torque").values[2], 0);
  EXPECT_EQ(out.at("action").values[3], 0);
}

TEST(OnnxTest, AnOutputThatOverflowsHasItsOwnStatus) {
  policy::TestPolicy artifact = TestArtifact();
  for (auto& layer : artifact.layers) {
    layer.activation = "identity";
    for (float& w : layer.weight) w = 1e30f;
  }
  const OnnxGraph graph = OnnxGraph::Parse(OnnxModel(artifact), "a.onnx");
  const auto out = graph.Run({{"observation", {1, 5, std::vector<float>(5, 2.0f)}}});
  EXPECT_EQ(out.at("status").values[0], 2);
  EXPECT_THAT(out.at("torque").values, Each(0));
}

TEST(OnnxTest, NoiseSamplesTheAction) {
  for (const bool state_dependent : {false, true}) {
    const policy::TestPolicy artifact = SamplingArtifact(state_dependent);
    const OnnxGraph graph = OnnxGraph::Parse(OnnxModel(artifact, true), "a.onnx");
    const std::vector<float> observation{0.1f, -0.2f, 0.3f, 0.4f, -0.5f}, noise{1.5f, -0.3f};
    const auto out = graph.Run({{"observation", {1, 5, observation}}, {"noise", {1, 2, noise}}});
    const auto action = ReferenceAction(artifact, observation, noise);
    EXPECT_GT(std::abs(action[0] - ReferenceAction(artifact, observation)[0]), 1e-3);
    for (int i = 0; i < 2; ++i) EXPECT_NEAR(out.at("action").values[i], action[i], 1e-6);
  }
}

TEST(OnnxTest, CarriesTheContract) {
  const policy::TestPolicy artifact = TestArtifact();
  const OnnxGraph graph = OnnxGraph::Parse(OnnxModel(artifact), "a.onnx");
  EXPECT_EQ(graph.metadata().at(kPolicyHashEntry), policy::PolicyHash(artifact));
  EXPECT_EQ(spec::ContractFromJson(graph.metadata().at(kContractEntry), "x"), artifact.contract);
  EXPECT_EQ(graph.Width("observation"), 5);
  EXPECT_EQ(graph.Width("torque"), 2);
  EXPECT_THROW(graph.Width("speed"), UserError);
  EXPECT_THROW(graph.Run({}), UserError);
}

TEST(OnnxTest, DamagedFilesAreRefusedOrReadButNeverCrash) {
  const std::string bytes = OnnxModel(TestArtifact({4}));
  ASSERT_EQ(MessageOf(bytes), "accepted");
  int refused = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int change : {0x01, 0x08, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ change);
      const std::string message = MessageOf(changed);
      EXPECT_THAT(message, ::testing::Not(HasSubstr("\n")));
      refused += message != "accepted";
    }
  }
  // what is left are weights, names and texts
  EXPECT_GT(refused, static_cast<int>(bytes.size()));
  for (size_t size = 0; size < bytes.size(); size += 7) {
    if (MessageOf(bytes.substr(0, size)) != "accepted") continue;
    // cut between entries of the metadata, which come last: what ties the file to its folder is
    // gone
    const OnnxGraph cut = OnnxGraph::Parse(bytes.substr(0, size), "a.onnx");
    EXPECT_FALSE(cut.metadata().contains(kPolicyHashEntry) &&
                 cut.metadata().contains(kContractEntry))
        << size;
  }
}

}  // namespace
}  // namespace sinew::deploy
