#include "agents/off_policy/naf_quadratic.h"

#include <algorithm>
#include <cmath>

namespace sinew::agents {
namespace {

// L from the network's numbers x, both by rows
void Triangle(const float* x, const QuadraticShape& shape, float* triangle) {
  for (int i = 0, k = 0; i < shape.act_dim; ++i) {
    for (int j = 0; j < i; ++j, ++k) triangle[k] = x[k];
    const double bounded = shape.bound * std::tanh(x[k] / shape.bound);
    triangle[k++] = static_cast<float>(std::exp(bounded));
  }
}

// w = L' d
void TransposedProduct(const float* triangle, const float* d, int n, float* w) {
  for (int i = 0; i < n; ++i) w[i] = 0;
  for (int i = 0, k = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j, ++k) w[j] += triangle[k] * d[i];
  }
}

}  // namespace

void EvaluateQuadratic(std::span<const float> outputs, std::span<const float> actions,
                       const QuadraticShape& shape, Quadratic* quadratic) {
  const int n = shape.act_dim, width = shape.outputs();
  const size_t batch = outputs.size() / width;
  quadratic->q.resize(batch);
  quadratic->triangle.resize(batch * shape.triangle());
  for (auto* values : {&quadratic->mu, &quadratic->deviation, &quadratic->weighted}) {
    values->resize(batch * n);
  }
  for (size_t i = 0; i < batch; ++i) {
    const float* row = outputs.data() + i * width;
    float* mu = quadratic->mu.data() + i * n;
    float* d = quadratic->deviation.data() + i * n;
    float* w = quadratic->weighted.data() + i * n;
    float* triangle = quadratic->triangle.data() + i * shape.triangle();
    for (int j = 0; j < n; ++j) {
      mu[j] = std::tanh(row[1 + j]);
      d[j] = actions[i * n + j] - mu[j];
    }
    Triangle(row + 1 + n, shape, triangle);
    TransposedProduct(triangle, d, n, w);
    float square = 0;
    for (int j = 0; j < n; ++j) square += w[j] * w[j];
    quadratic->q[i] = row[0] - 0.5f * square;
  }
}

void QuadraticGradient(std::span<const float> outputs, const Quadratic& quadratic,
                       std::span<const float> q_gradient, const QuadraticShape& shape,
                       std::span<float> gradient) {
  const int n = shape.act_dim, width = shape.outputs();
  for (size_t i = 0; i < q_gradient.size(); ++i) {
    const float* x = outputs.data() + i * width + 1 + n;
    const float* mu = quadratic.mu.data() + i * n;
    const float* d = quadratic.deviation.data() + i * n;
    const float* w = quadratic.weighted.data() + i * n;
    const float* triangle = quadratic.triangle.data() + i * shape.triangle();
    float* row = gradient.data() + i * width;
    float* to_triangle = row + 1 + n;
    const float to_q = q_gradient[i];
    row[0] = to_q;
    for (int j = 0, k = 0; j < n; ++j) {
      float to_mu = 0;  // (L w)_j
      for (int m = 0; m <= j; ++m, ++k) {
        to_mu += triangle[k] * w[m];
        to_triangle[k] = -to_q * w[m] * d[j];
      }
      row[1 + j] = to_q * to_mu * (1 - mu[j] * mu[j]);
      // through the bounded diagonal, the last entry of row j
      const double squashed = std::tanh(x[k - 1] / shape.bound);
      to_triangle[k - 1] *= triangle[k - 1] * static_cast<float>(1 - squashed * squashed);
    }
  }
}

void LocalWeights(const Quadratic& quadratic, const QuadraticShape& shape, double width,
                  std::span<const float> weights, std::vector<float>* local) {
  const int n = shape.act_dim;
  const double scale = -0.5 / (width * width * n);
  double sum = 0;
  local->resize(quadratic.q.size());
  for (size_t i = 0; i < local->size(); ++i) {
    double squared = 0;
    for (int j = 0; j < n; ++j) {
      const double d = quadratic.deviation[i * n + j];
      squared += d * d;
    }
    (*local)[i] = static_cast<float>(std::exp(scale * squared));
    sum += (*local)[i];
  }
  // where every action is far away there is nothing to learn, not a step of the usual size
  const auto factor = static_cast<float>(local->size() / std::max(sum, 1e-3));
  for (size_t i = 0; i < local->size(); ++i)
    (*local)[i] *= factor * (weights.empty() ? 1 : weights[i]);
}

}  // namespace sinew::agents
