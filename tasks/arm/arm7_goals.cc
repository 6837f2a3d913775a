#include "tasks/arm/arm7_goals.h"

#include <array>
#include <cmath>

namespace sinew::tasks {
namespace {

void FromShoulder(std::span<const float> observation, int first, std::span<float> point) {
  const double pan = observation[0], c = std::cos(pan), s = std::sin(pan);
  const double radial = observation[first], tangential = observation[first + 1];
  point[0] = static_cast<float>(c * radial - s * tangential);
  point[1] = static_cast<float>(s * radial + c * tangential);
  point[2] = observation[first + 2];
}

}  // namespace

void Arm7Goals::Achieved(std::span<const float> observation, std::span<float> goal) const {
  FromShoulder(observation, point_, goal);
}

void Arm7Goals::Desired(std::span<const float> observation, std::span<float> goal) const {
  FromShoulder(observation, target_, goal);
}

void Arm7Goals::Replace(std::span<const float> goal, std::span<float> observation) const {
  const double pan = observation[0], c = std::cos(pan), s = std::sin(pan);
  const std::array target{c * goal[0] + s * goal[1], -s * goal[0] + c * goal[1],
                          static_cast<double>(goal[2])};
  for (int i = 0; i < 3; ++i) {
    observation[target_ + i] = static_cast<float>(target[i]);
    observation[error_ + i] = static_cast<float>(target[i] - observation[point_ + i]);
  }
}

double Arm7Goals::Distance(std::span<const float> observation) const {
  double square = 0;
  for (int i = 0; i < 3; ++i) square += std::pow(observation[error_ + i], 2);
  return std::sqrt(square);
}

}  // namespace sinew::tasks
