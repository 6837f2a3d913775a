#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

namespace sinew::agents {

/// Steps of several episodes, a row each.
struct TimedSteps {
  std::vector<int64_t> times;            // steps since the episode's start
  std::vector<float> observations;       // [size x obs_dim]
  std::vector<float> actions;            // [size x act_dim]
  std::vector<float> next_observations;  // [size x obs_dim]

  int64_t size() const { return static_cast<int64_t>(times.size()); }
  void Add(int64_t time, std::span<const float> observation, std::span<const float> action,
           std::span<const float> next_observation);
  void Append(const TimedSteps& other);
};

/// x_{t+1} = x_t + F_t [x_t; u_t] + f_t around the episodes that it was fitted to: one linear map
/// for each step of the episode, good near those episodes and nowhere else.
///
/// Every F_t, f_t minimises the squared error over the steps within two of t, plus the squared
/// distance from the map fitted to all steps at once, in standardised coordinates: a few episodes
/// are fewer samples than F_t has columns.
/// Source: Gu et al. 2016, arXiv:1603.00748, section 5.3, after Levine & Abbeel 2014. Departures:
/// the common map as a prior and the window, where the paper conditions a Gaussian on the samples
/// of the very step (Levine & Abbeel: a mixture of Gaussians as the prior); the mean alone is
/// predicted, as noise estimated from five samples is worth little.
class LocalDynamics {
 public:
  LocalDynamics(int obs_dim, int act_dim) : obs_dim_(obs_dim), act_dim_(act_dim) {}

  bool fitted() const { return !maps_.empty(); }
  /// Replaces the maps. Requires at least one step.
  void Fit(const TimedSteps& steps);
  /// @param time  beyond the longest episode of the fit: its last step's map.
  /// @param next  [obs_dim], filled in.
  /// @return  whether `next` lies where the fit's observations lay, half their range beyond at
  /// most.
  bool Predict(int64_t time, std::span<const float> observation, std::span<const float> action,
               std::span<float> next) const;

 private:
  using Matrix = Eigen::MatrixXd;

  Eigen::VectorXd Standardised(std::span<const float> observation,
                               std::span<const float> action) const;
  void Standardise(const TimedSteps& steps, Matrix* inputs, Matrix* changes);
  void FitStep(const Matrix& inputs, const Matrix& changes, std::span<const int64_t> rows,
               const Matrix& common, Matrix* map) const;

  int obs_dim_, act_dim_;
  Eigen::VectorXd input_mean_, input_scale_;    // [obs_dim + act_dim]; scale 0: never varied
  Eigen::VectorXd change_mean_, change_scale_;  // [obs_dim]
  Eigen::VectorXd low_, high_;                  // [obs_dim]
  std::vector<Matrix> maps_;                    // one a step, [obs_dim + act_dim + 1 x obs_dim]
};

}  // namespace sinew::agents
