#pragma once

#include <string>
#include <vector>

#include "sim/simulation.h"

namespace sinew::tasks {

/// What the pieces of a task file refer to in its model; -1 where the file names none.
struct TaskContext {
  std::vector<int> joints;     // every hinge and slide
  std::vector<double> ctrl;    // largest |control| of each actuator that an action commands
  int site = -1;               // end effector
  int target = -1;             // mocap index
  int object = -1, root = -1;  // bodies
  int path = -1;               // offset of the moving target's path in userdata
  double precision_width = 0.05;
  double target_height = 1, target_speed = 1;

  Eigen::Vector3d Site(const sim::Simulation& s) const { return s.SitePosition(site); }
  Eigen::Vector3d Object(const sim::Simulation& s) const { return s.BodyPosition(object); }
  Eigen::Vector3d Target(const sim::Simulation& s) const {
    return Eigen::Map<const Eigen::Vector3d>(s.data()->mocap_pos + 3 * target);
  }
  /// Height and uprightness of the root: 1 where its z axis points up, -1 where it points down.
  double Height(const sim::Simulation& s) const { return s.data()->xpos[3 * root + 2]; }
  double Upright(const sim::Simulation& s) const { return s.data()->xmat[9 * root + 8]; }
};

/// What a piece or a term needs the file to name.
enum class Needs {
  kNothing,
  kSite,
  kTarget,
  kSiteAndTarget,
  kObject,
  kObjectAndTarget,
  kSiteAndObject,
  kRoot,
  kMovingTarget
};

/// @throws UserError naming the option that is missing. @param what  "observation piece
/// 'site_position'".
void CheckNeeds(const TaskContext& context, Needs needs, const std::string& what);

}  // namespace sinew::tasks
