// Each operation of the interpreter against its formula in double precision, written out here.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/error.h"
#include "policy/graph_builder.h"
#include "policy/graph_policy.h"
#include "tests/policy/test_artifact.h"

namespace sinew::policy {
namespace {

using Vector = std::vector<double>;

// what a graph of one operation gives for an observation; the outputs are the action's
Vector RunOne(Operation operation, const std::vector<float>& x, int outputs) {
  GraphBuilder graph(RandomArtifact({static_cast<int>(x.size()), outputs}).contract);
  const auto policy =
      MakeArtifactPolicy(graph.Build(graph.Apply(std::move(operation), {kObservation})));
  std::vector<float> action(outputs);
  policy->Act(x, action);
  return {action.begin(), action.end()};
}

void ExpectNear(const Vector& a, const Vector& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-6) << i;
}

// small, so that no action is clipped
std::vector<float> Numbers(int count, uint64_t seed, double size = 0.3) {
  Random random(seed, "numbers");
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(size * random.Normal()));
  return values;
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(OperationTest, NormalizeScalesAndClips) {
  const std::vector<float> x{1, -2, 0.5f};
  ExpectNear(RunOne(Normalize{VectorOf({0.5f, 1, 0}), VectorOf({0.5f, 2, 1}), 0.75f}, x, 3),
             {0.25, -0.75, 0.5});
}

TEST(OperationTest, EveryActivation) {
  const std::vector<float> x{-0.8f, 0, 0.6f};
  const std::vector<std::pair<Activation, std::function<double(double)>>> cases{
      {Activation::kIdentity, [](double v) { return v; }},
      {Activation::kRelu, [](double v) { return std::max(v, 0.0); }},
      {Activation::kTanh, [](double v) { return std::tanh(v); }},
      {Activation::kSigmoid, Sigmoid},
      {Activation::kSilu, [](double v) { return v * Sigmoid(v); }}};
  for (const auto& [activation, function] : cases) {
    Vector expected;
    for (const float v : x) expected.push_back(function(v));
    ExpectNear(RunOne(Activate{activation}, x, 3), expected);
    // fused into a layer whose weight is the identity
    const Dense dense{{{3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}, VectorOf({0, 0, 0}), activation};
    ExpectNear(RunOne(dense, x, 3), expected);
  }
}

TEST(OperationTest, LayerNormAndRmsNorm) {
  const auto x = Numbers(9, 1), w = Numbers(9, 2, 0.2), b = Numbers(9, 3, 0.2);
  double mean = 0, variance = 0, square = 0;
  for (const float v : x) mean += v / 9.0;
  for (const float v : x) variance += (v - mean) * (v - mean) / 9.0;
  for (const float v : x) square += double{v} * v / 9.0;
  Vector layer, rms;
  for (int i = 0; i < 9; ++i) {
    layer.push_back((x[i] - mean) / std::sqrt(variance + 1e-3) * w[i] + b[i]);
    rms.push_back(x[i] / std::sqrt(square + 1e-3) * w[i]);
  }
  ExpectNear(RunOne(LayerNorm{VectorOf(w), VectorOf(b), 1e-3f}, x, 9), layer);
  ExpectNear(RunOne(RmsNorm{VectorOf(w), 1e-3f}, x, 9), rms);
}

TEST(OperationTest, ValuesAreAddedJoinedAndCut) {
  const std::vector<float> x{0.1f, 0.2f, 0.3f};
  GraphBuilder graph(RandomArtifact({3, 5}).contract);
  const auto twice = graph.Sum({kObservation, kObservation});
  const auto part = graph.Apply(Slice{1, 3}, {twice});
  const auto policy =
      MakeArtifactPolicy(graph.Build(graph.Apply(Concatenate{}, {part, kObservation})));
  std::vector<float> action(5);
  policy->Act(x, action);
  EXPECT_EQ(action, (std::vector<float>{0.4f, 0.6f, 0.1f, 0.2f, 0.3f}));
}

TEST(OperationTest, ClipScalesAfterwards) {
  ExpectNear(RunOne(Clip{-1, 0.5f, 0.5f, 0.25f}, {-3, 0.2f, 2}, 3), {-0.25, 0.35, 0.5});
}

// every place and kernel of the definition, by index
TEST(OperationTest, ConvolutionsOfEveryStrideAndPadding) {
  constexpr int kChannels = 2, kHeight = 4, kWidth = 5, kOutputs = 3, kRows = 3, kColumns = 2;
  const auto x = Numbers(kChannels * kHeight * kWidth, 1),
             w = Numbers(kOutputs * kChannels * kRows * kColumns, 2, 0.1), b = Numbers(kOutputs, 3);
  for (const int stride : {1, 2, 3}) {
    for (const int padding : {0, 1, 2}) {
      Conv2d conv{{{kOutputs, kChannels, kRows, kColumns}, w}, VectorOf(b), stride, padding};
      const Shape shape = conv.Check({{kChannels, kHeight, kWidth}});
      const int outputs = static_cast<int>(ElementCount(shape));
      GraphBuilder graph(RandomArtifact({static_cast<int>(x.size()), outputs}).contract);
      const auto picture = graph.Apply(Picture{kChannels, kHeight, kWidth}, {kObservation});
      const auto y = graph.Apply(Flatten{}, {graph.Apply(conv, {picture})});
      std::vector<float> action(outputs);
      MakeArtifactPolicy(graph.Build(y))->Act(x, action);
      int at = 0;
      for (int o = 0; o < kOutputs; ++o) {
        for (int i = 0; i * stride + kRows <= kHeight + 2 * padding; ++i) {
          for (int j = 0; j * stride + kColumns <= kWidth + 2 * padding; ++j) {
            double sum = b[o];
            for (int c = 0; c < kChannels; ++c) {
              for (int row = 0; row < kHeight; ++row) {
                for (int column = 0; column < kWidth; ++column) {
                  const int u = row + padding - i * stride, v = column + padding - j * stride;
                  if (u < 0 || u >= kRows || v < 0 || v >= kColumns) continue;
                  sum += double{w[((o * kChannels + c) * kRows + u) * kColumns + v]} *
                         x[(c * kHeight + row) * kWidth + column];
                }
              }
            }
            ASSERT_LT(at, outputs);
            EXPECT_NEAR(action[at++], std::clamp(sum, -1.0, 1.0), 2e-6);
          }
        }
      }
      EXPECT_EQ(at, outputs);
    }
  }
}

TEST(OperationTest, TheTableGivesTheRowOfTheLargest) {
  const ActionTable table{{{3, 2}, {0.1f, -0.1f, 0.2f, -0.2f, 0.3f, -0.3f}}};
  EXPECT_EQ(RunOne(table, {1, 3, 2}, 2), (Vector{0.2f, -0.2f}));
  EXPECT_EQ(RunOne(table, {3, 1, 3}, 2), (Vector{0.1f, -0.1f})) << "the first of equals";
  EXPECT_EQ(RunOne(table, {-3, -2, -1}, 2), (Vector{0.3f, -0.3f}));
}

// PyTorch's GRUCell, one unit at a time, over a sequence with a new episode in the middle
TEST(OperationTest, GruFollowsItsFormulasThroughEpisodes) {
  constexpr int kIn = 4, kSize = 5;
  const auto wi = Numbers(3 * kSize * kIn, 1), wh = Numbers(3 * kSize * kSize, 2),
             bi = Numbers(3 * kSize, 3), bh = Numbers(3 * kSize, 4);
  GraphBuilder graph(RandomArtifact({kIn, kSize}).contract);
  const auto policy = MakeArtifactPolicy(graph.Build(graph.GruCell(
      kObservation,
      {{{3 * kSize, kIn}, wi}, {{3 * kSize, kSize}, wh}, VectorOf(bi), VectorOf(bh)})));
  Vector h(kSize);
  for (int step = 0; step < 12; ++step) {
    if (step == 7) {
      policy->Reset(1);
      h.assign(kSize, 0);
    }
    const auto x = Numbers(kIn, 10 + step, 1);
    const auto gates = [&](int row) {
      double input = bi[row], state = bh[row];
      for (int j = 0; j < kIn; ++j) input += double{wi[row * kIn + j]} * x[j];
      for (int j = 0; j < kSize; ++j) state += wh[row * kSize + j] * h[j];
      return std::pair(input, state);
    };
    Vector next;
    for (int k = 0; k < kSize; ++k) {
      const auto [ri, rs] = gates(k);
      const auto [zi, zs] = gates(kSize + k);
      const auto [ni, ns] = gates(2 * kSize + k);
      const double z = Sigmoid(zi + zs), n = std::tanh(ni + Sigmoid(ri + rs) * ns);
      next.push_back((1 - z) * n + z * h[k]);
    }
    h = next;
    std::vector<float> action(kSize);
    policy->Act(x, action);
    ExpectNear({action.begin(), action.end()}, h);
  }
}

// [x_t, x_t-1, x_t-2, a_t-1, a_t-2] of one number each, weighted so that each place shows
TEST(HistoryTest, HoldsTheLastObservationsAndActions) {
  GraphBuilder graph(RandomArtifact({1, 1}).contract);
  const auto history = graph.History(kObservation, 1, 1, 3);
  const std::vector<float> w{0.1f, 0.2f, 0.3f, 0.25f, -0.15f};
  const auto policy = MakeArtifactPolicy(
      graph.Build(graph.Apply(Dense{{{1, 5}, w}, VectorOf({0.01f})}, {history})));
  for (int episode = 0; episode < 2; ++episode) {
    policy->Reset(episode);
    Vector seen, done;
    for (int step = 0; step < 6; ++step) {
      const auto x = static_cast<float>(0.3 * std::sin(step + 10 * episode));
      // the first observation stands for those before it, actions before it are zero
      if (seen.empty()) seen.assign(2, x), done.assign(2, 0);
      const double expected =
          0.01 + w[0] * x + w[1] * seen[0] + w[2] * seen[1] + w[3] * done[0] + w[4] * done[1];
      std::vector<float> action(1);
      policy->Act(std::vector<float>{x}, action);
      EXPECT_NEAR(action[0], expected, 1e-6);
      seen.insert(seen.begin(), x);
      done.insert(done.begin(), expected);
    }
  }
}

TEST(HistoryTest, TheActionPutOutIsTheClippedOne) {
  GraphBuilder graph(RandomArtifact({1, 1}).contract);
  const auto history = graph.History(kObservation, 1, 1, 2);
  // 5 x_t + 0.5 a_t-1
  const auto policy = MakeArtifactPolicy(
      graph.Build(graph.Apply(Dense{{{1, 3}, {5, 0, 0.5f}}, VectorOf({0})}, {history})));
  std::vector<float> action(1);
  policy->Act(std::vector<float>{3}, action);
  EXPECT_EQ(action[0], 1);
  policy->Act(std::vector<float>{0}, action);
  EXPECT_EQ(action[0], 0.5f) << "not 7.5, what was before the clip";
}

TEST(StateTest, AStepThatIsRefusedLeavesTheStateAsItWas) {
  GraphBuilder graph(RandomArtifact({1, 1}).contract);
  const auto history = graph.History(kObservation, 1, 1, 2);
  const auto policy = MakeArtifactPolicy(
      graph.Build(graph.Apply(Dense{{{1, 3}, {0, 1, 0}}, VectorOf({0})}, {history})));
  std::vector<float> action(1);
  const auto act = [&](float x) {
    policy->Act(std::vector<float>{x}, action);
    return action[0];
  };
  EXPECT_TRUE(std::isnan(act(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_EQ(act(0.25f), 0.25f) << "the first that counts fills what was before";
  EXPECT_TRUE(std::isnan(act(std::numeric_limits<float>::infinity())));
  EXPECT_EQ(act(0.5f), 0.25f);
}

TEST(StateTest, IsSavedAndBroughtBack) {
  GraphBuilder graph(RandomArtifact({2, 1}).contract);
  const auto history = graph.History(kObservation, 2, 1, 3);
  const auto h = graph.GruCell(history, {{{9, 8}, Numbers(72, 1)},
                                         {{9, 3}, Numbers(27, 2)},
                                         VectorOf(Numbers(9, 3)),
                                         VectorOf(Numbers(9, 4))});
  const PolicyGraph built =
      graph.Build(graph.Apply(Dense{{{1, 3}, Numbers(3, 5)}, VectorOf({0})}, {h}));
  EXPECT_EQ(StateSize(built), 1 + 2 * 2 + 2 * 1 + 3);
  const auto policy = MakeArtifactPolicy(built);
  const auto run = [&](int from, int to) {
    std::vector<float> actions;
    for (int step = from; step < to; ++step) {
      std::vector<float> action(1);
      policy->Act(Numbers(2, 100 + step), action);
      actions.push_back(action[0]);
    }
    return actions;
  };
  const auto fresh = policy->SaveState();
  ASSERT_TRUE(fresh);
  EXPECT_EQ(*fresh, InitialState(built));
  const auto first = run(0, 4);
  const auto middle = policy->SaveState();
  const auto second = run(4, 9);
  policy->RestoreState(*middle);
  EXPECT_EQ(run(4, 9), second);
  policy->RestoreState(*fresh);
  EXPECT_EQ(run(0, 4), first);
  policy->Reset(0);
  EXPECT_EQ(run(0, 4), first);
  EXPECT_THROW(policy->RestoreState(std::vector<float>(3)), Error);
  EXPECT_EQ(MakeArtifactPolicy(RandomArtifact({2, 2}))->SaveState()->size(), 0u);
}

}  // namespace
}  // namespace sinew::policy
