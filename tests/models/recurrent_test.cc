#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/thread_pool.h"
#include "models/autograd_network.h"
#include "models/kernels/math_runtime.h"
#include "models/recurrent/recurrent_network.h"

namespace sinew::models {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Values = std::vector<float>;

Values RandomValues(Random* random, size_t size, double scale = 1) {
  Values values(size);
  for (float& v : values) v = static_cast<float>(scale * random->Normal());
  return values;
}

Values Copy(std::span<const float> values) { return {values.begin(), values.end()}; }

RecurrentSpec SmallSpec() {
  return {.inputs = 3, .encoder = {5}, .memory = 4, .head = {6}, .late_inputs = 2, .outputs = 2};
}

RecurrentSpec RandomSpec(Random* random) {
  const auto width = [random](int bound) { return 1 + static_cast<int>(random->Below(bound)); };
  RecurrentSpec spec{.inputs = width(12), .memory = width(40), .outputs = width(6)};
  for (uint64_t layers = random->Below(3); layers > 0; --layers) spec.encoder.push_back(width(30));
  for (uint64_t layers = random->Below(3); layers > 0; --layers) spec.head.push_back(width(30));
  spec.late_inputs = random->Below(2) ? width(5) : 0;
  spec.hidden_activation = random->Below(2) ? Activation::kRelu : Activation::kTanh;
  spec.output_activation = random->Below(2) ? Activation::kIdentity : Activation::kTanh;
  return spec;
}

std::string Describe(const RecurrentSpec& spec, int steps, int count) {
  std::string text = std::to_string(spec.inputs);
  for (int width : spec.encoder) text += "-" + std::to_string(width);
  text += "-gru" + std::to_string(spec.memory) + "+" + std::to_string(spec.late_inputs);
  for (int width : spec.head) text += "-" + std::to_string(width);
  return text + "-" + std::to_string(spec.outputs) + ", " + std::to_string(steps) + " steps of " +
         std::to_string(count);
}

/// Inputs of one pass through a network, and a gradient to send back.
struct Pass {
  int steps, count;
  Values inputs, late, state, output_gradient;
  std::vector<uint8_t> begins;

  /// @param episodes  about one step in four begins an episode.
  Pass(const RecurrentSpec& spec, int steps, int count, bool episodes, Random* random)
      : steps(steps),
        count(count),
        inputs(RandomValues(random, Rows() * spec.inputs)),
        late(RandomValues(random, Rows() * spec.late_inputs)),
        state(RandomValues(random, static_cast<size_t>(count) * spec.memory, 0.5)),
        output_gradient(RandomValues(random, Rows() * spec.outputs)),
        begins(Rows()) {
    for (uint8_t& begin : begins) begin = episodes && random->Below(4) == 0;
  }
  size_t Rows() const { return static_cast<size_t>(steps) * count; }
  Sequences All() const { return {steps, count, inputs, late, state, begins}; }
};

/// Equal to 1e-5 of the largest value of the expected array.
void ExpectClose(std::span<const float> actual, std::span<const float> expected,
                 const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  float largest = 1e-3f, difference = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(actual[i] - expected[i]));
  }
  EXPECT_LE(difference, 1e-5f * largest) << what;
}

void ExpectFusedAgreesWithAutograd(const std::string& device) {
  UseOneMathThread();
  Random random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const RecurrentSpec spec = RandomSpec(&random);
    const auto fused = MakeRecurrentNetwork(spec);
    const auto oracle = MakeRecurrentNetwork(spec, Backend::kAutograd, device);
    InitializeUniform(*fused, random, 0.5f);
    std::ranges::copy(fused->parameters().values(), oracle->parameters().values().begin());
    // growing, shrinking and growing numbers of rows reuse the workspaces
    for (const auto& [steps, count] : {std::pair{5, 3}, {1, 1}, {9, 17}}) {
      const Pass pass(spec, steps, count, trial % 2 == 0, &random);
      const std::string what = Describe(spec, steps, count);
      ExpectClose(fused->Forward(pass.All()), oracle->Forward(pass.All()), "output of " + what);
      ExpectClose(fused->states(), oracle->states(), "states of " + what);
      const BackwardOptions both{.parameters = true, .late_input = spec.late_inputs > 0};
      fused->Backward(pass.output_gradient, both);
      oracle->Backward(pass.output_gradient, both);
      ExpectClose(fused->gradient().values(), oracle->gradient().values(), "gradient of " + what);
      if (both.late_input) {
        ExpectClose(fused->late_gradient(), oracle->late_gradient(), "late gradient of " + what);
      }
    }
  }
}

