#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "core/error.h"
#include "tasks/registry.h"

namespace sinew::tasks {

/// A sled with a puck before it, in a folder of its own.
class TaskFileTest : public testing::Test {
 protected:
  TaskFileTest() {
    std::string name = (std::filesystem::path(testing::TempDir()) / "sinew-task-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::ofstream(folder_ / "sled.xml") << R"(<mujoco>
      <option timestep="0.01"/>
      <worldbody>
        <body name="sled" pos="0 0 0.5">
          <joint name="rail" type="slide" axis="1 0 0" damping="1" limited="true" range="-1 1"/>
          <geom name="sled" type="sphere" size="0.05" mass="1"/>
          <site name="tip"/>
        </body>
        <body name="puck" pos="0.4 0 0.5">
          <joint name="puck" type="slide" axis="1 0 0" damping="0.1"/>
          <geom name="puck" type="sphere" size="0.05" mass="0.1"/>
        </body>
      </worldbody>
      <actuator><motor name="push" joint="rail" ctrllimited="true" ctrlrange="-5 5"/></actuator>
      <sensor><jointvel name="speed" joint="rail"/></sensor>
      <keyframe><key name="left" qpos="-0.5 0.1"/></keyframe>
    </mujoco>)";
  }
  ~TaskFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& text) const {
    const std::filesystem::path file = folder_ / "sled.toml";
    std::ofstream(file) << text;
    return file.string();
  }
  std::shared_ptr<const sim::Task> Make(const std::string& text) const {
    return MakeTask(Write(text));
  }
  std::string ErrorOf(const std::string& text) const {
    try {
      Make(text);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_;
};

inline const std::string kReach = R"([task]
model = "sled.xml"
goal = "reach"
site = "tip"
[task.target]
low = [-0.5, 0, 0.5]
high = [0.5, 0, 0.5]
[task.reward]
distance = 2.0
effort = 0.5
)";

}  // namespace sinew::tasks
