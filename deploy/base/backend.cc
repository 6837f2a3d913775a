#include "deploy/base/backend.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace sinew::deploy {
namespace {

class TorquePolicy : public spec::Policy {
 public:
  TorquePolicy(std::shared_ptr<Backend> backend, const spec::Contract& contract, bool stochastic,
               uint64_t noise_seed)
      : backend_(std::move(backend)),
        joints_(contract.action),
        noise_(stochastic ? joints_.size() : 0),
        seed_(noise_seed),
        random_(policy::NoiseOfEpisode(noise_seed, 0)) {}

  std::string name() const override { return backend_->name(); }
  void Reset(uint64_t episode) override {
    backend_->Reset();
    random_ = policy::NoiseOfEpisode(seed_, episode);
  }

  void Act(std::span<const float> observation, std::span<float> action) override {
    for (float& value : noise_) value = static_cast<float>(random_.Normal());
    if (backend_->Torque(observation, noise_, action) != 0) {
      std::ranges::fill(action, std::numeric_limits<float>::quiet_NaN());
      return;
    }
    for (size_t i = 0; i < action.size(); ++i) {
      const double low = joints_[i].low(), range = joints_[i].high() - low;
      action[i] = range == 0 ? 0 : static_cast<float>(2 * (action[i] - low) / range - 1);
    }
  }

 private:
  std::shared_ptr<Backend> backend_;
  std::vector<spec::ActionElement> joints_;
  std::vector<float> noise_;
  uint64_t seed_;
  Random random_;
};

}  // namespace

std::unique_ptr<spec::Policy> MakeBackendPolicy(std::shared_ptr<Backend> backend,
                                                const spec::Contract& contract, bool stochastic,
                                                uint64_t noise_seed) {
  return std::make_unique<TorquePolicy>(std::move(backend), contract, stochastic, noise_seed);
}

}  // namespace sinew::deploy
