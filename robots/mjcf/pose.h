#pragma once

#include <Eigen/Geometry>
#include <string>
#include <vector>

#include "robots/mjcf/mjcf.h"
#include "robots/tree/xml.h"

namespace sinew::robots {

/// A place and an orientation [m], from the inner frame to the outer one.
struct Pose {
  Eigen::Vector3d position = Eigen::Vector3d::Zero();
  Eigen::Quaterniond rotation = Eigen::Quaterniond::Identity();

  Pose operator*(const Pose& inner) const {
    return {position + rotation * inner.position, (rotation * inner.rotation).normalized()};
  }
  Eigen::Vector3d operator*(const Eigen::Vector3d& point) const {
    return position + rotation * point;
  }
  Pose Inverse() const { return {-(rotation.conjugate() * position), rotation.conjugate()}; }
  bool IsIdentity() const {
    return position.isZero(0) && rotation.coeffs() == Eigen::Quaterniond::Identity().coeffs();
  }
};

/// The ways in which MJCF writes an orientation.
const std::vector<std::string>& OrientationAttributes();

/// What pos and one of the orientations of an element say. @throws UserError with its place.
Pose PoseOf(const Element& element, const CompilerSettings& compiler);
/// Writes it as pos and quat, in place of what the element said.
void SetPose(Element* element, const Pose& pose);

/// A rotation by Euler angles [rad] in MuJoCo's sequence: lower case rotates the axes along.
Eigen::Quaterniond FromEuler(const Eigen::Vector3d& angles, const std::string& sequence);
/// By roll, pitch and yaw about fixed axes [rad], as URDF has them.
Eigen::Quaterniond FromRollPitchYaw(const Eigen::Vector3d& angles);

Eigen::Vector3d ToVector(const std::vector<double>& values);
std::vector<double> ToList(const Eigen::Vector3d& vector);

}  // namespace sinew::robots
