#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

// Functions in arithmetic that vectorises: no call, no branch, no table.

namespace sinew::models {

/// exp(y) = power (p + 1): a power of two, and expm1 of a rest within ln 2 / 2, where Taylor's
/// series needs seven terms. For -87 <= y <= 88.
struct SplitExponential {
  float power, p;
};
inline SplitExponential SplitExp(float y) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0.693359375f;  // few bits, so that k times it is exact
  constexpr float kLn2Low = -2.12194440e-4f;
  const float shifted = y * kLog2E + kRound;
  const float k = shifted - kRound;
  const float r = (y - k * kLn2High) - k * kLn2Low;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r * r + r;
  // the integer k stands in the low bits of `shifted`; the shift drops the others
  const float power = std::bit_cast<float>((std::bit_cast<uint32_t>(shifted) + 127u) << 23);
  return {power, p};
}

/// exp for -87 <= x <= 88, beyond which it stays at the bound's value: within 2e-7 relative, NaN
/// stays NaN.
inline float VectorExp(float x) {
  constexpr float kLow = -87, kHigh = 88;
  const float above = x < kLow ? kLow : x;
  const auto [power, p] = SplitExp(above > kHigh ? kHigh : above);
  return power * p + power;
}

/// tanh within 2e-7 of the true value, relative near 0 as well; exactly odd, exactly +-1 from about
/// 9 on, NaN stays NaN. tanh x = e / (e + 2) with e = expm1(2 |x|).
inline float VectorTanh(float x) {
  constexpr float kOneFrom = 9.2f;  // beyond this tanh rounds to 1
  const float magnitude = std::fabs(x);
  const auto [power, p] = SplitExp(2 * (magnitude > kOneFrom ? kOneFrom : magnitude));
  const float e = power * p + (power - 1);
  return std::copysign(e / (e + 2), x);
}

/// log(1 + x) for 0 <= x <= 1: within 1e-7.
///
/// log(1 + x) = 2 artanh(s) with s = x / (2 + x) <= 1/3, where the series needs eight terms.
inline float VectorLog1p(float x) {
  const float s = x / (2 + x), square = s * s;
  float p = 1.0f / 15;
  p = p * square + 1.0f / 13;
  p = p * square + 1.0f / 11;
  p = p * square + 1.0f / 9;
  p = p * square + 1.0f / 7;
  p = p * square + 1.0f / 5;
  p = p * square + 1.0f / 3;
  p = p * square * s + s;
  return 2 * p;
}

}  // namespace sinew::models
