#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "models/archive.h"

namespace sinew::agents {

enum class NoiseKind { kGaussian, kOrnsteinUhlenbeck, kPink };

struct NoiseOptions {
  NoiseKind kind = NoiseKind::kGaussian;
  double theta = 0.15;  // Ornstein-Uhlenbeck: pull towards 0 per step
  double low = 1;       // share of sigma in the first environment; see NoiseShares
};

/// Shares of the noise's strength, from `low` in the first environment in equal steps to 1 in the
/// last, so that careful and bold behaviour are collected side by side.
std::vector<double> NoiseShares(int num_envs, double low);

/// Exploration noise added to actions, one process and one random stream per environment.
///
/// Gaussian: independent draws sigma N(0, 1). Ornstein-Uhlenbeck: x <- x - theta x + sigma N(0, 1),
/// zero at the start of every episode. Source: Lillicrap et al. 2015, arXiv:1509.02971, section 7
/// (theta 0.15, sigma 0.2, unit time step).
///
/// Pink: power falls with 1 / frequency, so that actions are tried for long and for short;
/// deviation sigma from the first step on. Source: Eberhard et al. 2023, "Pink noise is all you
/// need", ICLR. There a whole episode's noise is drawn at once by FFT; here it is the sum of
/// processes y_k <- (1 - 2^-k) y_k + N with memories of 1, 2, 4, ... 512 steps, which have this
/// spectrum between them and no episode length.
class Noise {
 public:
  Noise(const NoiseOptions& options, int num_envs, int act_dim, uint64_t seed);

  /// actions <- clip(actions + noise, +-1). @param actions  [num_envs x act_dim].
  void AddTo(std::span<float> actions, double sigma);
  /// The episode of environment `env` has ended.
  void Reset(int env);
  void Serialize(models::Archive& archive, const std::string& name);

 private:
  std::span<double> State(size_t index);
  double Next(size_t index, double sigma, Random& random);

  NoiseOptions options_;
  int act_dim_;
  std::vector<double> shares_;  // one an environment
  std::vector<Random> random_;  // likewise
  std::vector<double> state_;   // [num_envs x act_dim x processes]
};

}  // namespace sinew::agents