TEST(RecurrentTest, FusedAgreesWithAutograd) { ExpectFusedAgreesWithAutograd("cpu"); }

TEST(RecurrentTest, FusedAgreesWithAutogradOnAGpu) {
  if (!CudaIsAvailable()) GTEST_SKIP() << "this LibTorch sees no GPU";
  ExpectFusedAgreesWithAutograd("cuda");
}

/// d f / d x by central differences.
Values Differences(std::span<float> x, const std::function<double()>& f) {
  constexpr float kStep = 1e-2f;
  Values gradient;
  for (float& value : x) {
    const float saved = value;
    value = saved + kStep;
    const double above = f();
    value = saved - kStep;
    const double below = f();
    value = saved;
    gradient.push_back(static_cast<float>((above - below) / (2 * kStep)));
  }
  return gradient;
}

void ExpectNear(std::span<const float> actual, std::span<const float> expected, float tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], tolerance) << "element " << i;
}

TEST(RecurrentTest, GradientsAreThoseOfFiniteDifferences) {
  for (const Backend backend : {Backend::kFused, Backend::kAutograd}) {
    for (const bool with_encoder : {true, false}) {
      Random random(3);
      RecurrentSpec spec = SmallSpec();
      if (!with_encoder) spec.encoder.clear();
      const auto network = MakeRecurrentNetwork(spec, backend);
      InitializeUniform(*network, random, 0.5f);
      Pass pass(spec, 4, 3, true, &random);
      const auto weighted_output = [&] {
        const auto output = network->Forward(pass.All());
        double sum = 0;
        for (size_t i = 0; i < output.size(); ++i)
          sum += double(output[i]) * pass.output_gradient[i];
        return sum;
      };
      const auto by_parameters = Differences(network->parameters().values(), weighted_output);
      const auto by_late_input = Differences(pass.late, weighted_output);
      weighted_output();
      network->Backward(pass.output_gradient, {.parameters = true, .late_input = true});
      ExpectNear(network->gradient().values(), by_parameters, 2e-3f);
      ExpectNear(network->late_gradient(), by_late_input, 2e-3f);
    }
  }
}

// One unit, one input, no encoder, all weights 1 and biases 0, a head that passes the state on:
// from h = 0 and x = 1, r = z = sigmoid(1) = 0.7310586, n = tanh(1) = 0.7615942 and
// h' = (1 - z) n = 0.2048244; from there with x = 0, r = z = sigmoid(h') = 0.5510278,
// n = tanh(r h') = 0.1123870 and h'' = (1 - z) n + z h' = 0.1633225.
TEST(RecurrentTest, TwoStepsOfOneUnitAreThoseWorkedOutByHand) {
  for (const Backend backend : {Backend::kFused, Backend::kAutograd}) {
    const RecurrentSpec spec{.inputs = 1, .memory = 1, .outputs = 1};
    const auto network = MakeRecurrentNetwork(spec, backend);
    auto values = network->parameters().values();
    std::ranges::fill(values, 0.0f);
    std::ranges::fill(values.first(6), 1.0f);  // weights of the three gates
    values[spec.head_offset()] = 1;
    const Values inputs{1, 0};
    const auto output = network->Forward({.steps = 2, .count = 1, .inputs = inputs});
    EXPECT_NEAR(output[0], 0.2048244, 1e-6);
    EXPECT_NEAR(output[1], 0.1633225, 1e-6);
  }
}

TEST(RecurrentTest, StepsOneByOneGiveTheBitsOfTheSequence) {
  Random random(4);
  for (int trial = 0; trial < 40; ++trial) {
    RecurrentSpec spec = RandomSpec(&random);
    spec.late_inputs = 0;
    const auto network = MakeRecurrentNetwork(spec);
    InitializeUniform(*network, random, 0.5f);
    const int steps = 11, count = trial % 2 ? 1 : 13;
    const Pass pass(spec, steps, count, true, &random);
    const Values expected = Copy(network->Forward(pass.All()));
    const Values states = Copy(network->states());
    Values state = pass.state;
    for (int step = 0; step < steps; ++step) {
      const size_t row = static_cast<size_t>(step) * count;
      const auto output =
          network->Step(std::span(pass.inputs).subspan(row * spec.inputs, count * spec.inputs),
                        std::span(pass.begins).subspan(row, count), state);
      const size_t outputs = static_cast<size_t>(count) * spec.outputs;
      EXPECT_THAT(Copy(output),
                  ElementsAreArray(std::span(expected).subspan(step * outputs, outputs)))
          << Describe(spec, steps, count) << ", step " << step;
    }
    EXPECT_THAT(state, ElementsAreArray(std::span(states).last(state.size())));
  }
}

