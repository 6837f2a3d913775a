#include "agents/exploration/noise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "tests/core/scratch_file.h"

namespace sinew::agents {
namespace {

using ::testing::Each;

constexpr NoiseOptions kGaussian{.kind = NoiseKind::kGaussian};
constexpr NoiseOptions kPink{.kind = NoiseKind::kPink};
constexpr NoiseOptions kOu{.kind = NoiseKind::kOrnsteinUhlenbeck, .theta = 0.15};

/// `steps` rows of noise alone.
std::vector<float> Draw(Noise* noise, int width, int steps, double sigma) {
  std::vector<float> draws;
  for (int i = 0; i < steps; ++i) {
    std::vector<float> actions(width, 0.0f);
    noise->AddTo(actions, sigma);
    draws.insert(draws.end(), actions.begin(), actions.end());
  }
  return draws;
}

double Covariance(const std::vector<float>& draws, int lag) {
  double sum = 0;
  for (size_t i = lag; i < draws.size(); ++i) sum += double(draws[i]) * draws[i - lag];
  return sum / static_cast<double>(draws.size() - lag);
}

TEST(NoiseTest, GaussianHasItsDeviationAndNoMemory) {
  Noise noise(kGaussian, 1, 1, 1);
  const auto draws = Draw(&noise, 1, 100000, 0.2);
  EXPECT_NEAR(std::sqrt(Covariance(draws, 0)), 0.2, 0.002);
  EXPECT_NEAR(Covariance(draws, 1) / Covariance(draws, 0), 0, 0.02);
}

// x' = (1 - theta) x + sigma N: the variance is sigma^2 / (1 - (1 - theta)^2), and neighbours
// correlate with 1 - theta
TEST(NoiseTest, OrnsteinUhlenbeckHasItsStationaryDeviationAndMemory) {
  Noise noise(kOu, 1, 1, 2);
  const auto draws = Draw(&noise, 1, 200000, 0.1);
  EXPECT_NEAR(std::sqrt(Covariance(draws, 0)), 0.1 / std::sqrt(1 - 0.85 * 0.85), 0.006);
  EXPECT_NEAR(Covariance(draws, 1) / Covariance(draws, 0), 0.85, 0.01);
  EXPECT_NEAR(Covariance(draws, 5) / Covariance(draws, 0), std::pow(0.85, 5), 0.03);
}

// power of the draws at a frequency, in cycles a step, averaged over windows of 256 and a third of
// an octave
double Power(const std::vector<float>& draws, double frequency) {
  constexpr int kWindow = 256;
  double power = 0;
  int count = 0;
  for (size_t first = 0; first + kWindow <= draws.size(); first += kWindow) {
    for (const double shift : {0.9, 1.0, 1.1}) {
      std::complex<double> sum = 0;
      for (int i = 0; i < kWindow; ++i) {
        const double taper = std::pow(std::sin(std::numbers::pi * (i + 0.5) / kWindow), 2);
        sum += taper * draws[first + i] *
               std::polar(1.0, -2 * std::numbers::pi * shift * frequency * i);
      }
      power += std::norm(sum);
      ++count;
    }
  }
  return power / count;
}

TEST(NoiseTest, PinkHasItsDeviationAndHalfThePowerAtTwiceTheFrequency) {
  Noise noise(kPink, 1, 1, 8);
  const auto draws = Draw(&noise, 1, 1 << 18, 0.1);
  EXPECT_NEAR(std::sqrt(Covariance(draws, 0)), 0.1, 0.005);
  for (double frequency = 1.0 / 64; frequency <= 1.0 / 8; frequency *= 2) {
    EXPECT_NEAR(Power(draws, frequency) / Power(draws, 2 * frequency), 2, 0.4) << frequency;
  }
}

TEST(NoiseTest, PinkHasItsDeviationFromTheFirstStepOfAnEpisodeOn) {
  Noise noise(kPink, 1, 1, 9);
  double variance = 0;
  for (int episode = 0; episode < 20000; ++episode) {
    noise.Reset(0);
    const float first = Draw(&noise, 1, 1, 0.1)[0];
    variance += double(first) * first / 20000;
  }
  EXPECT_NEAR(std::sqrt(variance), 0.1, 0.003);
}

TEST(NoiseTest, ResetReturnsTheProcessOfOneEnvironmentToZero) {
  Noise noise(kOu, 2, 3, 3);
  Draw(&noise, 6, 50, 0.1);
  noise.Reset(1);
  const auto still = Draw(&noise, 6, 1, 0);
  EXPECT_THAT(std::vector(still.begin() + 3, still.end()), Each(0));
  for (int i = 0; i < 3; ++i) EXPECT_NE(still[i], 0);
}

TEST(NoiseTest, ActionsStayWithinBounds) {
  Noise noise(kGaussian, 2, 2, 4);
  for (int i = 0; i < 100; ++i) {
    std::vector<float> actions{1, -1, 0, 0.9f};
    noise.AddTo(actions, 5);
    for (float a : actions) EXPECT_LE(std::abs(a), 1);
  }
}

TEST(NoiseTest, EveryEnvironmentHasAStreamOfItsOwn) {
  Noise both(kGaussian, 2, 1, 5), first(kGaussian, 1, 1, 5), other_seed(kGaussian, 1, 1, 6);
  const auto draws = Draw(&both, 2, 20000, 0.2);
  std::vector<float> of_first, product;
  double correlation = 0;
  for (size_t i = 0; i < draws.size(); i += 2) {
    of_first.push_back(draws[i]);
    correlation += draws[i] * draws[i + 1] / 0.04 / 20000;
  }
  EXPECT_NEAR(correlation, 0, 0.03);
  EXPECT_EQ(of_first, Draw(&first, 1, 20000, 0.2))
      << "more environments must not change the first one's noise";
  EXPECT_NE(of_first, Draw(&other_seed, 1, 20000, 0.2));
}

class RestoredNoiseTest : public ::testing::TestWithParam<NoiseOptions> {};

TEST_P(RestoredNoiseTest, GoesOn) {
  const ScratchFile file;
  Noise original(GetParam(), 2, 3, 7), restored(GetParam(), 2, 3, 7);
  Draw(&original, 6, 11, 0.1);
  {
    models::Archive archive;
    original.Serialize(archive, "noise");
    archive.Write(file.path());
  }
  models::Archive archive(file.path());
  restored.Serialize(archive, "noise");
  EXPECT_EQ(Draw(&restored, 6, 20, 0.1), Draw(&original, 6, 20, 0.1));
}

INSTANTIATE_TEST_SUITE_P(Kinds, RestoredNoiseTest, ::testing::Values(kGaussian, kOu, kPink));

}  // namespace
}  // namespace sinew::agents
