// What every distribution promises, against finite differences, sums over samples and each other.

#include "agents/distribution/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <numeric>
#include <vector>

#include "agents/distribution/diagonal_gaussian.h"
#include "agents/distribution/squashed_gaussian.h"

namespace sinew::agents {
namespace {

constexpr int kAct = 2, kBatch = 3;

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Distribution>()> make;
};

std::vector<float> Normals(Random* random, size_t size, double scale) {
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<float>(scale * random->Normal());
  return values;
}

class DistributionTest : public testing::TestWithParam<Kind> {
 protected:
  DistributionTest()
      : distribution_(GetParam().make()),
        rows_(Normals(&random_, kBatch * distribution_->outputs(), 0.4)),
        old_rows_(Normals(&random_, rows_.size(), 0.4)),
        shared_(Normals(&random_, distribution_->shared_size(), 0.3)),
        old_shared_(Normals(&random_, distribution_->shared_size(), 0.3)) {}

  DistributionParameters now() const { return {rows_, shared_}; }
  DistributionParameters old() const { return {old_rows_, old_shared_}; }

  std::vector<float> LogProbs(const std::vector<float>& samples,
                              const DistributionParameters& at) const {
    std::vector<float> log_probs(samples.size() / distribution_->sample_width());
    distribution_->LogProb(samples, at, log_probs);
    return log_probs;
  }
  // the slope of `f` by one number, which it may change
  static double Slope(float* x, const std::function<double()>& f) {
    constexpr float kStep = 1e-2f;
    const float at = *x;
    *x = at + kStep;
    const double up = f();
    *x = at - kStep;
    const double down = f();
    *x = at;
    return (up - down) / (2.0 * kStep);
  }

