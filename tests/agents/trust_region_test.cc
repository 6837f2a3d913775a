// The trust region on problems that are worked out by hand.

#include "agents/on_policy/trust_region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "agents/base/learner.h"

namespace sinew::agents {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// A = [4 1; 1 3], b = (1, 2): x = (1/11, 7/11), in as many iterations as there are dimensions
TEST(ConjugateGradientTest, SolvesInAsManyIterationsAsDimensions) {
  int products = 0;
  const MatrixProduct product = [&](std::span<const double> v, std::span<double> out) {
    out[0] = 4 * v[0] + v[1];
    out[1] = v[0] + 3 * v[1];
    ++products;
  };
  const std::vector<double> b{1, 2};
  const auto x = ConjugateGradient(product, b, 10);
  EXPECT_NEAR(x[0], 1.0 / 11, 1e-12);
  EXPECT_NEAR(x[1], 7.0 / 11, 1e-12);
  EXPECT_EQ(products, 2);
  // one iteration is the steepest descent: x = b'b / b'Ab b = 5 / 20 b
  const auto first = ConjugateGradient(product, b, 1);
  EXPECT_NEAR(first[0], 0.25, 1e-12);
  EXPECT_NEAR(first[1], 0.5, 1e-12);
  EXPECT_EQ(ConjugateGradient(product, std::vector<double>{0, 0}, 10), (std::vector<double>{0, 0}));
}

/// Surrogate g'x - curvature |x|^2 / 2, KL x' diag(2, 8) x / 2 and `excess` times as much.
struct Quadratic : TrustRegionProblem {
  std::vector<double> slope{1, 2}, at{0, 0};
  double curvature = 0, excess = 1;
  int tries = 0;

  std::span<const double> gradient() const override { return slope; }
  void FisherProduct(std::span<const double> v, std::span<double> product) override {
    product[0] = 2 * v[0];
    product[1] = 8 * v[1];
  }
  StepValue Try(std::span<const double> step) override {
    ++tries;
    at.assign(step.begin(), step.end());
    const double squares = at[0] * at[0] + at[1] * at[1];
    return {slope[0] * at[0] + slope[1] * at[1] - curvature * squares / 2,
            excess * (2 * at[0] * at[0] + 8 * at[1] * at[1]) / 2};
  }
};

constexpr TrustRegionOptions kUndamped{.max_kl = 0.06, .damping = 0, .cg_iterations = 5};

// F^-1 g = (1/2, 1/4), s'Fs = 1/2 + 1/2 = 1, beta = sqrt(0.12)
TEST(TrustRegionTest, TakesTheLongestStepAlongTheNaturalGradient) {
  Quadratic problem;
  problem.excess = 0.999;  // on the bound itself rounding decides
  const TrustRegionStep step = StepWithinTrustRegion(kUndamped, 1, problem);
  EXPECT_EQ(step.fraction, 1);
  EXPECT_NEAR(problem.at[0], std::sqrt(0.12) / 2, 1e-12);
  EXPECT_NEAR(problem.at[1], std::sqrt(0.12) / 4, 1e-12);
  EXPECT_NEAR(step.value.kl, 0.999 * 0.06, 1e-12);
  EXPECT_NEAR(step.value.gain, std::sqrt(0.12), 1e-12);
  // half the radius: half the step
  StepWithinTrustRegion(kUndamped, 0.5, problem);
  EXPECT_NEAR(problem.at[0], std::sqrt(0.12) / 4, 1e-12);
}

// (F + 2 I)^-1 g = (1/4, 1/5), s'(F + 2 I)s = 1/4 + 2/5 = 0.65
TEST(TrustRegionTest, DampingShortensAndTurnsTheStep) {
  Quadratic problem;
  TrustRegionOptions options = kUndamped;
  options.damping = 2;
  StepWithinTrustRegion(options, 1, problem);
  const double beta = std::sqrt(0.12 / 0.65);
  EXPECT_NEAR(problem.at[0], beta / 4, 1e-12);
  EXPECT_NEAR(problem.at[1], beta / 5, 1e-12);
}

TEST(TrustRegionTest, GoesBackUntilTheKlIsWithinTheRegion) {
  Quadratic problem;
  problem.excess = 2;  // 0.8^2 2 > 1 > 0.8^4 2: the third try is the first that is within
  const TrustRegionStep step = StepWithinTrustRegion(kUndamped, 1, problem);
  EXPECT_EQ(problem.tries, 3);
  EXPECT_NEAR(step.fraction, 0.64, 1e-12);
  EXPECT_LE(step.value.kl, 0.06);
  EXPECT_NEAR(problem.at[0], 0.64 * std::sqrt(0.12) / 2, 1e-12);
}

TEST(TrustRegionTest, GoesBackUntilTheSurrogateGains) {
  Quadratic problem;
  problem.curvature = 20;  // at beta s: 0.346 - 10 * 0.0375; at 0.8 of it: 0.277 - 10 * 0.024
  const TrustRegionStep step = StepWithinTrustRegion(kUndamped, 0.999, problem);
  EXPECT_NEAR(step.fraction, 0.8, 1e-12);
  EXPECT_GT(step.value.gain, 0);
}

TEST(TrustRegionTest, StaysWhereNoTryHelps) {
  Quadratic problem;
  problem.excess = 1e6;
  TrustRegionOptions options = kUndamped;
  options.line_search_steps = 4;
  const TrustRegionStep step = StepWithinTrustRegion(options, 1, problem);
  EXPECT_EQ(step.fraction, 0);
  EXPECT_EQ(step.value.kl, 0);
  EXPECT_EQ(problem.tries, 5) << "the last one restores the old policy";
  EXPECT_EQ(problem.at, (std::vector<double>{0, 0}));
  problem.slope = {0, 0};
  EXPECT_EQ(StepWithinTrustRegion(options, 1, problem).fraction, 0) << "there is no gradient";
}

TEST(TrustRegionTest, NumbersThatAreNotFiniteAreNamed) {
  Quadratic problem;
  problem.slope[1] = NAN;
  EXPECT_THAT([&] { StepWithinTrustRegion(kUndamped, 1, problem); },
              ThrowsMessage<NotFinite>(HasSubstr("policy gradient")));
  problem.slope[1] = 2;
  problem.excess = NAN;
  EXPECT_THAT([&] { StepWithinTrustRegion(kUndamped, 1, problem); },
              ThrowsMessage<NotFinite>(HasSubstr("KL divergence")));
}

}  // namespace
}  // namespace sinew::agents
