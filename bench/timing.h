#pragma once

#include <functional>
#include <span>
#include <vector>

namespace sinew::bench {

/// Wall time of one call [s].
double TimeOf(const std::function<void()>& work);

/// What is compared, prepared outside the clock.
struct Workload {
  std::function<void()> run;
  std::function<void()> prepare = [] {};
};

struct InterleaveOptions {
  double seconds = 2;          // spent in all; the blocks of every workload get an equal number
  int min_blocks = 5;          // of each workload, whatever the time
  double block_seconds = 0.0;  // shorter work is repeated within a block until it lasts this long
};

/// Median wall time of each workload [s a run], measured in turns: block by block one workload
/// after the other, so that whatever else the machine does falls on all of them alike.
std::vector<double> InterleavedMedians(std::span<const Workload> workloads,
                                       const InterleaveOptions& options);

}  // namespace sinew::bench
