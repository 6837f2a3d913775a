#include "models/kernels/categorical.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "models/kernels/vector_math.h"

namespace sinew::models {
namespace {

float Largest(const float* x, int size) {
  float largest = x[0];
#pragma omp simd reduction(max : largest)
  for (int k = 0; k < size; ++k) largest = x[k] > largest ? x[k] : largest;
  return largest;
}

// one row of ProjectReturns
void ProjectRow(const Support& support, const float* from, float shift, float discount, float* to) {
  const int last = support.atoms - 1;
  const float inverse = 1 / support.spacing(), highest = static_cast<float>(last);
  // in units of atoms: where an atom at k lands
  const float start = (shift + support.bound - discount * support.bound) * inverse;
  for (int k = 0; k <= last; ++k) {
    const float place = std::clamp(start + discount * static_cast<float>(k), 0.0f, highest);
    const int below = std::min(static_cast<int>(place), last - 1);
    const float upper = place - static_cast<float>(below);
    to[below] += from[k] * (1 - upper);
    to[below + 1] += from[k] * upper;
  }
}

}  // namespace

void Softmax(const Support& support, std::span<const float> logits,
             std::span<float> probabilities) {
  const int atoms = support.atoms;
  for (size_t row = 0; row < logits.size(); row += atoms) {
    const float* x = logits.data() + row;
    float* p = probabilities.data() + row;
    const float largest = Largest(x, atoms);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < atoms; ++k) {
      p[k] = VectorExp(x[k] - largest);
      sum += p[k];
    }
    const float share = 1 / sum;
#pragma omp simd
    for (int k = 0; k < atoms; ++k) p[k] *= share;
  }
}

void Means(const Support& support, std::span<const float> probabilities, std::span<float> means) {
  const float spacing = support.spacing();
  const float* p = probabilities.data();
  for (float& mean : means) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < support.atoms; ++k) {
      sum += p[k] * (static_cast<float>(k) * spacing - support.bound);
    }
    mean = sum;
    p += support.atoms;
  }
}

void ProjectReturns(const Support& support, std::span<const float> probabilities,
                    std::span<const float> rewards, std::span<const float> discounts,
                    std::span<const float> bonus, std::span<float> targets) {
  std::memset(targets.data(), 0, sizeof(float) * targets.size());
  for (size_t i = 0; i < rewards.size(); ++i) {
    const size_t row = i * support.atoms;
    const float shift = rewards[i] + discounts[i] * bonus[i];
    if (std::isfinite(shift)) {
      ProjectRow(support, probabilities.data() + row, shift, discounts[i], targets.data() + row);
    } else {
      targets[row] = std::numeric_limits<float>::quiet_NaN();
    }
  }
}

double CrossEntropy(const Support& support, std::span<const float> probabilities,
                    std::span<const float> targets, std::span<const float> weights,
                    std::span<float> gradient) {
  constexpr float kLeast = 1e-30f;  // a probability that underflows costs 69 nats and no more
  const int atoms = support.atoms;
  const size_t batch = probabilities.size() / atoms;
  double loss = 0;
  for (size_t i = 0; i < batch; ++i) {
    const float *p = probabilities.data() + i * atoms, *m = targets.data() + i * atoms;
    float* g = gradient.data() + i * atoms;
    const float weight = weights.empty() ? 1.0f : weights[i];
    const float share = weight / static_cast<float>(batch);
    float row = 0;
    for (int k = 0; k < atoms; ++k) {
      if (m[k] != 0) row -= m[k] * std::log(p[k] > kLeast ? p[k] : p[k] + kLeast);
    }
#pragma omp simd
    for (int k = 0; k < atoms; ++k) g[k] = share * (p[k] - m[k]);
    loss += static_cast<double>(weight) * row;
  }
  return loss / static_cast<double>(batch);
}

void MeanGradient(const Support& support, std::span<const float> probabilities,
                  std::span<const float> means, std::span<const float> slopes,
                  std::span<float> gradient) {
  const float spacing = support.spacing();
  const int atoms = support.atoms;
  for (size_t i = 0; i < means.size(); ++i) {
    const float* p = probabilities.data() + i * atoms;
    float* g = gradient.data() + i * atoms;
    const float slope = slopes[i], centre = support.bound + means[i];
#pragma omp simd
    for (int k = 0; k < atoms; ++k)
      g[k] = slope * p[k] * (static_cast<float>(k) * spacing - centre);
  }
}

}  // namespace sinew::models
