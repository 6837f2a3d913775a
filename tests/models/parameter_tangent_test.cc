#include "models/parameter_tangent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"

namespace sinew::models {
namespace {

std::vector<float> RandomValues(size_t size, Random* random) {
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<float>(random->Uniform(-1, 1));
  return values;
}

double Activated(Activation activation, double z) {
  if (activation == Activation::kTanh) return std::tanh(z);
  return activation == Activation::kRelu ? std::max(z, 0.0) : z;
}

/// Outputs of one observation, layer by layer in double.
std::vector<double> Outputs(const NetworkSpec& spec, const std::vector<double>& parameters,
                            std::vector<double> h) {
  for (int layer = 0; layer < spec.layers(); ++layer) {
    const int inputs = spec.layer_inputs(layer);
    const bool last = layer + 1 == spec.layers();
    std::vector<double> next;
    for (int j = 0; j < spec.layer_outputs(layer); ++j) {
      double z = parameters[spec.bias_offset(layer) + j];
      for (int i = 0; i < inputs; ++i) {
        z += parameters[spec.weight_offset(layer) + j * inputs + i] * h[i];
      }
      next.push_back(Activated(last ? spec.output_activation : spec.hidden_activation, z));
    }
    h = next;
  }
  return h;
}

void ExpectDerivativeOfTheOutputs(const NetworkSpec& spec, int batch) {
  constexpr double kStep = 1e-6;
  Random random(7);
  const auto network = MakeNetwork(spec);
  const auto parameters = RandomValues(spec.parameter_count(), &random);
  std::ranges::copy(parameters, network->parameters().values().begin());
  const auto input = RandomValues(static_cast<size_t>(batch) * spec.inputs, &random);
  ParameterTangent tangent;
  tangent.Begin(*network, input, batch);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto direction = RandomValues(parameters.size(), &random);
    const auto product = tangent.Product(direction);
    ASSERT_EQ(product.size(), static_cast<size_t>(batch) * spec.outputs);
    std::vector<double> ahead, behind;
    for (size_t k = 0; k < parameters.size(); ++k) {
      ahead.push_back(parameters[k] + kStep * direction[k]);
      behind.push_back(parameters[k] - kStep * direction[k]);
    }
    for (int row = 0; row < batch; ++row) {
      const std::vector<double> observation(input.begin() + row * spec.inputs,
                                            input.begin() + (row + 1) * spec.inputs);
      const auto above = Outputs(spec, ahead, observation),
                 below = Outputs(spec, behind, observation);
      for (int j = 0; j < spec.outputs; ++j) {
        EXPECT_NEAR(product[row * spec.outputs + j], (above[j] - below[j]) / (2 * kStep), 1e-5);
      }
    }
  }
}

TEST(ParameterTangentTest, IsTheDerivativeAlongTheDirection) {
  for (const int batch : {1, 7, 70}) {
    ExpectDerivativeOfTheOutputs(
        {.inputs = 3, .hidden = {8, 5}, .outputs = 2, .hidden_activation = Activation::kTanh},
        batch);
  }
  ExpectDerivativeOfTheOutputs({.inputs = 4,
                                .hidden = {6},
                                .outputs = 3,
                                .hidden_activation = Activation::kRelu,
                                .output_activation = Activation::kTanh},
                               9);
  ExpectDerivativeOfTheOutputs({.inputs = 2, .hidden = {}, .outputs = 1}, 3);
}

// J v is what Backward gives piece by piece: u'(J v) = (J' u)'v
TEST(ParameterTangentTest, IsTheTransposeOfBackward) {
  Random random(8);
  const NetworkSpec spec{
      .inputs = 11, .hidden = {32, 32}, .outputs = 3, .hidden_activation = Activation::kTanh};
  constexpr int kBatch = 50;
  const auto network = MakeNetwork(spec);
  std::ranges::copy(RandomValues(spec.parameter_count(), &random),
                    network->parameters().values().begin());
  const auto input = RandomValues(kBatch * 11, &random), u = RandomValues(kBatch * 3, &random),
             v = RandomValues(spec.parameter_count(), &random);
  ParameterTangent tangent;
  tangent.Begin(*network, input, kBatch);
  const auto product = tangent.Product(v);
  double forward = 0, backward = 0;
  for (size_t k = 0; k < u.size(); ++k) forward += static_cast<double>(u[k]) * product[k];
  network->Forward(input, {}, kBatch);
  network->Backward(u, {.parameters = true});
  const auto gradient = network->gradient().values();
  for (size_t k = 0; k < v.size(); ++k) backward += static_cast<double>(gradient[k]) * v[k];
  EXPECT_NEAR(forward, backward, 1e-4 * std::abs(backward));
}

}  // namespace
}  // namespace sinew::models
