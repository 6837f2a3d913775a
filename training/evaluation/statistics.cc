#include "training/evaluation/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/error.h"
#include "core/random.h"

namespace sinew::training {
namespace {

void CheckSample(std::span<const double> values) {
  if (values.empty()) throw Error("statistics of an empty sample are not defined");
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      throw Error(fmt::format("value {} of {} in a sample is not a number", i, values.size()));
    }
  }
}

void CheckLevel(double level) {
  if (!(level > 0 && level < 1)) {
    throw Error(fmt::format("confidence level {} is outside (0, 1)", level));
  }
}

std::vector<double> Sorted(std::span<const double> values) {
  CheckSample(values);
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// z such that a standard normal lies within [-z, z] with probability `level`: bisection on erfc(z /
// sqrt 2) = 1 - level.
double TwoSidedNormalQuantile(double level) {
  double low = 0, high = 40;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::numbers::sqrt2) > 1 - level ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double Mean(std::span<const double> values) {
  CheckSample(values);
  return std::accumulate(values.begin(), values.end(), 0.0) / values.size();
}

double StdDev(std::span<const double> values) {
  const double mean = Mean(values);
  if (values.size() == 1) return 0;
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (values.size() - 1));
}

double Quantile(std::span<const double> values, double fraction) {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw Error(fmt::format("quantile {} is outside [0, 1]", fraction));
  }
  const std::vector<double> sorted = Sorted(values);
  const double position = fraction * (sorted.size() - 1);
  const size_t below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - below);
}

double Median(std::span<const double> values) { return Quantile(values, 0.5); }

double InterquartileMean(std::span<const double> values) {
  const std::vector<double> sorted = Sorted(values);
  const double first = 0.25 * sorted.size(), last = 0.75 * sorted.size();
  // order statistic i covers [i, i + 1] of the axis [0, n]; its weight is what [n/4, 3n/4] leaves
  // of that
  double sum = 0;
  for (size_t i = static_cast<size_t>(first); i < sorted.size() && i < last; ++i) {
    sum += sorted[i] * (std::min<double>(i + 1, last) - std::max<double>(i, first));
  }
  return sum / (last - first);
}

Interval BootstrapConfidenceInterval(std::span<const double> values, const Statistic& statistic,
                                     const BootstrapOptions& options) {
  const std::vector<double> stratum(values.begin(), values.end());
  return StratifiedBootstrapConfidenceInterval({&stratum, 1}, statistic, options);
}

Interval StratifiedBootstrapConfidenceInterval(std::span<const std::vector<double>> strata,
                                               const Statistic& statistic,
                                               const BootstrapOptions& options) {
  CheckLevel(options.level);
  if (options.resamples < 1) {
    throw Error(fmt::format("a bootstrap needs at least 1 resample, not {}", options.resamples));
  }
  if (strata.empty()) throw Error("a stratified bootstrap needs at least 1 stratum");
  for (const auto& stratum : strata) CheckSample(stratum);

  Random random(options.seed, "bootstrap");
  std::vector<double> statistics(options.resamples), sample;
  for (double& result : statistics) {
    sample.clear();
    for (const auto& stratum : strata) {
      for (size_t i = 0; i < stratum.size(); ++i) {
        sample.push_back(stratum[random.Below(stratum.size())]);
      }
    }
    result = statistic(sample);
  }
  const double tail = (1 - options.level) / 2;
  return {Quantile(statistics, tail), Quantile(statistics, 1 - tail)};
}

Interval WilsonInterval(int64_t successes, int64_t trials, double level) {
  CheckLevel(level);
  if (trials < 1 || successes < 0 || successes > trials) {
    throw Error(fmt::format("{} successes in {} trials are not possible", successes, trials));
  }
  const double n = static_cast<double>(trials), p = successes / n;
  const double z = TwoSidedNormalQuantile(level), z2 = z * z;
  const double center = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = z * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  // with 0 or all successes one end is exactly 0 or 1, but for rounding
  return {successes == 0 ? 0 : center - half, successes == trials ? 1 : center + half};
}

}  // namespace sinew::training
