#include "policy/policy_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "policy/safetensors.h"
#include "tests/policy/test_artifact.h"

namespace sinew::policy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class PolicyFileTest : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove(path_); }

  std::string Save(const TestPolicy& artifact) {
    SavePolicy(path_, artifact);
    return ReadFile(path_);
  }

  fs::path path_ =
      fs::path(::testing::TempDir()) / fmt::format("policy_file_test_{}.policy", getpid());
  TestPolicy artifact_ = RandomArtifact({3, 4, 2});
};

// the file's CRC-32 set right again after a change, to reach the checks behind it
std::string WithValidChecksum(std::string bytes) {
  const size_t entry = bytes.find("\"crc32\":\"");
  if (entry == std::string::npos || entry + 17 > bytes.size()) return bytes;
  bytes.replace(entry + 9, 8, "00000000");
  return bytes.replace(entry + 9, 8, fmt::format("{:08x}", Crc32(bytes)));
}

std::string MessageOf(const std::string& bytes) {
  try {
    ParsePolicy(bytes, "a.policy");
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_F(PolicyFileTest, ReadsBackWhatWasSaved) {
  Save(artifact_);
  const PolicyGraph graph = LoadPolicy(path_);
  EXPECT_EQ(graph.contract, artifact_.contract);
  const Perceptron read = AsPerceptron(graph).value();
  EXPECT_EQ(read.obs_mean, artifact_.obs_mean);
  EXPECT_EQ(read.obs_scale, artifact_.obs_scale);
  EXPECT_EQ(read.obs_clip, artifact_.obs_clip);
  ASSERT_EQ(read.layers.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.layers[i].weight, artifact_.layers[i].weight);
    EXPECT_EQ(read.layers[i].bias, artifact_.layers[i].bias);
    EXPECT_EQ(read.layers[i].inputs, artifact_.layers[i].inputs);
    EXPECT_EQ(read.layers[i].activation, artifact_.layers[i].activation);
  }
  EXPECT_EQ(PolicyHash(graph), PolicyHash(artifact_));
  EXPECT_EQ(ParameterCount(graph), 3 * 4 + 4 + 4 * 2 + 2);
}

TEST_F(PolicyFileTest, HashFollowsNumbersAndContract) {
  const std::string hash = PolicyHash(artifact_);
  artifact_.contract.action[0].torque_high += 1;
  const std::string other_contract = PolicyHash(artifact_);
  artifact_.layers[0].weight[0] += 1e-6f;
  EXPECT_NE(hash, other_contract);
  EXPECT_NE(other_contract, PolicyHash(artifact_));
}

TEST_F(PolicyFileTest, UnknownFiguresOfTheContractBecomeNan) {
  artifact_.contract.evaluation.iqm = kNan;
  artifact_.contract.observation[1].training_high = std::numeric_limits<double>::infinity();
  Save(artifact_);
  const spec::Contract read = LoadPolicy(path_).contract;
  EXPECT_TRUE(std::isnan(read.evaluation.iqm));
  EXPECT_TRUE(std::isnan(read.observation[1].training_high));
}

TEST_F(PolicyFileTest, ParametersThatAreNotFiniteNeverReplaceAGoodFile) {
  const std::string good = Save(artifact_);
  for (const float bad : {kNan, std::numeric_limits<float>::infinity()}) {
    TestPolicy broken = artifact_;
    broken.layers[1].weight[5] = bad;
    EXPECT_THROW(SavePolicy(path_, broken), Error);
    broken = artifact_;
    broken.obs_mean[0] = bad;
    EXPECT_THROW(SavePolicy(path_, broken), Error);
    broken = artifact_;
    broken.contract.action[1].torque_high = bad;
    EXPECT_THROW(SavePolicy(path_, broken), Error);
  }
  EXPECT_EQ(ReadFile(path_), good);
}

TEST_F(PolicyFileTest, SizesThatDoNotFitAreRefused) {
  const auto refused = [&](auto change, const std::string& message) {
    TestPolicy broken = artifact_;
    change(broken);
    try {
      SavePolicy(path_, broken);
      ADD_FAILURE() << "accepted, expected: " << message;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  };
  refused([](auto& a) { a.layers.clear(); }, "gives 3 actions, its contract names 2");
  refused([](auto& a) { a.layers.pop_back(); }, "gives 4 actions, its contract names 2");
  refused([](auto& a) { a.layers[1].inputs = 5; },
          "layer1 (dense): its weight is 2 x 5, its input has 4 values");
  refused([](auto& a) { a.layers[0].bias.pop_back(); },
          "layer0 (dense): its bias is 3, expected 4");
  refused([](auto& a) { a.layers[0].activation = "elu"; }, "unknown activation 'elu'");
  refused([](auto& a) { a.obs_scale.pop_back(); },
          "normalized (normalize): its scale is 2, expected 3");
  refused([](auto& a) { a.obs_clip = 0; }, "its clip is 0");
  refused([](auto& a) { a.contract.control_dt = 0; }, "control period");
}

TEST_F(PolicyFileTest, EveryFlippedBitIsRefused) {
  const std::string bytes = Save(artifact_);
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_THAT(MessageOf(damaged), HasSubstr("a.policy: ")) << "byte " << i << " bit " << bit;
    }
  }
}