// rows [begin, end) of one sequence of a pass
struct Piece {
  Values inputs, late, output_gradient;
  Piece(const RecurrentSpec& spec, const Pass& pass, int sequence, int begin, int end) {
    for (int t = begin; t < end; ++t) {
      const auto append = [&](const Values& from, int width, Values* to) {
        const auto row = from.begin() + (static_cast<int64_t>(t) * pass.count + sequence) * width;
        to->insert(to->end(), row, row + width);
      };
      append(pass.inputs, spec.inputs, &inputs);
      append(pass.late, spec.late_inputs, &late);
      append(pass.output_gradient, spec.outputs, &output_gradient);
    }
  }
};

// an episode that begins in the middle is a sequence of its own that starts from zero: outputs have
// the same bits, gradients are the sum of both
TEST(RecurrentTest, EpisodesThatBeginAreSequencesOfTheirOwn) {
  Random random(5);
  const RecurrentSpec spec = SmallSpec();
  const auto network = MakeRecurrentNetwork(spec);
  InitializeUniform(*network, random, 0.5f);
  Pass pass(spec, 9, 1, false, &random);
  pass.begins[4] = 1;
  const Values together = Copy(network->Forward(pass.All()));
  network->Backward(pass.output_gradient, {.parameters = true, .late_input = true});
  const Values gradient = Copy(network->gradient().values()), late = Copy(network->late_gradient());

  Values apart, late_apart, sum(gradient.size());
  for (const auto& [begin, end] : {std::pair{0, 4}, {4, 9}}) {
    const Piece piece(spec, pass, 0, begin, end);
    const std::span<const float> state =
        begin == 0 ? std::span<const float>(pass.state) : std::span<const float>();
    const auto output = network->Forward({end - begin, 1, piece.inputs, piece.late, state, {}});
    apart.insert(apart.end(), output.begin(), output.end());
    network->Backward(piece.output_gradient, {.parameters = true, .late_input = true});
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += network->gradient().values()[i];
    late_apart.insert(late_apart.end(), network->late_gradient().begin(),
                      network->late_gradient().end());
  }
  EXPECT_THAT(apart, ElementsAreArray(together));
  ExpectClose(sum, gradient, "gradient");
  ExpectClose(late_apart, late, "late gradient");
}

// back-propagation stops at the chunk's first step: two chunks, the second from the state behind
// the first, give the outputs of one sequence, but not its gradient
TEST(RecurrentTest, ChunksGoOnFromTheStateAndCutTheGradient) {
  Random random(6);
  const RecurrentSpec spec = SmallSpec();
  const auto network = MakeRecurrentNetwork(spec);
  InitializeUniform(*network, random, 0.5f);
  const Pass pass(spec, 8, 1, false, &random);
  const Values together = Copy(network->Forward(pass.All()));
  network->Backward(pass.output_gradient, {.parameters = true});
  const Values whole = Copy(network->gradient().values());
  Values state = pass.state, apart, sum(whole.size());
  for (const int begin : {0, 4}) {
    const Piece piece(spec, pass, 0, begin, begin + 4);
    const auto output = network->Forward({4, 1, piece.inputs, piece.late, state, {}});
    apart.insert(apart.end(), output.begin(), output.end());
    state = Copy(network->states().last(spec.memory));
    network->Backward(piece.output_gradient, {.parameters = true});
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += network->gradient().values()[i];
  }
  EXPECT_THAT(apart, ElementsAreArray(together));
  EXPECT_NE(sum, whole);
}

TEST(RecurrentTest, ThreadsGiveTheSameBits) {
  ThreadPool pool(3);
  Random random(7);
  for (int trial = 0; trial < 20; ++trial) {
    const RecurrentSpec spec = RandomSpec(&random);
    const auto network = MakeRecurrentNetwork(spec);
    InitializeUniform(*network, random, 0.5f);
    const Pass pass(spec, 6, 11, true, &random);
    network->Forward(pass.All());
    network->Backward(pass.output_gradient, {.parameters = true});
    const Values one = Copy(network->gradient().values());
    std::ranges::fill(network->gradient().values(), 7.0f);
    network->Forward(pass.All());
    network->Backward(pass.output_gradient, {.parameters = true, .pool = &pool});
    EXPECT_THAT(one, ElementsAreArray(network->gradient().values())) << Describe(spec, 6, 11);
  }
}

