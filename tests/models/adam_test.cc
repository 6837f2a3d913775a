#include "models/adam.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include <cmath>
#include <limits>

#include "core/random.h"
#include "models/flat_parameters.h"
#include "tests/core/scratch_file.h"

namespace sinew::models {
namespace {

std::vector<float> RandomValues(Random* random, size_t size) {
  std::vector<float> values(size);
  for (float& v : values) v = static_cast<float>(random->Normal());
  return values;
}

// step 1: the corrected moments are g and g^2, so the step is rate * g / (|g| + eps);
// step 2 with beta1 = 0.5, beta2 = 0.75 and gradients 2 and -1: m = 0.5 (0.5 * 2) + 0.5 (-1) = 0,
// so the parameter stays
TEST(AdamTest, FirstStepsAreThoseWorkedOutByHand) {
  Adam adam(1, {.learning_rate = 0.1, .beta1 = 0.5, .beta2 = 0.75});
  std::vector<float> parameter{1};
  adam.Step(parameter, std::vector<float>{2});
  EXPECT_NEAR(parameter[0], 0.9, 1e-6);
  adam.Step(parameter, std::vector<float>{-1});
  EXPECT_NEAR(parameter[0], 0.9, 1e-6);
  // step 3 with gradient 4: m = 2 and v = 0.75^2 (0.25 * 4) + 0.75 * 0.25 * 1 + 0.25 * 16
  const double m = 2 / (1 - std::pow(0.5, 3));
  const double v = (0.5625 + 0.1875 + 4) / (1 - std::pow(0.75, 3));
  adam.Step(parameter, std::vector<float>{4});
  EXPECT_NEAR(parameter[0], 0.9 - 0.1 * m / std::sqrt(v), 1e-6);
}

TEST(AdamTest, AgreesWithLibTorch) {
  constexpr int kSize = 37;
  for (const double weight_decay : {0.0, 0.01, 0.3}) {
    Random random(1);
    std::vector<float> ours = RandomValues(&random, kSize);
    torch::Tensor theirs = torch::tensor(ours).requires_grad_(true);
    torch::optim::Adam oracle({theirs},
                              torch::optim::AdamOptions(0.02).eps(1e-5).weight_decay(weight_decay));
    Adam adam(kSize, {.learning_rate = 0.02, .epsilon = 1e-5, .weight_decay = weight_decay});
    for (int step = 0; step < 50; ++step) {
      const auto gradient = RandomValues(&random, kSize);
      theirs.mutable_grad() = torch::tensor(gradient);
      oracle.step();
      adam.Step(ours, gradient);
      for (int i = 0; i < kSize; ++i) {
        ASSERT_NEAR(ours[i], theirs.data_ptr<float>()[i], 2e-5) << "step " << step;
      }
    }
  }
}

TEST(AdamTest, ClipsTheNormAndReportsIt) {
  Adam clipped(2, {.learning_rate = 0.1, .max_gradient_norm = 1}), plain(2, {.learning_rate = 0.1});
  std::vector<float> p{0, 0}, q{0, 0};
  // a norm of 5 is scaled to 1: (3, 4) acts as (0.6, 0.8), here and in what follows
  EXPECT_NEAR(clipped.Step(p, std::vector<float>{3, 4}).norm, 5, 1e-6);
  plain.Step(q, std::vector<float>{0.6f, 0.8f});
  EXPECT_NEAR(clipped.Step(p, std::vector<float>{0.3f, 0.4f}).norm, 0.5, 1e-6);
  plain.Step(q, std::vector<float>{0.3f, 0.4f});
  EXPECT_NEAR(p[0], q[0], 1e-6);
  EXPECT_NEAR(p[1], q[1], 1e-6);
}

TEST(AdamTest, FollowerGoesTheShareOfTheWayToTheNewParameters) {
  constexpr int kSize = 41;
  Random random(4);
  std::vector<float> p = RandomValues(&random, kSize), alone = p,
                     target = RandomValues(&random, kSize), before = target;
  const auto gradient = RandomValues(&random, kSize);
  Adam followed(kSize, {}), plain(kSize, {});
  followed.Step(p, gradient, {target, 0.25f});
  plain.Step(alone, gradient);
  EXPECT_EQ(p, alone);
  for (int i = 0; i < kSize; ++i) EXPECT_NEAR(target[i], 0.75 * before[i] + 0.25 * p[i], 1e-6);
}

TEST(AdamTest, TwoThreadsTakeTheSameStep) {
  constexpr int kSize = 1003;
  ThreadPool pool(2);
  Random random(5);
  std::vector<float> p = RandomValues(&random, kSize), q = p;
  Adam one(kSize, {.weight_decay = 0.01}), two(kSize, {.weight_decay = 0.01});
  for (int i = 0; i < 5; ++i) {
    const auto gradient = RandomValues(&random, kSize);
    one.Step(p, gradient);
    two.Step(q, gradient, {}, &pool);
  }
  EXPECT_EQ(p, q);
}

TEST(AdamTest, ReportsAParameterThatIsNotFinite) {
  Adam adam(40, {});
  std::vector<float> p(40, 1.0f), gradient(40, 0.5f);
  EXPECT_TRUE(adam.Step(p, gradient).finite);
  gradient[37] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(adam.Step(p, gradient).finite);
  EXPECT_TRUE(std::isnan(p[37]));
}

TEST(AdamTest, RestoredOptimiserTakesTheSameSteps) {
  const ScratchFile file;
  Random random(3);
  Adam original(5, {}), restored(5, {});
  std::vector<float> p = RandomValues(&random, 5);
  for (int i = 0; i < 10; ++i) original.Step(p, RandomValues(&random, 5));
  original.set_learning_rate(0.5);
  {
    Archive archive;
    original.Serialize(archive, "adam");
    archive.Write(file.path());
  }
  Archive archive(file.path());
  restored.Serialize(archive, "adam");
  EXPECT_EQ(restored.learning_rate(), 0.5);
  std::vector<float> q = p;
  const auto gradient = RandomValues(&random, 5);
  original.Step(p, gradient);
  restored.Step(q, gradient);
  EXPECT_EQ(p, q);
}

}  // namespace
}  // namespace sinew::models
