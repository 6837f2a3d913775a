// What a graph may be, in memory and in version 2 of the policy file.

#include "policy/graph.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "policy/policy_file.h"
#include "policy/safetensors.h"
#include "tests/policy/random_graph.h"

namespace sinew::policy {
namespace {

using ::testing::HasSubstr;

// bits of what a policy does over a few episodes
std::vector<uint32_t> Bits(const PolicyGraph& graph) {
  const size_t obs_dim = graph.contract.observation.size(), act_dim = graph.contract.action.size();
  const auto policy = MakeArtifactPolicy(graph);
  const Sequence sequence = RandomSequence(3, obs_dim, act_dim);
  std::vector<uint32_t> bits;
  std::vector<float> action(act_dim);
  for (size_t n = 0; n < sequence.observation.size(); ++n) {
    if (sequence.begins[n]) policy->Reset(n);
    policy->Act(sequence.observation[n], action);
    for (const float a : action) bits.push_back(std::bit_cast<uint32_t>(a));
  }
  return bits;
}

std::filesystem::path ScratchPath() {
  return std::filesystem::path(::testing::TempDir()) / fmt::format("graph_test_{}", ::getpid());
}

std::string Saved(const PolicyGraph& graph) {
  SavePolicy(ScratchPath(), graph);
  const std::string bytes = ReadFile(ScratchPath());
  std::filesystem::remove(ScratchPath());
  return bytes;
}

TEST(GraphFileTest, RandomGraphsAreReadBackToTheBit) {
  std::set<std::string_view> kinds;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const PolicyGraph graph = RandomGraph(seed).Make(seed % 3 == 0);
    const PolicyGraph read = ParsePolicy(Saved(graph), "a.policy");
    if (!AsPerceptron(graph)) {
      EXPECT_EQ(read, graph) << seed;
    }
    EXPECT_EQ(PolicyHash(read), PolicyHash(graph));
    EXPECT_EQ(Bits(read), Bits(graph)) << seed;
    for (const Node& node : graph.nodes) kinds.insert(KindOf(node.operation));
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Operation>) << "every operation occurs";
}

TEST(GraphFileTest, APerceptronIsWrittenAsBefore) {
  const PolicyGraph plain = RandomArtifact({3, 4, 2});
  EXPECT_EQ(TensorFile::Parse(Saved(plain), "a").Metadata("format"), "sinew-policy-1");
  PolicyGraph other = plain;
  std::get<Dense>(other.nodes[1].operation).activation = Activation::kSilu;
  EXPECT_EQ(TensorFile::Parse(Saved(other), "a").Metadata("format"), "sinew-policy-2");
}

TEST(GraphFileTest, HeadsOfPerceptronsSurviveTheWayThroughAGraph) {
  TestPolicy policy = RandomArtifact({3, 4, 2});
  for (const char* activation : {"tanh", "identity"}) {
    policy.layers.back().activation = activation;
    for (const GaussianHead& head :
         {GaussianHead{{}, {-1, 0.5f}}, GaussianHead{{1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, -5, 2}}) {
      policy.gaussian = head;
      const auto read = AsPerceptron(policy);
      ASSERT_TRUE(read);
      EXPECT_EQ(read->gaussian, head);
      EXPECT_EQ(read->layers.back().activation, activation);
    }
  }
}

// the file with its graph's description changed
std::string WithGraph(const PolicyGraph& graph, const std::function<void(nlohmann::json&)>& change,
                      const char* format = "sinew-policy-2") {
  const TensorFile file = TensorFile::Parse(Saved(graph), "a");
  auto json = nlohmann::json::parse(file.Metadata("graph"));
  change(json);
  TensorWriter writer;
  writer.SetMetadata("format", format);
  writer.SetMetadata("contract", file.Metadata("contract"));
  writer.SetMetadata("graph", json.dump());
  for (const auto& [name, tensor] : file.tensors()) {
    writer.Add(name, tensor.dtype, tensor.shape, file.Data(name));
  }
  return writer.Serialize();
}

PolicyGraph GruGraph() {
  GraphBuilder graph(RandomArtifact({2, 1}).contract);
  auto x = graph.Normalize(kObservation, {0, 0}, {1, 1}, 5);
  x = graph.GruCell(x, {{{9, 2}, std::vector<float>(18, 0.1f)},
                        {{9, 3}, std::vector<float>(27, 0.1f)},
                        VectorOf(std::vector<float>(9)),
                        VectorOf(std::vector<float>(9))});
  return graph.Build(graph.Apply(Dense{{{1, 3}, {1, 2, 3}}, VectorOf({0})}, {x}, "mean"));
}

std::string MessageOf(const std::string& bytes) {
  try {
    ParsePolicy(bytes, "a.policy");
    return "accepted";
  } catch (const UserError& error) {
    return error.what();
  }
}

TEST(GraphFileTest, RefusalsSayInOneLineWhatIsValid) {
  const PolicyGraph graph = GruGraph();
  const auto nothing = [](auto&) {};
  EXPECT_EQ(MessageOf(WithGraph(graph, nothing)), "accepted");
  EXPECT_EQ(MessageOf(WithGraph(graph, nothing, "sinew-policy-3")),
            "a.policy: a policy file of version 3, this program reads 1 and 2: use a later one");
  EXPECT_THAT(MessageOf(WithGraph(graph, nothing, "sinew-policy-x")), HasSubstr("not a policy"));
  const std::vector<std::pair<std::function<void(nlohmann::json&)>, std::string>> cases{
      {[](auto& g) { g["nodes"][1]["operation"] = "lstm"; },
       "operation 1: unknown operation 'lstm'; known: normalize, dense, activation, layer_norm"},
      {[](auto& g) { g["state"][0]["shape"] = {4}; },
       "the policy's memory_next (gru): its weight_ih is 9 x 2, expected 12 x 2"},
      {[](auto& g) { g["state"][0]["next"] = "mean"; },
       "the next value of the state 'memory' has 1 numbers, the state is 3"},
      {[](auto& g) { g["state"][0]["next"] = "nobody"; }, "is 'nobody', which no operation gives"},
      {[](auto& g) { g["state"][0]["shape"] = {1 << 29}; }, "the value 'memory' is 536870912"},
      {[](auto& g) { g["state"][0]["shape"] = {-3}; }, "'shape' is not a list of up to four sizes"},
      {[](auto& g) { g["state"][0]["fill"] = "mean"; }, "reads the state 'memory' before"},
      {[](auto& g) { g["nodes"][2]["activation"] = "elu"; }, "unknown activation 'elu'; known"},
      {[](auto& g) { g["nodes"][2]["inputs"] = {"later"}; }, "reads 'later' before anything"},
      {[](auto& g) {
         g["nodes"][2]["inputs"] = {"normalized", "memory"};
       },
       "reads 2 values"},
      {[](auto& g) { g["nodes"][0]["clip"] = 0; }, "normalized (normalize): its clip is 0"},
      {[](auto& g) { g["nodes"][0]["speed"] = 1; }, "operation 0: 'speed' is not known"},
      {[](auto& g) { g["nodes"][0].erase("clip"); }, "operation 0: no 'clip'"},
      {[](auto& g) { g["nodes"].erase(2); }, "tensors that are not the policy's"},
      {[](auto& g) { g["action"] = "memory"; }, "the policy's action is 'memory', which no"},
      {[](auto& g) { g["action"] = "normalized"; }, "gives 2 actions, its contract names 1"},
      {[](auto& g) { g["nodes"] = 3; }, "'nodes' is not a list"},
      {[](auto& g) { g = nlohmann::json::array(); }, "the policy's graph: is not an object"},
  };
  for (const auto& [change, expected] : cases) {
    const std::string message = MessageOf(WithGraph(graph, change));
    EXPECT_THAT(message, HasSubstr("a.policy: "));
    EXPECT_THAT(message, HasSubstr(expected));
    EXPECT_THAT(message, ::testing::Not(HasSubstr("\n")));
  }
}

// whoever edits a file sets its checksum right too: the checks behind it must hold alone
TEST(GraphFileTest, ChangesWithAValidChecksumAreReadOrRefusedButNeverCrash) {
  for (const uint64_t seed : {1, 2, 9}) {
    const std::string bytes = Saved(RandomGraph(seed, 3, 1).Make());
    const size_t entry = bytes.find("\"crc32\":\"");
    ASSERT_NE(entry, std::string::npos);
    uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    int refused = 0;
    for (size_t i = 8; i < 8 + length; ++i) {
      for (const int change : {0x01, 0x10}) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ change);
        changed.replace(entry + 9, 8, "00000000");
        changed.replace(entry + 9, 8, fmt::format("{:08x}", Crc32(changed)));
        const std::string message = MessageOf(changed);
        refused += message != "accepted";
        EXPECT_THAT(message, ::testing::Not(HasSubstr("\n")));
      }
    }
    EXPECT_GT(refused, static_cast<int>(length) / 2);
  }
}

