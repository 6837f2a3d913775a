#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sinew {

/// A stream of random numbers whose bits depend on nothing but its seed, name and index, on every
/// platform.
///
/// xoshiro256++ (Blackman & Vigna 2019) seeded through SplitMix64 from (seed, name, index), so that
/// every purpose
/// ("reset" of environment 3, "replay", "noise" of environment 0) has a stream of its own. Not
/// thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed, std::string_view name = "", uint64_t index = 0);

  uint64_t Bits();
  /// Uniform in [0, 1), 53 bits.
  double Uniform();
  /// Uniform in [low, high).
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  /// Uniform integer in [0, bound), unbiased; bound > 0.
  uint64_t Below(uint64_t bound);
  /// Standard normal (Marsaglia's polar method).
  double Normal();

  /// Everything that the next draws depend on; restoring it continues the stream bit-exactly.
  struct State {
    std::array<uint64_t, 4> words{};
    double spare_normal = 0;
    bool has_spare = false;
    bool operator==(const State&) const = default;
  };
  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace sinew
