#include "agents/model_based/local_dynamics.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cassert>
#include <cmath>

namespace sinew::agents {
namespace {

constexpr int64_t kWindow = 2;         // steps on either side whose samples count
constexpr double kCommonRidge = 1e-4;  // per sample, for directions that no sample shows
constexpr double kPriorSamples = 5;    // weight of the common map, in samples
constexpr double kRoom = 0.5;          // share of the range seen that a prediction may leave it by

// 1 / standard deviation, 0 for what does not vary
double InverseDeviation(const Eigen::VectorXd& centred) {
  const double deviation = std::sqrt(centred.squaredNorm() / static_cast<double>(centred.size()));
  return deviation > 1e-7 ? 1 / deviation : 0;
}

}  // namespace

void TimedSteps::Add(int64_t time, std::span<const float> observation,
                     std::span<const float> action, std::span<const float> next_observation) {
  times.push_back(time);
  observations.insert(observations.end(), observation.begin(), observation.end());
  actions.insert(actions.end(), action.begin(), action.end());
  next_observations.insert(next_observations.end(), next_observation.begin(),
                           next_observation.end());
}

void TimedSteps::Append(const TimedSteps& other) {
  times.insert(times.end(), other.times.begin(), other.times.end());
  observations.insert(observations.end(), other.observations.begin(), other.observations.end());
  actions.insert(actions.end(), other.actions.begin(), other.actions.end());
  next_observations.insert(next_observations.end(), other.next_observations.begin(),
                           other.next_observations.end());
}

void LocalDynamics::Fit(const TimedSteps& steps) {
  assert(steps.size() > 0);
  Matrix inputs, changes;
  Standardise(steps, &inputs, &changes);
  const auto count = static_cast<double>(steps.size());
  Matrix gram = inputs.transpose() * inputs;
  gram.diagonal().array() += kCommonRidge * count;
  const Matrix common = gram.ldlt().solve(inputs.transpose() * changes);
  const int64_t length = 1 + std::ranges::max(steps.times);
  std::vector<std::vector<int64_t>> near(length);
  for (int64_t row = 0; row < steps.size(); ++row) {
    const int64_t first = std::max<int64_t>(0, steps.times[row] - kWindow);
    const int64_t last = std::min(length - 1, steps.times[row] + kWindow);
    for (int64_t t = first; t <= last; ++t) near[t].push_back(row);
  }
  maps_.resize(length);
  for (int64_t t = 0; t < length; ++t) FitStep(inputs, changes, near[t], common, &maps_[t]);
}

void LocalDynamics::Standardise(const TimedSteps& steps, Matrix* inputs, Matrix* changes) {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const int64_t count = steps.size();
  const auto now =
      Eigen::Map<const Rows>(steps.observations.data(), count, obs_dim_).cast<double>().eval();
  const auto then =
      Eigen::Map<const Rows>(steps.next_observations.data(), count, obs_dim_).cast<double>().eval();
  low_ = now.colwise().minCoeff().cwiseMin(then.colwise().minCoeff());
  high_ = now.colwise().maxCoeff().cwiseMax(then.colwise().maxCoeff());
  const int width = obs_dim_ + act_dim_;
  inputs->resize(count, width + 1);
  inputs->leftCols(obs_dim_) = now;
  inputs->middleCols(obs_dim_, act_dim_) =
      Eigen::Map<const Rows>(steps.actions.data(), count, act_dim_).cast<double>();
  inputs->rightCols(1).setOnes();
  *changes = then - now;
  const auto standardise = [](Eigen::Ref<Matrix> values, Eigen::VectorXd* mean,
                              Eigen::VectorXd* scale) {
    *mean = values.colwise().mean();
    values.rowwise() -= mean->transpose();
    scale->resize(values.cols());
    for (int64_t i = 0; i < values.cols(); ++i) (*scale)[i] = InverseDeviation(values.col(i));
    values *= scale->asDiagonal();
  };
  standardise(inputs->leftCols(width), &input_mean_, &input_scale_);
  standardise(*changes, &change_mean_, &change_scale_);
}

void LocalDynamics::FitStep(const Matrix& inputs, const Matrix& changes,
                            std::span<const int64_t> rows, const Matrix& common,
                            Matrix* map) const {
  const auto count = static_cast<int64_t>(rows.size());
  Matrix local(count, inputs.cols()), left(count, changes.cols());
  for (int64_t i = 0; i < count; ++i) {
    local.row(i) = inputs.row(rows[i]);
    left.row(i) = changes.row(rows[i]) - local.row(i) * common;
  }
  Matrix gram = local.transpose() * local;
  gram.diagonal().array() += kPriorSamples;
  *map = common + gram.ldlt().solve(local.transpose() * left);
}

Eigen::VectorXd LocalDynamics::Standardised(std::span<const float> observation,
                                            std::span<const float> action) const {
  Eigen::VectorXd input(obs_dim_ + act_dim_);
  for (int i = 0; i < obs_dim_; ++i) input[i] = observation[i];
  for (int i = 0; i < act_dim_; ++i) input[obs_dim_ + i] = action[i];
  return (input - input_mean_).cwiseProduct(input_scale_);
}

bool LocalDynamics::Predict(int64_t time, std::span<const float> observation,
                            std::span<const float> action, std::span<float> next) const {
  const Matrix& map = maps_[std::min<int64_t>(time, static_cast<int64_t>(maps_.size()) - 1)];
  const Eigen::VectorXd input = Standardised(observation, action);
  const Eigen::VectorXd change =
      map.topRows(input.size()).transpose() * input + map.bottomRows(1).transpose();
  bool inside = true;
  for (int i = 0; i < obs_dim_; ++i) {
    // what never changed in the fit does not change
    const double step = change_mean_[i] + (change_scale_[i] > 0 ? change[i] / change_scale_[i] : 0);
    const double value = observation[i] + step, room = kRoom * (high_[i] - low_[i]) + 1e-6;
    inside &= value >= low_[i] - room && value <= high_[i] + room;
    next[i] = static_cast<float>(value);
  }
  return inside;
}

}  // namespace sinew::agents