TEST(GraphTest, NumbersThatAreNotFiniteAreRefused) {
  PolicyGraph graph = GruGraph();
  std::get<Gru>(graph.nodes[1].operation).bias_hh.values[4] =
      std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(
      [&] { CheckGraph(graph); },
      ::testing::ThrowsMessage<Error>(HasSubstr("the policy's memory_next bias_hh[4] is nan")));
}

TEST(GraphTest, NamesThatAreNoneOrTakenAreRefused) {
  for (const char* name : {"", "A", "1a", "a.b", "action", "state", "observation", "memory"}) {
    PolicyGraph graph = GruGraph();
    graph.nodes[2].output = graph.action = name;
    EXPECT_THROW(CheckGraph(graph), Error) << name;
  }
}

TEST(GraphTest, CostsAreCounted) {
  const PolicyGraph graph = GruGraph();
  // 9 x 2 and 9 x 3 weights and the products of z, n and h; 1 x 3
  EXPECT_EQ(CountCost(graph).macs, 18 + 27 + 9 + 3);
  EXPECT_EQ(ParameterCount(graph), 18 + 27 + 18 + 3 + 1);
  PolicyGraph sampled = RandomArtifact({3, 4, 2});
  TestPolicy head = RandomArtifact({3, 4, 2});
  head.gaussian = GaussianHead{{1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, -5, 2};
  EXPECT_EQ(CountCost(head).macs, CountCost(sampled).macs);
  EXPECT_EQ(CountCost(head, true).macs, CountCost(sampled).macs + 8);
  EXPECT_EQ(CountCost(head, true).parameters, CountCost(sampled).parameters + 10);
}

}  // namespace
}  // namespace sinew::policy
