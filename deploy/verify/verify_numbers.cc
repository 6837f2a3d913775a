#include "deploy/verify/verify_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>

namespace sinew::deploy {
namespace {

double RelativeError(double value, double expected, const spec::ActionElement& joint) {
  const double limit = std::max(std::abs(joint.low()), std::abs(joint.high()));
  const double scale = std::max(limit, std::abs(expected));
  const double error = std::abs(value - expected) / (scale > 0 ? scale : 1);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

// the subject's golden vectors as this back end is to answer them
GoldenVectors Expected(const VerifySubject& subject, bool stochastic) {
  GoldenVectors golden = subject.golden;
  if (stochastic || golden.noise.empty()) return golden;
  golden.noise.clear();
  FillReference(subject.artifact, &golden);
  return golden;
}

int64_t Median(std::vector<int64_t>* values) {
  if (values->empty()) return 0;
  const auto middle = values->begin() + static_cast<int64_t>(values->size() / 2);
  std::ranges::nth_element(*values, middle);
  return *middle;
}

// microseconds a call, best of three rounds over some of the golden observations
double TimePerCall(Backend* backend, const GoldenVectors& golden) {
  using Clock = std::chrono::steady_clock;
  constexpr int kCalls = 500;
  const int count = std::min(kCalls, golden.size());
  std::vector<float> torque(golden.act_dim);
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 3; ++round) {
    const auto start = Clock::now();
    backend->Reset();
    for (int n = 0; n < count; ++n) backend->Torque(golden.Observation(n), golden.Noise(n), torque);
    const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start;
    best = std::min(best, elapsed.count() / std::max(count, 1));
  }
  return best;
}

}  // namespace

int64_t UlpDistance(float a, float b) {
  // floats in their own order as whole numbers in theirs
  const auto rank = [](float x) -> int64_t {
    const auto bits = static_cast<int64_t>(std::bit_cast<uint32_t>(x));
    return bits < 0x80000000 ? bits : 0x80000000 - bits;
  };
  return std::abs(rank(a) - rank(b));
}

void CompareNumbers(const VerifySubject& subject, Candidate* candidate) {
  BackendReport& report = candidate->report;
  const GoldenVectors golden = Expected(subject, candidate->stochastic);
  const auto& joints = subject.artifact.contract.action;
  std::vector<float> torque(joints.size());
  std::vector<int64_t> ulps;
  int refused = 0;
  for (int n = 0; n < golden.size(); ++n) {
    if (golden.Begins(n)) candidate->backend->Reset();
    refused += candidate->backend->Torque(golden.Observation(n), golden.Noise(n), torque) != 0;
    for (size_t i = 0; i < joints.size(); ++i) {
      const double expected = golden.Torque(n)[i];
      ulps.push_back(UlpDistance(torque[i], static_cast<float>(expected)));
      const double error = RelativeError(torque[i], expected, joints[i]);
      if (error <= report.max_error) continue;
      report.max_error = error;
      report.worst_joint = joints[i].name();
      report.worst_vector = n;
    }
  }
  if (!ulps.empty()) report.max_ulps = *std::ranges::max_element(ulps);
  report.median_ulps = Median(&ulps);
  if (refused > 0) {
    report.failures.push_back(fmt::format("{} golden observations were refused", refused));
  }
  if (report.max_error > report.tolerance) {
    report.failures.push_back(fmt::format(
        "golden vector {}: {} of '{}' differs by {:.2e} of the limit, {:.0e} is allowed",
        report.worst_vector, spec::CommandWord(joints), report.worst_joint, report.max_error,
        report.tolerance));
  }
  report.us = TimePerCall(candidate->backend.get(), golden);
}

namespace {

// the difference from the contract's law, of the limit or of the law's largest term
double ServoError(const spec::ActionElement& element, int i, double command, double position,
                  double velocity, Backend* backend) {
  // what the file is given
  command = static_cast<float>(command);
  position = static_cast<float>(position);
  velocity = static_cast<float>(velocity);
  const auto torque = backend->ServoTorque(i, command, position, velocity);
  if (!torque) return 0;
  const double terms = element.kp * (std::abs(command) + std::abs(position)) +
                       element.kd * (std::abs(command) + std::abs(velocity));
  const double error =
      std::abs(*torque - element.Torque(command, position, velocity)) / std::max(terms, 1e-9);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

}  // namespace

void CompareServoLaws(const VerifySubject& subject, Candidate* candidate) {
  const auto& joints = subject.artifact.contract.action;
  constexpr double kLaw = 1e-5;  // single precision, of a law of three products
  for (size_t i = 0; i < joints.size(); ++i) {
    const spec::ActionElement& element = joints[i];
    if (!element.is_servo()) continue;
    const double middle = 0.5 * (element.low() + element.high());
    for (const double command : {element.low(), middle, element.high()}) {
      for (const double away : {-10.0, -0.1, 0.0, 0.1, 10.0}) {
        for (const double velocity : {-5.0, 0.0, 5.0}) {
          const double error = ServoError(element, static_cast<int>(i), command, command + away,
                                          velocity, candidate->backend.get());
          if (error <= kLaw) continue;
          candidate->report.failures.push_back(fmt::format(
              "the servo law of '{}' is not the contract's: off by {:.2e} at a target of {:.6g} {}",
              element.name(), error, command, element.unit()));
          return;
        }
      }
    }
  }
}

namespace {

// a position target is as it was before the call, or none at all; everything else is zero
bool IsSafe(const spec::ActionElement& element, float before, float command) {
  if (!IsHeld(element)) return command == 0;
  return command == before || std::isnan(command);
}

}  // namespace

void CheckRefusal(const VerifySubject& subject, Candidate* candidate) {
  const size_t act_dim = subject.artifact.contract.action.size();
  std::vector<float> observation(subject.artifact.contract.observation.size()), torque(act_dim),
      noise(candidate->stochastic ? act_dim : 0);
  const auto& joints = subject.artifact.contract.action;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto refuses = [&](std::vector<float>& input, size_t i, const char* name) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity}) {
      std::ranges::fill(torque, 1.0f);
      input[i] = bad;
      const int status = candidate->backend->Torque(observation, noise, torque);
      input[i] = 0;
      bool safe = status != 0;
      for (size_t k = 0; k < act_dim; ++k) safe &= IsSafe(joints[k], 1.0f, torque[k]);
      if (safe) continue;
      candidate->report.failures.push_back(fmt::format(
          "{}[{}] = {} was not refused with zero torques and held targets", name, i, bad));
      return false;
    }
    return true;
  };
  for (size_t i = 0; i < observation.size(); ++i) {
    if (!refuses(observation, i, "observation")) return;
  }
  for (size_t i = 0; i < noise.size(); ++i) {
    if (!refuses(noise, i, "noise")) return;
  }
}

}  // namespace sinew::deploy
