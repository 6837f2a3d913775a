#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "robots/tree/report.h"

namespace sinew::robots {

std::string NameOf(const mjModel* m, mjtObj type, int id);
bool IsScalar(const mjModel* m, int joint);  // a hinge or a slide

/// What kind of robot a compiled model is.
struct Anatomy {
  int root = 0;           // body below the world that most joints hang on
  int free_joint = -1;    // of the root, or -1
  int scalar_joints = 0;  // hinges and slides below the root
  int legs = 0;           // leaves of chains that end below the root's height
};

Anatomy StudyAnatomy(const mjModel* m);

/// Whether a robot that nothing fixes is one that walks: legs by name or by shape.
bool LooksLegged(const mjModel* m, const Anatomy& anatomy);

/// Hinges and slides between a body and the world, from the world on.
std::vector<int> ChainJoints(const mjModel* m, int body);

/// Where the end effector is: a site of the model, or a place in a body.
struct EndEffector {
  int site = -1;
  int body = 0;
  Eigen::Vector3d position = Eigen::Vector3d::Zero();  // in the body, without a site [m]
  std::string why;                                     // for the report
};

/// @param wanted  the name of a site or body; empty: a guess.
/// @throws UserError for a name that the model does not have.
EndEffector FindEndEffector(const mjModel* m, const Anatomy& anatomy, const std::string& wanted);

/// A pose to start from: joints at zero or, where their ranges exclude it, in the middle.
/// Joints that equality constraints couple follow.
std::vector<double> NeutralPose(const mjModel* m);
/// Brings joints that equality constraints couple to others to where these have them.
void FollowCouplings(const mjModel* m, double* qpos);

/// The lowest point of the robot's geoms that can touch something, in data with positions [m].
double LowestPoint(const mjModel* m, const mjData* d, int root);

/// Height of the ground: of the highest plane that others can touch; nothing without one.
std::optional<double> GroundHeight(const mjModel* m);

}  // namespace sinew::robots
