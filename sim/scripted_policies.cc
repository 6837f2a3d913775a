#include "sim/scripted_policies.h"

#include <cmath>
#include <numbers>
#include <vector>

#include "core/error.h"
#include "core/names.h"

namespace sinew::sim {
namespace {

class ZeroPolicy : public spec::Policy {
 public:
  std::string name() const override { return "zero"; }
  void Act(std::span<const float>, std::span<float> action) override {
    for (float& a : action) a = 0;
  }
};

class RandomPolicy : public spec::Policy {
 public:
  explicit RandomPolicy(uint64_t seed) : seed_(seed), random_(seed, "random policy") {}
  std::string name() const override { return "random"; }
  void Reset(uint64_t episode) override { random_ = Random(seed_, "random policy", episode); }
  void Act(std::span<const float>, std::span<float> action) override {
    for (float& a : action) a = static_cast<float>(random_.Uniform(-1, 1));
  }

 private:
  uint64_t seed_;
  Random random_;
};

// each joint in its own phase, so that the signs and limits of all torques can be seen one after
// the other
class SinePolicy : public spec::Policy {
 public:
  explicit SinePolicy(double control_dt) : control_dt_(control_dt) {}
  std::string name() const override { return "sine"; }
  void Reset(uint64_t) override { step_ = 0; }
  void Act(std::span<const float>, std::span<float> action) override {
    const double time = control_dt_ * static_cast<double>(step_++);
    for (size_t i = 0; i < action.size(); ++i) {
      const double phase =
          2 * std::numbers::pi * (kFrequency * time + static_cast<double>(i) / action.size());
      action[i] = static_cast<float>(kAmplitude * std::sin(phase));
    }
  }

 private:
  static constexpr double kFrequency = 0.5;  // [Hz]
  static constexpr double kAmplitude = 0.3;
  double control_dt_;
  int64_t step_ = 0;
};

}  // namespace

void Show(const Simulation& simulation, spec::Policy* policy) {
  if (auto* looks = dynamic_cast<SimulationPolicy*>(policy)) looks->See(simulation);
}

std::unique_ptr<spec::Policy> MakeScriptedPolicy(const std::string& name, const Task& task,
                                                 uint64_t seed) {
  if (name == "zero") return std::make_unique<ZeroPolicy>();
  if (name == "random") return std::make_unique<RandomPolicy>(seed);
  if (name == "sine") return std::make_unique<SinePolicy>(task.spec().control_dt);
  if (name == "pd") return MakePdPolicy(task);
  static const std::vector<std::string> kNames{"pd", "random", "sine", "zero"};
  throw UserError(UnknownName("scripted policy", name, kNames));
}

}  // namespace sinew::sim
