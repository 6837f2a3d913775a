#include "models/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/error.h"
#include "models/autograd_network.h"
#include "models/kernels/math_runtime.h"
#include "policy/policy_file.h"

namespace sinew::models {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<float> RandomValues(Random* random, size_t size, double scale = 1) {
  std::vector<float> values(size);
  for (float& v : values) v = static_cast<float>(scale * random->Normal());
  return values;
}

void Randomize(Network* network, Random* random) { InitializeUniform(*network, *random, 0.5f); }

/// Blocks in place of hidden layers.
NetworkSpec RandomResidualSpec(Random* random) {
  const auto width = [random](int bound) { return 1 + static_cast<int>(random->Below(bound)); };
  NetworkSpec spec;
  spec.inputs = width(24);
  // of two or three numbers a layer norm leaves next to nothing to compare
  spec.hidden = {7 + width(34)};
  spec.late_inputs = random->Below(2) ? width(8) : 0;
  spec.outputs = width(110);
  spec.residual = {width(3), width(4), static_cast<NormKind>(random->Below(3))};
  return spec;
}

NetworkSpec RandomSpec(Random* random) {
  if (random->Below(3) == 0) return RandomResidualSpec(random);
  const auto width = [random](int bound) { return 1 + static_cast<int>(random->Below(bound)); };
  NetworkSpec spec;
  spec.inputs = width(24);
  for (uint64_t layers = random->Below(4); layers > 0; --layers) spec.hidden.push_back(width(40));
  spec.late_inputs = random->Below(2) ? width(8) : 0;
  spec.late_layer = static_cast<int>(random->Below(std::min<uint64_t>(3, spec.hidden.size() + 1)));
  spec.outputs = width(9);
  spec.hidden_activation = random->Below(2) ? Activation::kRelu : Activation::kTanh;
  spec.output_activation = random->Below(2) ? Activation::kIdentity : Activation::kTanh;
  return spec;
}

std::string Describe(const NetworkSpec& spec, int batch) {
  std::string text = std::to_string(spec.inputs) + "+" + std::to_string(spec.late_inputs) + "@" +
                     std::to_string(spec.late_layer);
  for (int width : spec.hidden) text += "-" + std::to_string(width);
  if (spec.residual.blocks > 0) text += " x " + std::to_string(spec.residual.blocks) + " blocks";
  return text + "-" + std::to_string(spec.outputs) + " batch " + std::to_string(batch);
}

/// Inputs of one pass through a network, and a gradient to send back.
struct Pass {
  int batch;
  std::vector<float> input, late, output_gradient;
  Pass(const NetworkSpec& spec, int batch, Random* random)
      : batch(batch),
        input(RandomValues(random, static_cast<size_t>(batch) * spec.inputs)),
        late(RandomValues(random, static_cast<size_t>(batch) * spec.late_inputs)),
        output_gradient(RandomValues(random, static_cast<size_t>(batch) * spec.outputs)) {}
};

/// Equal to rounding, measured against the largest value of the two arrays.
void ExpectClose(std::span<const float> actual, std::span<const float> expected,
                 const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  float largest = 1e-3f, difference = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(actual[i] - expected[i]));
  }
  EXPECT_LE(difference, 2e-5f * largest) << what;
}

void ExpectFusedAgreesWithAutograd(const std::string& device) {
  UseOneMathThread();
  Random random(1);
  for (int trial = 0; trial < 150; ++trial) {
    const NetworkSpec spec = RandomSpec(&random);
    const auto fused = MakeNetwork(spec), oracle = MakeNetwork(spec, Backend::kAutograd, device);
    Randomize(fused.get(), &random);
    std::ranges::copy(fused->parameters().values(), oracle->parameters().values().begin());
    // growing, shrinking and growing batches reuse the workspaces
    for (const int batch : {1 + static_cast<int>(random.Below(65)), 1, 65}) {
      const Pass pass(spec, batch, &random);
      const std::string what = Describe(spec, batch);
      ExpectClose(fused->Forward(pass.input, pass.late, batch),
                  oracle->Forward(pass.input, pass.late, batch), "output of " + what);
      const BackwardOptions both{.parameters = true, .late_input = spec.late_inputs > 0};
      fused->Backward(pass.output_gradient, both);
      oracle->Backward(pass.output_gradient, both);
      ExpectClose(fused->gradient().values(), oracle->gradient().values(), "gradient of " + what);
      if (spec.late_inputs == 0) continue;
      const size_t size = pass.late.size();
      ExpectClose(fused->late_gradient().subspan(0, size), oracle->late_gradient(),
                  "late gradient of " + what);
    }
  }
}

