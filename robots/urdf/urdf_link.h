#pragma once

#include <map>
#include <string>

#include "robots/mjcf/mjcf.h"
#include "robots/mjcf/pose.h"

namespace sinew::robots {

/// What <origin> says: xyz and rpy.
Pose OriginOf(const Element& element);
/// The vector of an attribute of a child, e.g. xyz of <axis>.
Eigen::Vector3d VectorOf(const Element& element, const char* child, const char* attribute,
                         const Eigen::Vector3d& fallback);

/// Writes the shapes and the inertia of links into bodies.
class LinkWriter {
 public:
  /// @param mjcf  the model that gets the meshes.
  LinkWriter(const Element& robot, Mjcf* mjcf);

  /// The mass of a link; 0 without one.
  static double MassOf(const Element& link);
  /// Adds <inertial>, corrected where no body could have it.
  void AddInertia(const Element& link, Element* body);
  /// A small mass for what moves and has none.
  void AddSmallInertia(const Element& link, Element* body);
  /// Adds the visual and collision shapes.
  void AddShapes(const Element& link, Element* body);

 private:
  void AddShape(const Element& shape, const std::string& name, bool collision, Element* body);
  std::string MeshFor(const Element& mesh);
  std::string ColourOf(const Element& visual) const;

  Mjcf* mjcf_;
  std::map<std::string, std::string> colours_;  // of the robot's materials
  std::map<std::string, std::string> meshes_;   // asset names by file and scale
};

}  // namespace sinew::robots
