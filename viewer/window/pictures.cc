#include "viewer/window/pictures.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/files.h"
#include "media/film_strip.h"
#include "media/png.h"
#include "viewer/window/commands.h"
#include "viewer/window/scene.h"

namespace sinew::viewer {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kStripMoments = 5;
constexpr int kStripWidth = 320, kStripHeight = 400;  // of one moment [pixel]

Json StateJson(const ViewerState& state) {
  const Session& session = state.session;
  const Frame& frame = session.frame();
  const auto& simulation = session.env().simulation();
  const mjModel* model = simulation.model();
  const mjData* data = simulation.data();
  const auto numbers = [](const mjtNum* begin, int count) {
    return std::vector<double>(begin, begin + count);
  };
  return {{"task", session.spec().name},
          {"model_hash", simulation.model_hash()},
          {"seed", session.seed()},
          {"episode", frame.state.episode},
          {"step", frame.state.step},
          {"time", frame.time},
          {"return", frame.state.episode_return},
          {"state_hash", StateHash(frame.state.simulation)},
          {"policy",
           {{"label", frame.policy->label},
            {"hash", frame.policy->hash},
            {"env_steps", frame.policy->env_steps},
            {"exploring", session.disturbance.exploring}}},
          {"qpos", numbers(data->qpos, model->nq)},
          {"qvel", numbers(data->qvel, model->nv)},
          {"ctrl", numbers(data->ctrl, model->nu)},
          {"camera", state.scene.CameraName()}};
}

}  // namespace

void RecordFrames(ViewerState& state, double dt) {
  const double speed = state.pacer.unlimited() ? 1 : state.pacer.speed();
  const int due = state.recorder.Due(dt / speed);
  if (due == 0) return;
  state.scene.Update(state.shown().data(), state.perturbation.raw(), state.session.frame().pushes);
  if (Ghost* ghost = state.session.ghost()) state.scene.AddGhost(ghost->env().simulation());
  state.recorder.Add(state.scene.RenderImage(Recorder::kWidth, Recorder::kHeight), due);
}

std::filesystem::path SaveScreenshot(const ViewerState& state, const sim::Image& window) {
  auto path = NextFile(state, "sinew", "png");
  media::WritePng(path, window);
  auto beside = path;
  beside.replace_extension("json");
  WriteFileAtomically(beside, StateJson(state).dump(2) + "\n");
  return path;
}

std::filesystem::path SaveFilmStrip(ViewerState& state) {
  const History& history = state.session.history();
  const size_t begin = history.EpisodeBegin(), last = history.EpisodeEnd() - 1;
  sim::Simulation& stage = state.micro.simulation();
  state.micro.Clear();
  std::vector<sim::Image> moments;
  for (int i = 0; i < kStripMoments; ++i) {
    const size_t frame = begin + (last - begin) * i / (kStripMoments - 1);
    stage.RestoreState(history[frame].state.simulation);
    stage.Forward();
    state.scene.Update(stage.data(), state.perturbation.raw(), history[frame].pushes);
    moments.push_back(state.scene.RenderImage(kStripWidth, kStripHeight));
  }
  auto path = NextFile(state, "sinew-strip", "png");
  media::WritePng(path, media::FilmStrip(moments));
  return path;
}

}  // namespace sinew::viewer
