#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "robots/mjcf/mjcf.h"
#include "robots/tree/report.h"
#include "robots/tree/xml.h"

namespace sinew::robots {

/// What a user's robot is made of and where it goes.
struct ImportOptions {
  std::filesystem::path file{};  // an MJCF of any MuJoCo, or a URDF
  std::filesystem::path out{};   // a fresh folder
  std::string attach{};          // "gripper.xml@BODY_OR_SITE"; empty: nothing
  BaseKind base = BaseKind::kGuess;
  std::string end_effector{};                               // a body or site; empty: a guess
  std::map<std::string, std::filesystem::path> packages{};  // ROS packages by name
  bool allow_outside = false;  // files beyond the model's folder may be read
  Limits limits{};
};

/// What an import wrote.
struct ImportResult {
  std::filesystem::path model, task, report_file;
  Report report;
  bool floating = false;
  std::string goal;          // "reach" or "stand"
  std::string end_effector;  // the site of goal reach, or the root body of goal stand
};

/// Writes `out` with model.xml, task.toml, report.md and the assets that they need.
/// @throws UserError with the places of all that cannot be imported; nothing is left behind then.
ImportResult ImportRobot(const ImportOptions& options);

}  // namespace sinew::robots
