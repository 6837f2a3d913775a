#pragma once

#include <vector>

namespace sinew::bench {

/// One matrix product C = op(A) op(B), row-major float32: C is [m x n], the sum runs over k.
struct Gemm {
  int m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
};

/// Runs a list of products through cblas_sgemm, on three buffers that are shared by all products
/// and stay in the cache as far as they fit: a bound from below.
class GemmRunner {
 public:
  explicit GemmRunner(std::vector<Gemm> gemms);
  void Run();
  /// Floating-point operations of one Run.
  double flops() const;

 private:
  std::vector<Gemm> gemms_;
  std::vector<float> a_, b_, c_;
};

}  // namespace sinew::bench