TEST(NetworkTest, FusedAgreesWithAutograd) { ExpectFusedAgreesWithAutograd("cpu"); }

TEST(NetworkTest, FusedAgreesWithAutogradOnAGpu) {
  if (!CudaIsAvailable()) GTEST_SKIP() << "this LibTorch sees no GPU";
  ExpectFusedAgreesWithAutograd("cuda");
}

TEST(NetworkTest, EvaluateGivesTheBitsOfForward) {
  Random random(8);
  for (int trial = 0; trial < 60; ++trial) {
    const NetworkSpec spec = RandomSpec(&random);
    const auto network = MakeNetwork(spec, trial % 3 == 0 ? Backend::kAutograd : Backend::kFused);
    Randomize(network.get(), &random);
    for (const int batch : {17, 1, 40}) {
      const Pass pass(spec, batch, &random);
      const auto evaluated = network->Evaluate(pass.input, pass.late, batch);
      const std::vector<float> values(evaluated.begin(), evaluated.end());
      const auto expected = network->Forward(pass.input, pass.late, batch);
      EXPECT_THAT(values, testing::ElementsAreArray(expected)) << Describe(spec, batch);
    }
  }
}

TEST(NetworkTest, BackwardOnTwoThreadsGivesTheSameBits) {
  ThreadPool pool(2);
  Random random(9);
  for (int trial = 0; trial < 30; ++trial) {
    const NetworkSpec spec = RandomSpec(&random);
    const auto network = MakeNetwork(spec);
    Randomize(network.get(), &random);
    const Pass pass(spec, 33, &random);
    network->Forward(pass.input, pass.late, 33);
    network->Backward(pass.output_gradient, {.parameters = true});
    const auto values = network->gradient().values();
    const std::vector<float> one(values.begin(), values.end());
    std::ranges::fill(network->gradient().values(), 7.0f);
    network->Forward(pass.input, pass.late, 33);
    network->Backward(pass.output_gradient, {.parameters = true, .pool = &pool});
    EXPECT_THAT(one, testing::ElementsAreArray(network->gradient().values())) << Describe(spec, 33);
  }
}

TEST(NetworkTest, LateGradientAloneLeavesTheParametersGradient) {
  Random random(2);
  for (const int late_layer : {0, 1, 2}) {
    const NetworkSpec spec{
        .inputs = 5, .late_inputs = 3, .late_layer = late_layer, .hidden = {8, 7}, .outputs = 1};
    const auto network = MakeNetwork(spec);
    Randomize(network.get(), &random);
    const Pass pass(spec, 6, &random);
    network->Forward(pass.input, pass.late, 6);
    network->Backward(pass.output_gradient, {.parameters = true, .late_input = true});
    const std::vector<float> late(network->late_gradient().begin(), network->late_gradient().end());
    std::ranges::fill(network->gradient().values(), 7.0f);
    network->Forward(pass.input, pass.late, 6);
    network->Backward(pass.output_gradient, {.parameters = false, .late_input = true});
    ExpectClose(network->late_gradient(), late, "late gradient");
    EXPECT_THAT(network->gradient().values(), Each(7.0f));
  }
}