TEST(RecurrentTest, LateGradientAloneLeavesTheParametersGradient) {
  Random random(8);
  const RecurrentSpec spec = SmallSpec();
  const auto network = MakeRecurrentNetwork(spec);
  InitializeUniform(*network, random, 0.5f);
  const Pass pass(spec, 5, 2, true, &random);
  network->Forward(pass.All());
  network->Backward(pass.output_gradient, {.parameters = true, .late_input = true});
  const Values late = Copy(network->late_gradient());
  std::ranges::fill(network->gradient().values(), 7.0f);
  network->Backward(pass.output_gradient, {.parameters = false, .late_input = true});
  EXPECT_THAT(Copy(network->late_gradient()), ElementsAreArray(late));
  EXPECT_THAT(network->gradient().values(), testing::Each(7.0f));
}

TEST(RecurrentTest, LayoutHasEveryParameterOnce) {
  const RecurrentSpec spec = SmallSpec();
  EXPECT_EQ(spec.gru_offset(), 5 * (3 + 1));
  EXPECT_EQ(spec.gru().parameter_count(), 3 * 4 * (5 + 4 + 2));
  EXPECT_EQ(spec.head_offset(), 20 + 132);
  EXPECT_EQ(spec.parameter_count(), 152 + 6 * (4 + 2 + 1) + 2 * (6 + 1));
  EXPECT_EQ(MakeRecurrentNetwork(spec)->parameters().size(), 208);
}

TEST(RecurrentTest, OrthogonalStartHasGatesOfUnitGainAndNoBiases) {
  Random random(9);
  const RecurrentSpec spec = SmallSpec();
  const GruSpec gru = spec.gru();
  const auto network = MakeRecurrentNetwork(spec);
  std::ranges::fill(network->parameters().values(), 7.0f);
  InitializeOrthogonal(*network, random, std::sqrt(2.0), 0.01);
  const auto memory = network->parameters().values().subspan(spec.gru_offset());
  for (int gate = 0; gate < 3; ++gate) {
    for (int row = 0; row < gru.width; ++row) {
      double by_input = 0, by_state = 0;  // squares of rows; both matrices have fewer rows or equal
      for (int j = 0; j < gru.inputs; ++j) {
        by_input +=
            std::pow(memory[gru.input_weight() + ((gate * gru.width) + row) * gru.inputs + j], 2);
      }
      for (int j = 0; j < gru.width; ++j) {
        by_state +=
            std::pow(memory[gru.state_weight() + ((gate * gru.width) + row) * gru.width + j], 2);
      }
      EXPECT_NEAR(by_input, 1, 1e-5);
      EXPECT_NEAR(by_state, 1, 1e-5);
    }
  }
  EXPECT_THAT(memory.subspan(gru.input_bias(), 6 * gru.width), testing::Each(0.0f));
}

TEST(RecurrentTest, NotANumberStaysVisible) {
  Random random(10);
  const RecurrentSpec spec = SmallSpec();
  const Pass pass(spec, 3, 1, false, &random);
  for (const int64_t at : {int64_t{1}, spec.gru_offset() + 1, spec.head_offset() + 1}) {
    const auto network = MakeRecurrentNetwork(spec);
    InitializeUniform(*network, random, 0.5f);
    network->parameters().values()[at] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(AllFinite(network->Forward(pass.All()))) << "parameter " << at;
  }
}

TEST(RecurrentTest, ImpossibleNetworksAreRefused) {
  EXPECT_THAT([] { MakeRecurrentNetwork({.inputs = 3, .memory = 0, .outputs = 1}); },
              ThrowsMessage<UserError>(HasSubstr("at least one element")));
  EXPECT_THAT([] { MakeRecurrentNetwork(SmallSpec(), Backend::kFused, "cuda"); },
              ThrowsMessage<UserError>(HasSubstr("autograd")));
  EXPECT_THAT([] { MakeRecurrentNetwork(SmallSpec(), Backend::kAutograd, "abacus"); },
              ThrowsMessage<UserError>(HasSubstr("cpu, cuda")));
}

}  // namespace
}  // namespace sinew::models
