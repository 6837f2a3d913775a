#include "bench/gemm.h"

#include <cblas.h>

#include <algorithm>

#include "core/random.h"

namespace sinew::bench {
namespace {

void Fill(std::vector<float>* values, size_t size, Random* random) {
  values->resize(size);
  for (float& value : *values) value = static_cast<float>(random->Uniform(-1, 1));
}

}  // namespace

GemmRunner::GemmRunner(std::vector<Gemm> gemms) : gemms_(std::move(gemms)) {
  size_t a = 0, b = 0, c = 0;
  for (const Gemm& gemm : gemms_) {
    a = std::max(a, static_cast<size_t>(gemm.m) * gemm.k);
    b = std::max(b, static_cast<size_t>(gemm.k) * gemm.n);
    c = std::max(c, static_cast<size_t>(gemm.m) * gemm.n);
  }
  Random random(1, "gemm");
  Fill(&a_, a, &random);
  Fill(&b_, b, &random);
  c_.resize(c);
}

void GemmRunner::Run() {
  for (const Gemm& gemm : gemms_) {
    cblas_sgemm(CblasRowMajor, gemm.transpose_a ? CblasTrans : CblasNoTrans,
                gemm.transpose_b ? CblasTrans : CblasNoTrans, gemm.m, gemm.n, gemm.k, 1, a_.data(),
                gemm.transpose_a ? gemm.m : gemm.k, b_.data(), gemm.transpose_b ? gemm.k : gemm.n,
                0, c_.data(), gemm.n);
  }
}

double GemmRunner::flops() const {
  double sum = 0;
  for (const Gemm& gemm : gemms_) sum += 2.0 * gemm.m * gemm.n * gemm.k;
  return sum;
}

}  // namespace sinew::bench