TEST_F(PolicyFileTest, EveryTruncationAndTrailingBytesAreRefused) {
  const std::string bytes = Save(artifact_);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(MessageOf(bytes.substr(0, size)), "accepted") << size;
  }
  EXPECT_NE(MessageOf(bytes + "x"), "accepted");
}

// whoever edits a file sets its checksum right too: the checks behind it must hold alone
TEST_F(PolicyFileTest, ChangesWithAValidChecksumAreReadOrRefusedButNeverCrash) {
  const std::string bytes = Save(artifact_);
  int refused = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int change : {0x01, 0x08, 0x20, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ change);
      const std::string message = MessageOf(WithValidChecksum(changed));
      EXPECT_THAT(message, Not(HasSubstr("\n")));
      refused += message != "accepted";
    }
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size()));
}

TEST_F(PolicyFileTest, GarbageIsRefused) {
  Random random(1, "garbage");
  for (int trial = 0; trial < 2000; ++trial) {
    std::string bytes(random.Below(200), '\0');
    for (char& c : bytes) c = static_cast<char>(random.Below(256));
    EXPECT_NE(MessageOf(bytes), "accepted");
  }
  EXPECT_THROW(LoadPolicy(::testing::TempDir()), UserError);
  EXPECT_THROW(LoadPolicy("/nowhere/a.policy"), UserError);
}

TEST_F(PolicyFileTest, OtherSafetensorsFilesAreNamedAsSuch) {
  const std::vector<float> values(3);
  TensorWriter writer;
  writer.Add<float>("normalizer.mean", {3}, values);
  EXPECT_THAT(MessageOf(writer.Serialize()), HasSubstr("no metadata 'format'"));
  writer.SetMetadata("format", "pt");
  EXPECT_THAT(MessageOf(writer.Serialize()), HasSubstr("not a policy file"));
}

