#include "robots/study/task_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sinew::robots {
namespace {

constexpr double kPeriod = 0.02;  // [s]

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + '"';
}

std::string Corner(const Eigen::Vector3d& v) {
  const auto rounded = [](double x) { return std::round(x * 1000) / 1000 + 0.0; };
  return fmt::format("[{}, {}, {}]", rounded(v[0]), rounded(v[1]), rounded(v[2]));
}

std::string Reach(const TaskDraft& draft) {
  std::string text;
  if (draft.target) {
    text += fmt::format(
        "\n[task.target]               # a box that the end effector reaches in every corner [m]\n"
        "low = {}\nhigh = {}\n",
        Corner(draft.target->low), Corner(draft.target->high));
  }
  return text +
         "\n[task.reward]\n"
         "distance = 1.0\nprecision = 1.0\neffort = 0.01\n"
         "\n[task.success]\n"
         "distance = 0.05             # [m]\nhold = 10                   # control steps\n";
}

std::string Stand(const TaskDraft& draft) {
  return fmt::format(
      "\n[task.target]\n"
      "height = {0:.3f}              # of the root at the start [m]\n"
      "\n[task.reward]\n"
      "stand = 1.0\nupright = 0.5\neffort = 0.01\n"
      "\n[task.end]                  # a fall ends the episode\n"
      "height = {1:.3f}              # [m]\nupright = 0.3               # cosine of the tilt\n",
      draft.height, 0.5 * draft.height);
}

}  // namespace

double ControlPeriod(double timestep) {
  return std::max(1.0, std::round(kPeriod / timestep)) * timestep;
}

std::string WriteTask(const TaskDraft& draft) {
  const bool reach = draft.goal == "reach";
  std::string text =
      "# Written by sinew import; docs/own-robot.md says what may stand here.\n[task]\n";
  text += "model = \"model.xml\"\n";
  text += fmt::format("summary = {}\n", Quoted(draft.goal + " with " + draft.robot));
  text += fmt::format("goal = \"{}\"\n", draft.goal);
  text += reach ? fmt::format("site = {}\n", Quoted(draft.site))
                : fmt::format("root = {}\n", Quoted(draft.root));
  text += fmt::format("control_period = {}\n", draft.control_period);
  text += fmt::format("time_limit = {}\n", reach ? 2.5 : 5.0);
  if (draft.torque_scale < 1) text += fmt::format("torque_scale = {}\n", draft.torque_scale);
  if (!draft.gravity_compensation.empty())
    text += fmt::format("gravity_compensation = {}\n", Quoted(draft.gravity_compensation));
  text += fmt::format(
      "\n[task.reset]\nkeyframe = {}\nposition = {}              # each joint starts within this "
      "of it [rad, m]\n",
      Quoted(draft.keyframe), reach ? 0.2 : 0.05);
  return text + (reach ? Reach(draft) : Stand(draft));
}

}  // namespace sinew::robots
