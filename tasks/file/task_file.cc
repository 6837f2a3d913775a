#include "tasks/file/task_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "robots/mjcf/versions.h"
#include "tasks/file/file_task.h"

namespace sinew::tasks {
namespace {

namespace fs = std::filesystem;

// "agent" of a line "[agent.noise]  # text"; empty for any other line
std::string_view SectionOf(std::string_view line) {
  static constexpr std::string_view kBlank = " \t\r\f\v";
  const auto skip_blanks = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  };
  skip_blanks();
  if (!line.starts_with('[')) return {};
  line.remove_prefix(1);
  skip_blanks();
  const auto is_name = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  const auto name_end = std::ranges::find_if_not(line, is_name);
  const std::string_view name = line.substr(0, static_cast<size_t>(name_end - line.begin()));
  line.remove_prefix(std::min(line.find(']'), line.size()));
  if (line.empty()) return {};
  line.remove_prefix(1);
  skip_blanks();
  return line.empty() || line.starts_with('#') ? name : std::string_view();
}

// The text without the lines of [agent], [train] and [curriculum], which are not for the task; line
// numbers stay.
std::string TaskSections(std::string_view text) {
  std::string kept;
  bool skip = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const std::string_view section = SectionOf(line);
    if (!section.empty())
      skip = section == "agent" || section == "train" || section == "curriculum";
    if (!skip) kept += line;
    kept += '\n';
    begin = end + 1;
  }
  return kept;
}

class Builder : public sim::TaskBuilder {
 public:
  explicit Builder(std::string name) : name_(std::move(name)) {}

  void Read(std::string_view text, const fs::path& file) {
    OptionTable task("task"), randomize("randomize");
    // not for the task: what stands in these has been taken out, and only their names are known
    // here
    OptionTable train("train"), agent("agent"), curriculum("curriculum");
    Describe(task);
    randomization.Describe(randomize);
    Config config;
    config.AddSection(&task);
    config.AddSection(&randomize);
    for (OptionTable* other : {&train, &agent, &curriculum}) config.AddSection(other);
    config.SetFromToml(TaskSections(text), file.string());
    if (options_.model.empty())
      throw UserError(fmt::format("{}: task.model names no MJCF", file.string()));
    options_.model = fs::absolute(file.parent_path() / options_.model).lexically_normal().string();
  }

  const std::string& model() const { return options_.model; }

 private:
  void DescribeOwn(OptionTable& table) override { options_.Describe(table); }
  std::shared_ptr<sim::Task> Make() const override {
    try {
      robots::RefuseUrdf(options_.model);
      return MakeFileTask(name_, options_);
    } catch (const UserError& error) {
      const std::string message = robots::BetterMessage(error.what(), options_.model);
      throw UserError(OneLine(fmt::format("{}: {}", name_, message)));
    }
  }

  std::string name_;
  TaskFileOptions options_;
};

std::unique_ptr<Builder> Read(std::string_view text, const fs::path& file) {
  auto builder = std::make_unique<Builder>(file.filename().string());
  builder->Read(text, file);
  return builder;
}

}  // namespace

void TaskFileOptions::Describe(OptionTable& table) {
  const std::vector<std::string> any;
  table.Add("model", &model, any, "MJCF, relative to the task file");
  table.Add("goal", &goal, {"reach", "track", "push", "stand", "run"}, "what is to be done");
  table.Add("site", &site, any, "end effector (reach, track, push)");
  table.Add("object", &object, any, "body that is pushed (push)");
  table.Add("root", &root, any, "body that stands or runs (stand, run)");
  table.Add("summary", &summary, any, "one line about the task");
  table.Add("control_period", &control_period, {1e-4, 1}, "between two actions", "s");
  table.Add("time_limit", &time_limit, {0.01, 1e4}, "length of an episode", "s");
  table.Add(
      "torque_scale", &torque_scale, {0.01, 1},
      "share of each actuator's range that an action of 1 commands; of a servo's targets, about "
      "the middle of its range");
  table.Add("gravity_compensation", &gravity_compensation, any,
            "body that is relieved of its weight with all that hangs on it; empty: none");
  table.Add("observation", &observation, "pieces of the observation; empty: those of the goal");
  table.Add("target.low", &target_low, {-1e3, 1e3},
            "lower corner of the box that targets are drawn from; empty: wherever the joints reach",
            "m");
  table.Add("target.high", &target_high, {-1e3, 1e3}, "upper corner of that box", "m");
  table.Add("target.amplitude", &target_amplitude, {0, 100}, "of a moving target, each axis", "m");
  table.Add("target.frequency", &target_frequency, {0, 100}, "of a moving target", "Hz");
  table.Add("target.height", &target_height, {1e-3, 1e3}, "of the root (stand)", "m");
  table.Add("target.speed", &target_speed, {1e-3, 1e3}, "of the root along x (run)", "m/s");
  for (size_t i = 0; i < RewardPieces().size(); ++i) {
    const RewardPiece& piece = RewardPieces()[i];
    table.Add("reward." + piece.name, &reward_weights[i], {0, 1e3}, "weight of " + piece.help);
  }
  table.Add("reward.precision_width", &precision_width, {1e-4, 10}, "of the precision terms", "m");
  table.Add("reset.keyframe", &reset_keyframe, any,
            "pose of the model to start from; empty: qpos0");
  table.Add("reset.goal_keyframe", &reset_goal_keyframe, any,
            "pose that reaches the goal, for [curriculum] to walk back from (reach, push)");
  table.Add("reset.position", &reset_position, {0, 10},
            "each hinge and slide starts within this of it", "rad or m");
  table.Add("reset.velocity", &reset_velocity, {0, 100}, "each starts within this of rest",
            "rad/s or m/s");
  table.Add("reset.object_low", &object_low, {-1e3, 1e3},
            "lower corner of the box that the object starts in; empty: where the pose has it", "m");
  table.Add("reset.object_high", &object_high, {-1e3, 1e3}, "upper corner of that box", "m");
  table.Add("success.distance", &success_distance, {1e-4, 10}, "to the target that counts", "m");
  table.Add("success.hold", &success_hold, {1, 1e5}, "control steps that it has to last", "steps");
  table.Add("end.height", &end_height, {0, 1e3}, "the root below it ends the episode; 0: never",
            "m");
  table.Add("end.upright", &end_upright, {-1, 1},
            "the cosine of the root's tilt below it ends the episode; -1: never");
}

std::unique_ptr<sim::TaskBuilder> ReadTaskFile(const fs::path& file) {
  return Read(ReadFile(file), file);
}

std::unique_ptr<sim::TaskBuilder> ParseTaskFile(std::string_view text, const fs::path& file) {
  return Read(text, file);
}

std::unique_ptr<sim::TaskBuilder> MakeRecordedTaskFile(const std::string& name) {
  return std::make_unique<Builder>(name);
}

fs::path ModelOfTaskFile(const fs::path& file) { return Read(ReadFile(file), file)->model(); }

}  // namespace sinew::tasks
