#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace sinew::training {

/// Every function of this header throws sinew::Error if a sample is empty or holds a NaN.

double Mean(std::span<const double> values);

/// Square root of the unbiased sample variance (division by n - 1); 0 for a single value.
double StdDev(std::span<const double> values);

/// Quantile with linear interpolation between order statistics: position (n - 1) * fraction in the
/// sorted sample (Hyndman & Fan 1996, definition 7).
/// @param fraction  in [0, 1]; throws sinew::Error otherwise.
double Quantile(std::span<const double> values, double fraction);

double Median(std::span<const double> values);

/// Mean of the middle half of the sample: a quarter of the weight is cut off at either end, and
/// values that straddle a cut count with the fraction that is left of them, so the result is exact
/// for every sample size. Source: Agarwal et al. 2021, arXiv:2108.13264, section 4.3. Departure:
/// the paper's code drops whole values only.
double InterquartileMean(std::span<const double> values);

/// Closed interval of a confidence statement.
struct Interval {
  double low = 0;
  double high = 0;
  bool operator==(const Interval&) const = default;
};

/// A number computed from a sample, such as Mean or InterquartileMean.
using Statistic = std::function<double(std::span<const double>)>;

struct BootstrapOptions {
  int resamples = 2000;
  double level = 0.95;  // in (0, 1)
  uint64_t seed = 0;    // equal seeds give equal intervals, bit for bit
};

/// Percentile bootstrap: the central `level` of the statistic over samples drawn with replacement.
/// @throws sinew::Error if resamples < 1 or level is outside (0, 1).
/// Source: Efron 1979, doi:10.1214/aos/1176344552.
Interval BootstrapConfidenceInterval(std::span<const double> values, const Statistic& statistic,
                                     const BootstrapOptions& options = {});

/// The same with each stratum resampled within itself, to its own size; the statistic sees all
/// strata pooled.
///
/// With one stratum a task, holding one score a training seed, this is the interval of Agarwal et
/// al. 2021 (arXiv:2108.13264, section 4.1). With one stratum a seed, holding that seed's episodes,
/// it tells how well the evaluation knows these very policies, not how much another seed would
/// differ.
Interval StratifiedBootstrapConfidenceInterval(std::span<const std::vector<double>> strata,
                                               const Statistic& statistic,
                                               const BootstrapOptions& options = {});

/// Wilson score interval of a success probability; stays within [0, 1] and is sound for 0 or all
/// successes.
/// @throws sinew::Error unless 0 <= successes <= trials, trials > 0 and level is in (0, 1).
/// Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
Interval WilsonInterval(int64_t successes, int64_t trials, double level = 0.95);

}  // namespace sinew::training
