#include "core/random.h"

#include <bit>
#include <cmath>

namespace sinew {
namespace {

__extension__ using uint128_t = unsigned __int128;

uint64_t SplitMix64(uint64_t* x) {
  uint64_t z = (*x += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(uint64_t seed, std::string_view name, uint64_t index) {
  // FNV-1a of the name keeps streams of different purposes apart
  uint64_t hash = 0xcbf29ce484222325ull;
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3ull;
  uint64_t x = seed;
  x = SplitMix64(&x) ^ hash;
  x = SplitMix64(&x) ^ index;
  for (uint64_t& word : state_.words) word = SplitMix64(&x);
}

uint64_t Random::Bits() {
  auto& s = state_.words;
  const uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = std::rotl(s[3], 45);
  return result;
}

double Random::Uniform() { return static_cast<double>(Bits() >> 11) * 0x1.0p-53; }

uint64_t Random::Below(uint64_t bound) {
  // Lemire 2019, arXiv:1805.10941: multiply and reject the few values that would bias
  uint128_t product = static_cast<uint128_t>(Bits()) * bound;
  if (static_cast<uint64_t>(product) < bound) {
    const uint64_t threshold = -bound % bound;
    while (static_cast<uint64_t>(product) < threshold) {
      product = static_cast<uint128_t>(Bits()) * bound;
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

double Random::Normal() {
  if (state_.has_spare) {
    state_.has_spare = false;
    return state_.spare_normal;
  }
  double u, v, s;
  do {
    u = Uniform(-1, 1);
    v = Uniform(-1, 1);
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  const double factor = std::sqrt(-2 * std::log(s) / s);
  state_.spare_normal = v * factor;
  state_.has_spare = true;
  return u * factor;
}

}  // namespace sinew