/// d f / d x by central differences.
std::vector<float> Differences(std::span<float> x, const std::function<double()>& f) {
  constexpr float kStep = 1e-2f;
  std::vector<float> gradient;
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

TEST(NetworkTest, GradientsAreThoseOfFiniteDifferences) {
  for (const Backend backend : {Backend::kFused, Backend::kAutograd}) {
    for (const int late_layer : {0, 1, 2}) {
      Random random(3);
      // tanh has no kinks that a difference could straddle
      const NetworkSpec spec{.inputs = 3,
                             .late_inputs = 2,
                             .late_layer = late_layer,
                             .hidden = {5, 4},
                             .outputs = 2,
                             .hidden_activation = Activation::kTanh,
                             .output_activation = Activation::kTanh};
      const auto network = MakeNetwork(spec, backend);
      Randomize(network.get(), &random);
      Pass pass(spec, 3, &random);
      const auto weighted_output = [&] {
        const auto output = network->Forward(pass.input, pass.late, pass.batch);
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

// relu must not turn a broken parameter into a quiet zero
TEST(NetworkTest, NotANumberStaysVisible) {
  Random random(4);
  const NetworkSpec spec{.inputs = 3, .hidden = {6, 6}, .outputs = 2};
  for (const Backend backend : {Backend::kFused, Backend::kAutograd}) {
    for (int layer = 0; layer < spec.layers(); ++layer) {
      const auto network = MakeNetwork(spec, backend);
      Randomize(network.get(), &random);
      network->parameters().values()[spec.weight_offset(layer) + 1] =
          std::numeric_limits<float>::quiet_NaN();
      const auto output = network->Forward(RandomValues(&random, 3), {}, 1);
      EXPECT_FALSE(AllFinite(output)) << "layer " << layer;
    }
  }
}

TEST(NetworkTest, LayoutHasEveryParameterOnce) {
  const NetworkSpec spec{
      .inputs = 3, .late_inputs = 2, .late_layer = 1, .hidden = {5, 4}, .outputs = 1};
  EXPECT_EQ(spec.parameter_count(), 5 * (3 + 1) + 4 * (5 + 2 + 1) + 1 * (4 + 1));
  EXPECT_EQ(spec.weight_offset(1), 20);
  EXPECT_EQ(spec.bias_offset(1), 20 + 4 * 7);
  EXPECT_EQ(spec.weight_offset(2), 52);
  EXPECT_EQ(MakeNetwork(spec)->parameters().size(), 57);
}

TEST(NetworkTest, StartsWithinThePapersRanges) {
  Random random(5);
  const NetworkSpec spec{
      .inputs = 16, .late_inputs = 9, .late_layer = 1, .hidden = {40, 30}, .outputs = 3};
  const auto network = MakeNetwork(spec);
  InitializeUniform(*network, random, 3e-3f);
  const double ranges[] = {1 / 4.0, 1 / 7.0,
                           3e-3};  // 1 / sqrt(16), 1 / sqrt(40 + 9), the last layer's own
  for (int layer = 0; layer < 3; ++layer) {
    const auto values = network->parameters().values().subspan(
        spec.weight_offset(layer), spec.weight_offset(layer + 1) - spec.weight_offset(layer));
    double square = 0;
    for (float v : values) {
      EXPECT_LE(std::abs(v), ranges[layer]);
      square += double(v) * v / static_cast<double>(values.size());
    }
    // uniform in +-a: a^2 / 3
    EXPECT_NEAR(square, ranges[layer] * ranges[layer] / 3, 0.25 * ranges[layer] * ranges[layer]);
  }
}

TEST(NetworkTest, PolicyFileComputesTheSameAction) {
  Random random(6);
  NetworkSpec spec{.inputs = 11, .hidden = {20, 13}, .outputs = 3};
  for (const Activation hidden : {Activation::kRelu, Activation::kTanh}) {
    spec.hidden_activation = hidden;
    spec.output_activation = Activation::kTanh;
    const auto network = MakeNetwork(spec);
    Randomize(network.get(), &random);
    spec::Contract contract;
    contract.control_dt = contract.timestep = 0.01;
    for (int i = 0; i < 11; ++i) contract.observation.push_back({std::to_string(i), "1"});
    for (int i = 0; i < 3; ++i) contract.action.push_back({std::to_string(i)});
    const auto policy = policy::MakeArtifactPolicy(policy::GraphOf(
        contract,
        {std::vector<float>(11), std::vector<float>(11, 1), 1e6f, ToDenseLayers(*network)}));
    for (int trial = 0; trial < 20; ++trial) {
      const auto observation = RandomValues(&random, 11);
      std::vector<float> action(3);
      policy->Act(observation, action);
      ExpectNear(action, network->Forward(observation, {}, 1), 2e-6f);
    }
  }
}

TEST(NetworkTest, ImpossibleNetworksAreRefused) {
  NetworkSpec spec{.inputs = 3, .late_inputs = 2, .late_layer = 2, .hidden = {4}, .outputs = 1};
  EXPECT_THAT([&] { MakeNetwork(spec); },
              ThrowsMessage<UserError>(HasSubstr("more hidden layers")));
  spec.late_layer = 1;
  EXPECT_THROW(ToDenseLayers(*MakeNetwork(spec)), std::logic_error);
  EXPECT_THAT([&] { MakeNetwork(spec, Backend::kFused, "cuda"); },
              ThrowsMessage<UserError>(HasSubstr("autograd")));
  EXPECT_THAT([&] { MakeNetwork(spec, Backend::kAutograd, "abacus"); },
              ThrowsMessage<UserError>(HasSubstr("cpu, cuda")));
}

}  // namespace
}  // namespace sinew::models
