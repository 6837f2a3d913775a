#include "models/orthogonal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sinew::models {
namespace {

// a wide, a square and a high weight matrix
NetworkSpec Spec() { return {.inputs = 9, .hidden = {5, 5}, .outputs = 12}; }

double Element(const Network& network, int layer, int row, int column) {
  const NetworkSpec& spec = network.spec();
  return network.parameters()
      .values()[spec.weight_offset(layer) + row * spec.layer_inputs(layer) + column];
}

// Inner product of two rows, or of two columns where these are fewer.
double Product(const Network& network, int layer, int i, int j) {
  const int rows = network.spec().layer_outputs(layer),
            columns = network.spec().layer_inputs(layer);
  double sum = 0;
  for (int k = 0; k < std::max(rows, columns); ++k) {
    sum += rows <= columns ? Element(network, layer, i, k) * Element(network, layer, j, k)
                           : Element(network, layer, k, i) * Element(network, layer, k, j);
  }
  return sum;
}

TEST(OrthogonalTest, RowsOrColumnsAreOrthogonalAndAsLongAsTheGain) {
  const auto network = MakeNetwork(Spec());
  Random random(1);
  InitializeOrthogonal(*network, random, 2, 0.01);
  for (int layer = 0; layer < 3; ++layer) {
    const double gain = layer < 2 ? 2 : 0.01;
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < 5; ++j) {
        EXPECT_NEAR(Product(*network, layer, i, j), i == j ? gain * gain : 0, 1e-6 * gain * gain);
      }
    }
  }
}

TEST(OrthogonalTest, BiasesAreZeroAndTheSeedDecidesTheRest) {
  const auto network = MakeNetwork(Spec()), same = MakeNetwork(Spec()), other = MakeNetwork(Spec());
  Random random(1), again(1), different(2);
  for (float& value : network->parameters().values()) value = 7;
  InitializeOrthogonal(*network, random, 1, 1);
  InitializeOrthogonal(*same, again, 1, 1);
  InitializeOrthogonal(*other, different, 1, 1);
  const auto values = network->parameters().values();
  for (int layer = 0; layer < 3; ++layer) {
    const NetworkSpec& spec = network->spec();
    for (int64_t i = spec.bias_offset(layer); i < spec.weight_offset(layer + 1); ++i) {
      EXPECT_EQ(values[i], 0);
    }
  }
  EXPECT_TRUE(std::ranges::equal(values, same->parameters().values()));
  EXPECT_FALSE(std::ranges::equal(values, other->parameters().values()));
}

}  // namespace
}  // namespace sinew::models