  Random random_{7};
  std::unique_ptr<Distribution> distribution_;
  std::vector<float> rows_, old_rows_, shared_, old_shared_;
};

TEST_P(DistributionTest, LossGradientIsItsSlope) {
  std::vector<float> samples(kBatch * distribution_->sample_width());
  distribution_->Sample(old(), random_, samples);
  const std::vector<double> slopes{0.7, -1.2, 2};
  constexpr double kBeta = 0.8, kC = 0.3;
  std::vector<float> to_rows(rows_.size()), to_shared(shared_.size());
  distribution_->LossGradient({.samples = samples,
                               .slopes = slopes,
                               .old = old(),
                               .kl_coefficient = kBeta,
                               .entropy_coefficient = kC},
                              now(), {to_rows, to_shared});
  const auto loss = [&] {
    const auto log_probs = LogProbs(samples, now());
    double sum = 0;
    for (int i = 0; i < kBatch; ++i) sum -= slopes[i] * log_probs[i] / kBatch;
    return sum + kBeta * distribution_->Kl(old(), now()) - kC * distribution_->Entropy(now());
  };
  for (size_t k = 0; k < rows_.size(); ++k) {
    EXPECT_NEAR(to_rows[k], Slope(&rows_[k], loss), 2e-3) << "row number " << k;
  }
  for (size_t k = 0; k < shared_.size(); ++k) {
    EXPECT_NEAR(to_shared[k], Slope(&shared_[k], loss), 2e-3) << "shared number " << k;
  }
}

// E log(pi_old / pi) = KL, E -log pi = H, over many samples of one state
TEST_P(DistributionTest, KlAndEntropyAreMeansOverSamples) {
  constexpr int kSamples = 40000;
  const size_t width = distribution_->outputs();
  std::vector<float> one(old_rows_.begin(), old_rows_.begin() + width), many, other, samples;
  for (int i = 0; i < kSamples; ++i) {
    many.insert(many.end(), one.begin(), one.end());
    other.insert(other.end(), rows_.begin(), rows_.begin() + width);
  }
  samples.resize(kSamples * static_cast<size_t>(distribution_->sample_width()));
  distribution_->Sample({many, old_shared_}, random_, samples);
  const auto old_log = LogProbs(samples, {many, old_shared_});
  const auto new_log = LogProbs(samples, {other, shared_});
  double kl = 0, entropy = 0;
  for (int i = 0; i < kSamples; ++i) {
    kl += (old_log[i] - new_log[i]) / kSamples;
    entropy -= old_log[i] / kSamples;
  }
  const double exact = distribution_->Kl({many, old_shared_}, {other, shared_});
  EXPECT_NEAR(exact, kl, 0.05 + 0.05 * kl);
  EXPECT_NEAR(distribution_->Entropy({many, old_shared_}), entropy, 0.04);
  EXPECT_NEAR(distribution_->Kl(old(), old()), 0, 1e-6);
}

// the Hessian of KL(old || new) at old, by second differences along single numbers
TEST_P(DistributionTest, FisherIsTheCurvatureOfTheKl) {
  constexpr float kStep = 0.05f;
  std::vector<float> ones(old_rows_.size(), 1.0f);
  distribution_->FisherOfRows(old(), ones);
  const auto kl_at = [&](std::vector<float>* values, size_t k, float step) {
    const float at = (*values)[k];
    (*values)[k] = at + step;
    const double kl = distribution_->Kl(old(), {rows_, shared_});
    (*values)[k] = at;
    return kl;
  };
  rows_ = old_rows_;
  shared_ = old_shared_;
  for (size_t k = 0; k < rows_.size(); ++k) {
    const double curvature =
        (kl_at(&rows_, k, kStep) + kl_at(&rows_, k, -kStep)) / (double{kStep} * kStep) * kBatch;
    EXPECT_NEAR(ones[k], curvature, 0.02 + 0.02 * curvature) << "row number " << k;
  }
  std::vector<double> change(shared_.size(), 1.0), product(shared_.size());
  distribution_->FisherOfShared(change, product);
  for (size_t k = 0; k < shared_.size(); ++k) {
    const double curvature =
        (kl_at(&shared_, k, kStep) + kl_at(&shared_, k, -kStep)) / (double{kStep} * kStep);
    EXPECT_NEAR(product[k], curvature, 0.02 + 0.02 * curvature) << "shared number " << k;
  }
}

TEST_P(DistributionTest, ActionsStayWithinTheirBounds) {
  for (float& value : rows_) value *= 20;
  std::vector<float> samples(kBatch * distribution_->sample_width()), actions(kBatch * kAct);
  for (int repeat = 0; repeat < 100; ++repeat) {
    distribution_->Sample(now(), random_, samples);
    distribution_->ToActions(samples, actions);
    EXPECT_THAT(actions, testing::Each(testing::AllOf(testing::Ge(-1), testing::Le(1))));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Every, DistributionTest,
    testing::Values(Kind{"DiagonalGaussian",
                         [] {
                           return std::make_unique<DiagonalGaussian>(kAct,
                                                                     DiagonalGaussian::Options{});
                         }},
                    Kind{"SquashedGaussian",
                         [] {
                           return std::make_unique<SquashedGaussian>(kAct, LogStdRange{-2, 1});
                         }}),
    [](const auto& info) { return info.param.name; });

TEST(DiagonalGaussianTest, BoundOfTheDeviationMovesOverTheRun) {
  const DiagonalGaussian gaussian(kAct, {.log_std_min = -3, .log_std_max = {1, -1}});
  std::vector<float> log_std{5, -9};
  gaussian.Constrain(0, log_std);
  EXPECT_THAT(log_std, testing::ElementsAre(1, -3));
  gaussian.Constrain(0.5, log_std);
  EXPECT_THAT(log_std, testing::ElementsAre(0, -3));
  gaussian.Constrain(1, log_std);
  EXPECT_THAT(log_std, testing::ElementsAre(-1, -3));
}

TEST(SquashedGaussianTest, SamplesHaveTheBitsOfTheReparameterisedOnes) {
  Random random(3), same(3);
  const LogStdRange range{-4, 1};
  const auto outputs = Normals(&random, kBatch * 2 * kAct, 1);
  Normals(&same, outputs.size(), 1);
  SquashedSample expected;
  expected.DrawNoise(kBatch * kAct, same);
  SampleSquashed(outputs, kAct, range, &expected);
  const SquashedGaussian squashed(kAct, range);
  std::vector<float> samples(kBatch * kAct), actions(samples.size()), log_probs(kBatch);
  squashed.Sample({outputs, {}}, random, samples);
  squashed.ToActions(samples, actions);
  EXPECT_EQ(actions, expected.actions);
  squashed.LogProb(samples, {outputs, {}}, log_probs);
  for (int i = 0; i < kBatch; ++i) EXPECT_NEAR(log_probs[i], expected.log_probs[i], 1e-4);
}

TEST(SquashedGaussianTest, DescribesMeansAsLayersAndDeviationsAsTheHead) {
  spec::Contract contract;
  contract.observation.resize(1);
  policy::GraphBuilder graph(contract);
  graph.Normalize(policy::kObservation, {0}, {1}, 10);
  const std::vector<policy::DenseLayer> layers{{.inputs = 1,
                                                .outputs = 4,
                                                .weight = {1, 2, 3, 4},
                                                .bias = {5, 6, 7, 8},
                                                .activation = "identity"}};
  const auto action = SquashedGaussian(kAct, {-4, 1}).Describe("normalized", layers, {}, &graph);
  const auto perceptron = policy::AsPerceptron(graph.Build(action));
  ASSERT_TRUE(perceptron.has_value());
  EXPECT_THAT(perceptron->layers[0].weight, testing::ElementsAre(1, 2));
  EXPECT_THAT(perceptron->layers[0].bias, testing::ElementsAre(5, 6));
  EXPECT_EQ(perceptron->layers[0].activation, "tanh");
  ASSERT_TRUE(perceptron->gaussian.has_value());
  EXPECT_EQ(*perceptron->gaussian, (policy::GaussianHead{{3, 4}, {7, 8}, -4, 1}));
}

}  // namespace
}  // namespace sinew::agents