TEST(ContractTest, ReadingNamesTheFieldThatIsWrong) {
  const std::string json = spec::ContractToJson(RandomArtifact({2, 2}).contract);
  const auto message_with = [&](const std::string& from, const std::string& to) -> std::string {
    std::string changed = json;
    changed.replace(changed.find(from), from.size(), to);
    try {
      spec::ContractFromJson(changed, "f");
      return "accepted";
    } catch (const UserError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(message_with("\"seed\":3", "\"seed\":-3"), "f: contract 'seed' is not a whole number");
  EXPECT_EQ(message_with("\"seed\":3", "\"sead\":3"), "f: contract has no 'seed'");
  EXPECT_EQ(message_with("\"rad\"", "1"), "f: contract.observation[0] 'unit' is not a text");
  EXPECT_EQ(message_with("\"torque_low\":-10.0", "\"torque_low\":null"),
            "f: contract.action[0] 'torque_low' is not a finite number");
  EXPECT_EQ(message_with("{", "[{"), "f: the contract is not valid JSON");
}

spec::TaskSpec SpecOf(const spec::Contract& contract) {
  spec::TaskSpec spec;
  spec.name = contract.task;
  for (const auto& element : contract.observation)
    spec.observation.push_back({element.name, element.unit});
  spec.action = contract.action;
  spec.control_dt = contract.control_dt;
  spec.substeps = 2;
  spec.gravity_compensation = contract.gravity_compensation;
  return spec;
}

std::string Differences(const spec::Contract& contract, const spec::TaskSpec& spec,
                        const std::string& hash) {
  try {
    const spec::ModelIdentity model{hash, hash, ""};
    spec::CheckContract(contract, spec, hash.empty() ? nullptr : &model);
    return "";
  } catch (const UserError& error) {
    return error.what();
  }
}

TEST(ContractTest, TheTaskItWasMadeForIsAccepted) {
  const spec::Contract contract = RandomArtifact({2, 2}).contract;
  EXPECT_EQ(Differences(contract, SpecOf(contract), contract.model_hash), "");
  EXPECT_EQ(Differences(contract, SpecOf(contract), ""), "");
}

TEST(ContractTest, EveryDifferenceIsListedOnOneLine) {
  const spec::Contract contract = RandomArtifact({2, 2}).contract;
  spec::TaskSpec spec = SpecOf(contract);
  std::swap(spec.observation[0], spec.observation[1]);
  spec.action[1].joint = "elbow";
  spec.action[0].torque_high = 87;
  spec.control_dt = 0.05;
  spec.gravity_compensation = true;
  EXPECT_EQ(
      Differences(contract, spec, "feed"),
      "the policy was made for another task than 'test-task': "
      "observation[0]: policy 'obs_0', task 'obs_1'; observation[1]: policy 'obs_1', task 'obs_0'; "
      "joint_0 torque high: policy 20 N·m, task 87 N·m; action[1]: policy 'joint_1', task 'elbow'; "
      "control period: policy 0.02 s, task 0.05 s; timestep: policy 0.01 s, task 0.025 s; "
      "gravity compensation: policy 'off', task 'on'; "
      "model: policy '0123456789abcdef', task 'feed'");
  spec = SpecOf(contract);
  spec.observation.pop_back();
  spec.action.pop_back();
  EXPECT_THAT(
      Differences(contract, spec, ""),
      HasSubstr("observation size: policy '2', task '1'; action size: policy '2', task '1'"));
}

TEST(ContractTest, FieldsThatDifferAreNamedWithBothValues) {
  const spec::Contract a = RandomArtifact({2, 2}).contract;
  EXPECT_TRUE(spec::ContractDifferences(a, a).empty());
  spec::Contract b = a;
  b.observation[1].unit = "deg";
  b.action[0].torque_high = 21;
  b.latency = 0.01;
  b.updates = 7;
  b.evaluation.iqm = kNan;
  EXPECT_THAT(spec::ContractDifferences(a, b),
              ::testing::ElementsAre(
                  "latency: 0.0, not 0.01", "observation[1].unit: \"rad\", not \"deg\"",
                  "action[0].torque_high: 20.0, not 21.0", "action[0].torque_scale: 15.0, not 15.5",
                  "evaluation.iqm: -4.25, not null", "updates: nothing, not 7"));
}

TEST(ContractTest, FramesAreHeldAgainstTheTaskWhereBothStateThem) {
  spec::Contract contract = RandomArtifact({2, 2}).contract;
  spec::TaskSpec spec = SpecOf(contract);
  contract.observation[0].frame = "world";
  EXPECT_EQ(Differences(contract, spec, ""), "");
  spec.observation[0].frame = "tool";
  EXPECT_THAT(Differences(contract, spec, ""),
              HasSubstr("observation[0] frame: policy 'world', task 'tool'"));
}

TEST(ContractTest, AScaleThatContradictsTheLimitsIsRefused) {
  std::string json = spec::ContractToJson(RandomArtifact({2, 2}).contract);
  const std::string scale = "\"torque_scale\":15.0";
  json.replace(json.find(scale), scale.size(), "\"torque_scale\":14.0");
  try {
    spec::ContractFromJson(json, "f");
    ADD_FAILURE();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "f: contract.action[0] 'torque_scale' is 14, the limits say 15");
  }
}

TEST_F(PolicyFileTest, FilesWithoutLatencyFramesAndUpdatesAreStillRead) {
  Save(artifact_);
  auto json = nlohmann::json::parse(spec::ContractToJson(artifact_.contract));
  json.erase("latency");
  for (auto& element : json["observation"]) element.erase("frame");
  for (auto& element : json["action"]) element.erase("torque_scale");
  const spec::Contract read = spec::ContractFromJson(json.dump(), "f");
  EXPECT_EQ(read, artifact_.contract);
  EXPECT_EQ(read.updates, -1);
}

TEST_F(PolicyFileTest, DeviationsOfASamplingPolicyAreReadBackAndPartOfItsHash) {
  const std::string deterministic = PolicyHash(artifact_);
  for (const GaussianHead& head :
       {GaussianHead{{}, {-1, 0.5f}}, GaussianHead{{1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, -5, 2}}) {
    artifact_.gaussian = head;
    Save(artifact_);
    EXPECT_EQ(AsPerceptron(LoadPolicy(path_))->gaussian, head);
    EXPECT_NE(PolicyHash(artifact_), deterministic);
  }
}

TEST_F(PolicyFileTest, DeviationsThatDoNotFitAreRefused) {
  for (const GaussianHead& head :
       {GaussianHead{{}, {-1}}, GaussianHead{{}, {-1, kNan}}, GaussianHead{{}, {-1, 31}},
        GaussianHead{{1, 2, 3}, {0, 1}, -5, 2}, GaussianHead{std::vector<float>(8), {0, 1}, 2, -5},
        GaussianHead{std::vector<float>(8), {0, 1}, -5, kNan}}) {
    artifact_.gaussian = head;
    EXPECT_THROW(SavePolicy(path_, artifact_), Error);
  }
}

}  // namespace
}  // namespace sinew::policy
