#include "models/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sinew::models {
namespace {

using Vector = std::vector<double>;

double Dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Gram-Schmidt on normal draws; a second pass takes away what rounding left of the first
std::vector<Vector> OrthonormalVectors(int count, int length, Random& random) {
  std::vector<Vector> vectors;
  for (int i = 0; i < count; ++i) {
    Vector v(length);
    for (double& element : v) element = random.Normal();
    for (int pass = 0; pass < 2; ++pass) {
      for (const Vector& other : vectors) {
        const double share = Dot(v, other);
        for (int j = 0; j < length; ++j) v[j] -= share * other[j];
      }
    }
    const double norm = std::sqrt(Dot(v, v));
    for (double& element : v) element /= norm;
    vectors.push_back(std::move(v));
  }
  return vectors;
}

}  // namespace

void FillOrthogonal(Random& random, int rows, int columns, double gain, float* weight) {
  const auto vectors = OrthonormalVectors(std::min(rows, columns), std::max(rows, columns), random);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      const double element = rows <= columns ? vectors[i][j] : vectors[j][i];
      weight[i * columns + j] = static_cast<float>(gain * element);
    }
  }
}

void FillOrthogonal(const NetworkSpec& spec, Random& random, double hidden_gain, double final_gain,
                    std::span<float> parameters) {
  std::ranges::fill(parameters, 0.0f);
  for (int layer = 0; layer < spec.layers(); ++layer) {
    const double gain = layer + 1 == spec.layers() ? final_gain : hidden_gain;
    FillOrthogonal(random, spec.layer_outputs(layer), spec.layer_inputs(layer), gain,
                   parameters.data() + spec.weight_offset(layer));
  }
}

void InitializeOrthogonal(Network& network, Random& random, double hidden_gain, double final_gain) {
  FillOrthogonal(network.spec(), random, hidden_gain, final_gain, network.parameters().values());
}

}  // namespace sinew::models
