// What networks of residual blocks have beyond what network_test.cc asks of every network.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/kernels/math_runtime.h"
#include "models/residual_network.h"
#include "policy/graph_policy.h"

namespace sinew::models {
namespace {

NetworkSpec Spec(NormKind norm) {
  NetworkSpec spec;
  spec.inputs = 5;
  spec.hidden = {12};
  spec.outputs = 3;
  spec.residual = {2, 3, norm};
  return spec;
}

std::vector<float> RandomValues(Random* random, size_t size) {
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<float>(random->Normal());
  return values;
}

constexpr NormKind kNorms[] = {NormKind::kNone, NormKind::kRms, NormKind::kLayer};

// sum of outputs times weights, against finite differences in a few parameters of every kind
TEST(ResidualTest, GradientAgreesWithFiniteDifferences) {
  UseOneMathThread();
  Random random(1);
  for (const NormKind norm : kNorms) {
    const auto network = MakeNetwork(Spec(norm));
    InitializeUniform(*network, random, 0.5f);
    constexpr int kBatch = 9;
    const auto input = RandomValues(&random, 5 * kBatch), pull = RandomValues(&random, 3 * kBatch);
    const auto value = [&] {
      const auto output = network->Forward(input, {}, kBatch);
      double sum = 0;
      for (size_t i = 0; i < output.size(); ++i) sum += static_cast<double>(output[i]) * pull[i];
      return sum;
    };
    value();
    network->Backward(pull, {.parameters = true});
    const auto gradient = network->gradient().values();
    const auto parameters = network->parameters().values();
    int checked = 0, at_a_kink = 0;
    for (size_t i = 0; i < parameters.size(); i += 7, ++checked) {
      constexpr float kStep = 3e-4f;
      const float before = parameters[i];
      parameters[i] = before + kStep;
      const double above = value();
      parameters[i] = before - kStep;
      const double below = value();
      parameters[i] = before;
      const double slope = (above - below) / (2 * kStep);
      if (std::abs(gradient[i] - slope) > 2e-2 + 3e-2 * std::abs(slope)) ++at_a_kink;
    }
    EXPECT_GT(checked, 100);
    // relu has its kink within some of the steps
    EXPECT_LE(at_a_kink, checked / 30);
  }
}

TEST(ResidualTest, UnitRowsAllButTheHeads) {
  Random random(2);
  const NetworkSpec spec = Spec(NormKind::kRms);
  const ResidualLayout layout(spec);
  const auto network = MakeNetwork(spec);
  InitializeUniform(*network, random, 0.5f);
  const auto values = network->parameters().values();
  const std::vector<float> before(values.begin(), values.end());
  ProjectToUnitRows(spec, values);
  const auto expect_unit = [&](const DensePlace& place) {
    for (int row = 0; row < place.outputs; ++row) {
      double square = 0;
      for (int j = 0; j < place.inputs; ++j) {
        square += std::pow(values[place.weight + row * place.inputs + j], 2);
      }
      EXPECT_NEAR(square, 1, 1e-5);
    }
  };
  expect_unit(layout.embedding());
  for (int i = 0; i < layout.blocks(); ++i) {
    expect_unit(layout.block(i).up);
    expect_unit(layout.block(i).down);
  }
  for (int64_t i = layout.last_norm().gain; i < layout.size(); ++i) EXPECT_EQ(values[i], before[i]);
}

// the policy's operations say what the network computes
TEST(ResidualTest, DescribesItselfAsOperations) {
  Random random(3);
  for (const NormKind norm : kNorms) {
    const NetworkSpec spec = Spec(norm);
    const auto network = MakeNetwork(spec);
    InitializeUniform(*network, random, 0.3f);
    spec::Contract contract;
    contract.control_dt = contract.timestep = 0.01;
    for (int i = 0; i < 5; ++i)
      contract.observation.push_back({.name = std::to_string(i), .unit = ""});
    for (int i = 0; i < 3; ++i) {
      contract.action.push_back({.joint = std::to_string(i), .torque_low = -1, .torque_high = 1});
    }
    policy::GraphBuilder graph(contract);
    const auto values = network->parameters().values();
    const auto features = DescribeResidual(spec, values, policy::kObservation, &graph);
    const policy::DenseLayer head = ResidualHead(spec, values);
    const auto policy =
        policy::MakeArtifactPolicy(graph.Build(graph.Layers(features, std::span(&head, 1))));
    const auto input = RandomValues(&random, 5);
    std::vector<float> action(3);
    policy->Act(input, action);
    const auto expected = network->Forward(input, {}, 1);
    for (int i = 0; i < 3; ++i) {
      EXPECT_NEAR(action[i], std::clamp(expected[i], -1.0f, 1.0f), 1e-5);
    }
  }
}

}  // namespace
}  // namespace sinew::models
