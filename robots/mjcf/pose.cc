#include "robots/mjcf/pose.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace sinew::robots {
namespace {

constexpr double kTiny = 1e-10;

[[noreturn]] void RefuseOrientation(const Element& element, const char* what) {
  throw UserError(fmt::format("{}: <{}> has {}", element.Where(), element.name, what));
}

Eigen::Vector3d Direction(const Element& element, const Eigen::Vector3d& vector) {
  if (vector.norm() < kTiny) RefuseOrientation(element, "an axis without length");
  return vector.normalized();
}

Eigen::Quaterniond OrientationOf(const Element& element, const CompilerSettings& compiler) {
  const double unit = compiler.degree ? std::numbers::pi / 180 : 1;
  if (element.Has("quat")) {
    const auto q = Numbers(element, "quat", 4, {});
    const Eigen::Quaterniond rotation(q[0], q[1], q[2], q[3]);
    if (rotation.norm() < kTiny) RefuseOrientation(element, "a quat without length");
    return rotation.normalized();
  }
  if (element.Has("axisangle")) {
    const auto a = Numbers(element, "axisangle", 4, {});
    const Eigen::Vector3d axis = Direction(element, {a[0], a[1], a[2]});
    return Eigen::Quaterniond(Eigen::AngleAxisd(a[3] * unit, axis));
  }
  if (element.Has("euler")) {
    const Eigen::Vector3d angles = ToVector(Numbers(element, "euler", 3, {}));
    return FromEuler(unit * angles, compiler.eulerseq);
  }
  if (element.Has("zaxis")) {
    const Eigen::Vector3d z = Direction(element, ToVector(Numbers(element, "zaxis", 3, {})));
    return Eigen::Quaterniond::FromTwoVectors(Eigen::Vector3d::UnitZ(), z);
  }
  if (element.Has("xyaxes")) {
    const auto a = Numbers(element, "xyaxes", 6, {});
    Eigen::Matrix3d axes;
    axes.col(0) = Direction(element, {a[0], a[1], a[2]});
    const Eigen::Vector3d y(a[3], a[4], a[5]);
    axes.col(1) = Direction(element, y - axes.col(0) * axes.col(0).dot(y));
    axes.col(2) = axes.col(0).cross(axes.col(1));
    return Eigen::Quaterniond(axes).normalized();
  }
  return Eigen::Quaterniond::Identity();
}

}  // namespace

const std::vector<std::string>& OrientationAttributes() {
  static const std::vector<std::string> attributes{"quat", "axisangle", "xyaxes", "zaxis", "euler"};
  return attributes;
}

Pose PoseOf(const Element& element, const CompilerSettings& compiler) {
  return {ToVector(Numbers(element, "pos", 3, {0, 0, 0})), OrientationOf(element, compiler)};
}

void SetPose(Element* element, const Pose& pose) {
  for (const std::string& attribute : OrientationAttributes()) element->Remove(attribute);
  element->Set("pos", Join(ToList(pose.position)));
  const Eigen::Quaterniond& q = pose.rotation;
  element->Set("quat", Join({q.w(), q.x(), q.y(), q.z()}));
}

Eigen::Quaterniond FromEuler(const Eigen::Vector3d& angles, const std::string& sequence) {
  Eigen::Quaterniond rotation = Eigen::Quaterniond::Identity();
  for (int i = 0; i < 3; ++i) {
    const char axis = sequence[i];
    const int k = std::tolower(axis) - 'x';
    const Eigen::Quaterniond turn(Eigen::AngleAxisd(angles[i], Eigen::Vector3d::Unit(k)));
    rotation = std::islower(axis) ? rotation * turn : turn * rotation;
  }
  return rotation.normalized();
}

Eigen::Quaterniond FromRollPitchYaw(const Eigen::Vector3d& angles) {
  return FromEuler(angles, "XYZ");
}

Eigen::Vector3d ToVector(const std::vector<double>& values) {
  return {values.at(0), values.at(1), values.at(2)};
}

std::vector<double> ToList(const Eigen::Vector3d& vector) {
  return {vector[0], vector[1], vector[2]};
}

}  // namespace sinew::robots
