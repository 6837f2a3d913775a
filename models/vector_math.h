#pragma once

#include <bit>
#include <cstdint>

namespace sinew::models {

/// exp in arithmetic that vectorises (no call, no branch, no table), for -87 <= x <= 88, beyond
/// which it stays at the bound's value: within 2e-7 relative, NaN stays NaN.
///
/// exp(k ln 2 + r) = 2^k exp(r) with |r| <= ln 2 / 2, where Taylor's series needs eight terms.
inline float VectorExp(float x) {
  constexpr float kLow = -87, kHigh = 88;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0.693359375f;  // few bits, so that k times it is exact
  constexpr float kLn2Low = -2.12194440e-4f;
  const float above = x < kLow ? kLow : x;
  const float y = above > kHigh ? kHigh : above;
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
  return power * p + power;
}

/// log(1 + x) for 0 <= x <= 1, which vectorises: within 1e-7.
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
