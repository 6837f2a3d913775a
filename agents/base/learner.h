#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "models/adam.h"
#include "models/network.h"
#include "models/recurrent/recurrent_network.h"

namespace sinew::agents {

/// An update met a value that is not finite; what it changed so far must not stay.
class NotFinite : public Error {
 public:
  explicit NotFinite(const std::string& quantity) : Error("the " + quantity + " is not finite") {}
};

/// @throws NotFinite unless `value` is finite as a float, which is what the networks compute with.
void CheckFinite(double value, const char* quantity);

struct LearnerOptions {
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double adam_epsilon = 1e-8;
  double max_gradient_norm = 0;     // 0: never clipped
  double final_layer_range = 3e-3;  // last layer starts uniform within this
  bool has_target = true;           // keeps a slow copy
  std::string backend = "fused";    // or "autograd"
  std::string device = "cpu";
};

/// A network of this shape on the chosen back end, parameters zero.
std::unique_ptr<models::Network> MakeNetwork(const models::NetworkSpec& spec,
                                             const LearnerOptions& options);
std::unique_ptr<models::RecurrentNetwork> MakeNetwork(const models::RecurrentSpec& spec,
                                                      const LearnerOptions& options);

/// A network of any kind, the slow copy that targets are computed with, and its optimiser. Also
/// keeps the last state that was found good, to go back to. Not thread-safe; two learners share
/// nothing.
class ParameterLearner {
 public:
  const std::string& name() const { return name_; }
  /// What it steps.
  models::Learnable& learnable() { return *online_; }

  /// One optimiser step along the gradient that the last Backward left; the target follows by `tau`
  /// of what is then between them. @param pool  works on both halves side by side; may be null.
  void Step(double tau = 0, ThreadPool* pool = nullptr);
  /// The step size is `factor` of what it was built with.
  void SetRateFactor(double factor) { adam_.set_learning_rate(learning_rate_ * factor); }
  double learning_rate() const { return adam_.learning_rate(); }
  /// Copies the online parameters into a network of the same shape.
  void CopyTo(models::Learnable* network) const;

  /// @throws NotFinite if a parameter is not finite.
  void CheckParameters() const;
  /// @throws NotFinite if the last Step or loading left a parameter that is not finite; costs
  /// nothing.
  void CheckStep() const;
  /// @throws NotFinite if a moment of the optimiser is not finite.
  void CheckMoments() const;
  /// Takes the present state for good.
  void Keep();
  /// Goes back to the state that was kept last.
  void RollBack();
  /// @throws Error on saving if a parameter is not finite.
  void Serialize(models::Archive& archive);

 protected:
  /// @param name  in messages and in what is saved. @param target  null: there is none.
  ParameterLearner(std::string name, std::unique_ptr<models::Learnable> online,
                   std::unique_ptr<models::Learnable> target, const LearnerOptions& options);
  /// The target becomes the network as it is, and that is kept.
  void Start();
  models::Learnable& learned() const { return *online_; }
  models::Learnable& followed() const { return *target_; }

 private:
  struct Kept {
    std::vector<float> online, target;
    models::Adam adam;
  };

  std::string name_;
  double learning_rate_;
  std::unique_ptr<models::Learnable> online_, target_;
  models::Adam adam_;
  bool finite_ = true;  // after the last Step or loading
  Kept kept_;
};

/// The same with the kind of its network. @tparam Net  models::Network or RecurrentNetwork.
template <class Net>
class LearnerOf : public ParameterLearner {
 public:
  /// @param spec  shape of a Net. @param random  the first parameters are drawn from it.
  template <class Spec>
  LearnerOf(std::string name, const Spec& spec, const LearnerOptions& options, Random& random)
      : ParameterLearner(std::move(name), MakeNetwork(spec, options),
                         options.has_target ? MakeNetwork(spec, options) : nullptr, options) {
    models::InitializeUniform(online(), random, static_cast<float>(options.final_layer_range));
    Start();
  }

  Net& online() { return static_cast<Net&>(learned()); }
  const Net& online() const { return static_cast<const Net&>(learned()); }
  /// Requires has_target.
  Net& target() { return static_cast<Net&>(followed()); }
};

using Learner = LearnerOf<models::Network>;
using RecurrentLearner = LearnerOf<models::RecurrentNetwork>;

/// Outputs `first` to `first + count` of a dense layer.
policy::DenseLayer OutputsOf(const policy::DenseLayer& layer, int first, int count);
/// Outputs `first` to `first + count` of the network through tanh: what a policy file holds where
/// the network has more outputs than the policy.
std::vector<policy::DenseLayer> TanhHead(const models::Network& network, int first, int count);

}  // namespace sinew::agents
