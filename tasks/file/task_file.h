#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/task_builder.h"
#include "tasks/file/reward_pieces.h"

namespace sinew::tasks {

/// A task that a user describes in a TOML file (section "task"; docs/own-robot.md).
struct TaskFileOptions {
  std::string model;  // MJCF; a relative path starts at the task file
  std::string goal = "reach";
  std::string site, object, root;  // end effector, what is pushed, what stands or runs
  std::string summary;
  double control_period = 0.02;  // [s]
  double time_limit = 2.5;       // [s]
  double torque_scale = 1;
  std::string gravity_compensation;  // body whose subtree is relieved of its weight
  std::vector<std::string> observation;

  // where the target may be [m]; amplitude and frequency [Hz] of a moving one
  std::vector<double> target_low, target_high;
  double target_amplitude = 0.1, target_frequency = 0.25;
  double target_height = 1, target_speed = 1;  // [m], [m/s]

  std::vector<double> reward_weights = std::vector<double>(RewardPieces().size(), 0.0);
  double precision_width = 0.05;  // [m]

  std::string reset_keyframe, reset_goal_keyframe;
  double reset_position = 0.1, reset_velocity = 0;  // spread of each joint [rad or m], [.../s]
  std::vector<double> object_low, object_high;      // where the object starts [m]

  double success_distance = 0.05;  // [m]
  int64_t success_hold = 10;       // control steps
  double end_height = 0;           // the root below it ends the episode [m]; 0: never
  double end_upright = -1;         // cosine of the tilt below which the episode ends; -1: never

  void Describe(OptionTable& table);
};

/// The task that a file describes.
/// @throws UserError with file and line for what does not parse; the model and the names in it are
/// looked at when the task is built.
std::unique_ptr<sim::TaskBuilder> ReadTaskFile(const std::filesystem::path& file);
/// ReadTaskFile for a file's content. @param file  stands for where it lies.
std::unique_ptr<sim::TaskBuilder> ParseTaskFile(std::string_view text,
                                                const std::filesystem::path& file);

/// A task of a file as a run or a policy recorded it: all options are still to be set.
/// @param name  the file's name, which is the task's.
std::unique_ptr<sim::TaskBuilder> MakeRecordedTaskFile(const std::string& name);

/// Whether a task's name is that of a task file.
inline bool IsTaskFile(const std::string& name) { return name.ends_with(".toml"); }

/// The file's model as an absolute path, for a record that outlives the present folder.
std::filesystem::path ModelOfTaskFile(const std::filesystem::path& file);

}  // namespace sinew::tasks
