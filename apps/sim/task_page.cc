#include "apps/sim/task_page.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/common/rows.h"

namespace sinew::apps {
namespace {

using nlohmann::ordered_json;

// the title of each list of TaskAsJson
constexpr std::pair<const char*, const char*> kLists[] = {
    {"observation", "Observation"}, {"action", "Action"}, {"servo", "Servos"},
    {"driven", "Driven joints"},    {"reward", "Reward"}, {"success", "Success"},
    {"options", "Options"}};

// a limit that there is not is null
ordered_json Limit(double limit) {
  return std::isfinite(limit) ? ordered_json(limit) : ordered_json(nullptr);
}

ordered_json ActionRow(const spec::ActionElement& element) {
  return {{"joint", element.joint},
          {"actuator", element.actuator},
          {"kind", spec::ToText(element.kind)},
          {"unit", element.unit()},
          {"low", element.low()},
          {"high", element.high()},
          {"torque_low", Limit(element.torque_low)},
          {"torque_high", Limit(element.torque_high)},
          {"torque_unit", element.torque_unit()}};
}

std::string RangeText(const OptionTable::Entry& option) {
  if (!option.choices.empty()) return fmt::format("{}", fmt::join(option.choices, ", "));
  if (std::isinf(option.range.low) && std::isinf(option.range.high)) return "";
  return fmt::format("{:g} to {:g}", option.range.low, option.range.high);
}

std::string CellText(const ordered_json& cell) {
  if (cell.is_null()) return "none";
  if (cell.is_number_float()) return fmt::format("{:g}", cell.get<double>());
  return cell.is_string() ? cell.get<std::string>() : cell.dump();
}

std::string MarkdownTable(const ordered_json& rows) {
  std::string head, rule, body;
  for (const auto& [key, value] : rows.front().items()) {
    head += "| " + key + " ";
    rule += value.is_number() ? "|--:" : "|---";
  }
  for (const ordered_json& row : rows) {
    for (const auto& [key, value] : row.items()) {
      const bool is_code = (key == "name" || key == "joint" || key == "term" || key == "option");
      std::string text = CellText(value);
      for (size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.replace(at, 1, "\\|");
      body += is_code ? fmt::format("| `{}` ", text) : fmt::format("| {} ", text);
    }
    body += "|\n";
  }
  return head + "|\n" + rule + "|\n" + body;
}

// the laws of servos, and what tendons and axes give at each joint; nothing for plain motors
void AddServos(const spec::TaskSpec& spec, ordered_json* json) {
  for (const spec::ActionElement& element : spec.action) {
    if (element.is_servo()) {
      (*json)["servo"].push_back({{"joint", element.name()},
                                  {"law", spec::ToText(element.law)},
                                  {"kp", element.kp},
                                  {"kd", element.kd},
                                  {"increment", element.increment}});
    }
    if (!element.tendon && element.joints.size() == 1) continue;
    for (const spec::DrivenJoint& joint : element.joints) {
      (*json)["driven"].push_back({{"by", element.name()},
                                   {"joint", joint.joint},
                                   {"component", joint.component},
                                   {"arm", joint.arm},
                                   {"unit", joint.linear ? "N" : "N·m"},
                                   {"torque_low", Limit(joint.torque_low)},
                                   {"torque_high", Limit(joint.torque_high)}});
    }
  }
}

std::string Timing(const ordered_json& task) {
  return fmt::format("{:g} ms, {} physics steps of {:g} ms; an episode has at most {} of them",
                     1e3 * task["control_dt"].get<double>(), task["substeps"].get<int>(),
                     1e3 * task["timestep"].get<double>(), task["time_limit"].get<int>());
}

}  // namespace

ordered_json TaskAsJson(const sim::Task& task, const OptionTable& options) {
  const spec::TaskSpec& spec = task.spec();
  const sim::Simulation simulation = task.MakeSimulation();
  const mjModel* model = simulation.model();
  ordered_json json{{"name", spec.name},
                    {"summary", spec.summary},
                    {"asset", spec.asset},
                    {"obs_dim", spec.obs_dim()},
                    {"act_dim", spec.act_dim()},
                    {"control_dt", spec.control_dt},
                    {"substeps", spec.substeps},
                    {"timestep", model->opt.timestep},
                    {"time_limit", spec.time_limit},
                    {"gravity_compensation", spec.gravity_compensation}};
  for (const auto& [key, title] : kLists) json[key] = ordered_json::array();
  for (const spec::ObservationElement& element : spec.observation) {
    json["observation"].push_back({{"name", element.name},
                                   {"unit", element.unit},
                                   {"frame", sim::FrameOf(element, model)},
                                   {"magnitude", element.magnitude}});
  }
  for (const spec::ActionElement& element : spec.action) {
    json["action"].push_back(ActionRow(element));
  }
  AddServos(spec, &json);
  for (const spec::RewardTerm& term : spec.reward_terms)
    json["reward"].push_back({{"term", term.name}, {"value", term.help}});
  for (const spec::SuccessCriterion& criterion : spec.success) {
    json["success"].push_back({{"name", criterion.name},
                               {"tolerance_m", criterion.tolerance},
                               {"last_steps", criterion.hold_steps}});
  }
  for (const OptionTable::Entry& option : options.entries()) {
    json["options"].push_back({{"option", options.section() + "." + option.key},
                               {"default", option.default_text},
                               {"valid", RangeText(option)},
                               {"unit", option.unit},
                               {"meaning", option.help}});
  }
  return json;
}

std::string TaskAsText(const ordered_json& task) {
  std::string text =
      fmt::format("{}: {}\nmodel: {}{}\ncontrol period: {}\n", task["name"].get<std::string>(),
                  task["summary"].get<std::string>(),
                  task["asset"].get<std::string>().starts_with('/') ? "" : "assets/",
                  task["asset"].get<std::string>(), Timing(task));
  for (const auto& [key, title] : kLists) {
    if (!task[key].empty()) text += fmt::format("\n{}\n{}", title, FormatRows(task[key]));
  }
  return text;
}

std::string TaskAsMarkdown(const ordered_json& task) {
  const auto name = task["name"].get<std::string>(), asset = task["asset"].get<std::string>();
  std::string text = fmt::format(
      "# {0}\n\nMade by `sinew tasks {0} --markdown`.\n\n{1}. Model: "
      "[`{2}`](../../../assets/{2}). Control period: {3}. Gravity is {4}.\n",
      name, task["summary"].get<std::string>(), asset, Timing(task),
      task["gravity_compensation"].get<bool>() ? "compensated at the robot" : "not compensated");
  for (const auto& [key, title] : kLists) {
    const ordered_json& rows = task[key];
    if (rows.empty()) continue;
    const bool counted = key == std::string("observation") || key == std::string("action");
    const std::string count = counted ? fmt::format(" ({})", rows.size()) : "";
    text += fmt::format("\n## {}{}\n\n{}", title, count, MarkdownTable(rows));
  }
  return text;
}

}  // namespace sinew::apps
