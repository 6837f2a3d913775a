#include "media/plot.h"

#include <fmt/format.h>

#include <memory>
#include <set>

#include "apps/common/output_file.h"
#include "apps/sim/commands.h"
#include "training/study/curves.h"

namespace sinew::apps {
namespace {

struct PlotArguments {
  std::vector<std::string> runs;
  std::string out;
  media::PlotOptions options;
  bool force = false;
};

std::string Label(const training::LearningCurve& curve) {
  const std::string seeds = curve.seeds > 1 ? fmt::format(", {} seeds", curve.seeds) : "";
  return fmt::format("{} {}{}", curve.task, curve.agent, seeds);
}

media::Curve ToCurve(const std::string& label, const training::Band& band, double scale) {
  media::Curve curve{label, band.step, band.value, band.low, band.high};
  for (auto* values : {&curve.y, &curve.low, &curve.high}) {
    for (double& value : *values) value *= scale;
  }
  return curve;
}

// what doing nothing and anything get, once a task, from the first step of its curves to the last
void AddBaselines(const std::vector<training::LearningCurve>& curves, media::Panel* panel) {
  std::set<std::string> drawn;
  for (const training::LearningCurve& curve : curves) {
    const std::vector<double>& step = curve.episode_return.step;
    for (const auto& [name, mean] : curve.baselines) {
      const std::string label = fmt::format("{} {}", curve.task, name);
      if (!drawn.insert(label).second) continue;
      panel->curves.push_back(
          {label, {step.front(), step.back()}, {mean, mean}, {mean, mean}, {mean, mean}});
    }
  }
}

std::vector<media::Panel> MakePanels(const std::vector<training::LearningCurve>& curves) {
  media::Panel returns{"return", {}, {}}, success{"success [%]", {}, {{0, 100}}};
  for (const training::LearningCurve& curve : curves) {
    returns.curves.push_back(ToCurve(Label(curve), curve.episode_return, 1));
    if (curve.success_rate.step.empty()) continue;
    success.curves.push_back(ToCurve(Label(curve), curve.success_rate, 100));
  }
  AddBaselines(curves, &returns);
  if (success.curves.empty()) return {returns};
  return {returns, success};
}

void Plot(const PlotArguments& arguments) {
  CheckOutputFile(arguments.out, arguments.force);
  std::vector<training::RunCurve> runs;
  for (const std::string& run : arguments.runs) {
    runs.push_back(training::LoadRunCurve(training::RunFolder::Open(run)));
  }
  const auto curves = training::AggregateCurves(runs);
  media::PlotPanels(MakePanels(curves), arguments.options, arguments.out);
  fmt::print("{} runs: {}\n", runs.size(), arguments.out);
}

}  // namespace

void AddPlotCommand(CommandLine& program) {
  Command command = program.Add("plot");
  auto arguments = std::make_shared<PlotArguments>();
  command.Argument("runs", &arguments->runs, "run folders; those of one task and agent are seeds")
      .Required();
  command.Value("--out", &arguments->out, "*.png or *.svg").Required();
  command.Value("--title", &arguments->options.title, "above the curves");
  command.Value("--width", &arguments->options.width, "pixels").ShowDefault();
  command.Value("--height", &arguments->options.height, "pixels").ShowDefault();
  command.Flag("--force", &arguments->force, "overwrite the output file");
  command.Action([arguments] { Plot(*arguments); });
}

}  // namespace sinew::apps
