#include "bench/timing.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "training/evaluation/statistics.h"

namespace sinew::bench {

double TimeOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<double> InterleavedMedians(std::span<const Workload> workloads,
                                       const InterleaveOptions& options) {
  std::vector<int> repeats;
  double round = 0;  // time of one block of each
  for (const Workload& workload : workloads) {
    // the first run also fills caches and allocates workspaces; the second one counts
    double once = 0;
    for (int i = 0; i < 2; ++i) {
      workload.prepare();
      once = std::max(1e-9, TimeOf(workload.run));
    }
    repeats.push_back(std::max(1, static_cast<int>(std::lround(options.block_seconds / once))));
    round += repeats.back() * once;
  }
  const int blocks = std::max(options.min_blocks, static_cast<int>(options.seconds / round));
  std::vector<std::vector<double>> times(workloads.size());
  for (int block = 0; block < blocks; ++block) {
    for (size_t k = 0; k < workloads.size(); ++k) {
      workloads[k].prepare();
      const double time = TimeOf([&] {
        for (int i = 0; i < repeats[k]; ++i) workloads[k].run();
      });
      times[k].push_back(time / repeats[k]);
    }
  }
  std::vector<double> medians;
  for (const auto& samples : times) medians.push_back(training::Median(samples));
  return medians;
}

}  // namespace sinew::bench
