#include "viewer/viewer.h"

#include <fmt/format.h>
#include <imgui/imgui.h>
// recovery after an exception between Begin and End is declared nowhere else
#include <imgui/imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>
#include <vector>

#include "core/error.h"
#include "media/png.h"
#include "viewer/commands.h"
#include "viewer/gui.h"
#include "viewer/input.h"
#include "viewer/panels/layout.h"
#include "viewer/pictures.h"
#include "viewer/scene.h"
#include "viewer/settings.h"
#include "viewer/state.h"
#include "viewer/window.h"

namespace sinew::viewer {
namespace {

constexpr double kStepBudget = 0.025;  // wall time that control steps may take of a frame [s]

void Check(const ViewerOptions& options) {
  if (options.width < 320 || options.height < 240) {
    throw UserError(
        fmt::format("window of {}x{}: at least 320x240", options.width, options.height));
  }
  if (!(options.speed > 0)) {
    throw UserError(fmt::format("speed {} must be positive, or inf", options.speed));
  }
  for (const std::string& title : options.tabs) {
    if (std::ranges::any_of(Tabs(), [&](const Tab& tab) { return tab.title == title; })) continue;
    std::string known;
    for (const Tab& tab : Tabs()) known += (known.empty() ? "" : ", ") + std::string(tab.title);
    throw UserError(fmt::format("no tab '{}'; there are: {}", title, known));
  }
}

/// Owns everything that lives as long as the window, in the order in which it has to go.
class Viewer {
 public:
  Viewer(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
         const ViewerOptions& options)
      : options_(options),
        session_(task, std::move(source), {.seed = options.seed}),
        window_(options.width, options.height, Title(options, task->spec())),
        scale_(options.ui_scale > 0 ? static_cast<float>(options.ui_scale)
                                    : window_.content_scale()),
        scene_(session_.env().simulation().model(), scale_, window_.software(), Recorder::kWidth,
               Recorder::kHeight),
        state_{session_, scene_, Pacer(options.speed), MicroSteps(*session_.task())},
        input_(state_) {
    state_.paused = options.start_paused;
    state_.panels.fill(true);
    state_.panels[kSurvivalPanel] = state_.panels[kFieldPanel] = false;
    state_.ui_scale = scale_;
    state_.training = options.training;
    state_.task_options = options.task_options;
    state_.folder = options.folder;
    // before Dear ImGui, which chains to the callbacks it finds
    input_.Connect(window_);
    gui_ = std::make_unique<Gui>(window_.handle(), scale_);
    RememberLayout(&state_);
  }

  // after Dear ImGui has read what is remembered
  void OpenTabs() {
    for (const Tab& tab : Tabs()) {
      if (std::ranges::find(options_.tabs, tab.title) == options_.tabs.end()) continue;
      const size_t side = tab.side == Side::kLeft ? 0 : 1;
      state_.tabs[side] = tab.id;
      state_.tab_wanted[side] = true;
    }
  }

  void Run() {
    begin_ = Window::Now();
    if (!options_.episode.empty()) OpenFile(state_, options_.episode);
    while (!window_.should_close() && !state_.quit) {
      window_.PollEvents();
      AdvancePhysics();
      if (state_.training) state_.training->Refresh();
      window_.SetFullScreen(state_.full_screen);
      if (window_.width() > 0 && window_.height() > 0) DrawFrame();
      if (options_.on_frame && !options_.on_frame(state_)) return;
      if (options_.exit_after_s > 0 && Window::Now() - begin_ > options_.exit_after_s) return;
    }
  }

 private:
  static std::string Title(const ViewerOptions& options, const sim::TaskSpec& spec) {
    return options.title.empty() ? "Sinew: " + spec.name : options.title;
  }

  void AdvancePhysics() {
    const double begin = Window::Now(), dt = session_.spec().control_dt;
    state_.pacer.BeginFrame(begin, state_.paused);
    while (!state_.paused && !PictureDue() && state_.pacer.Due(dt) &&
           Window::Now() - begin < kStepBudget) {
      StepSession(state_);
      ++steps_;
      state_.pacer.Stepped(dt);
    }
    if (!state_.paused && !state_.pacer.unlimited() && state_.pacer.Due(dt)) ++state_.timing.missed;
    state_.pacer.EndFrame(dt);
    // a push that is held while paused is shown, and acts with the next step
    auto& simulation = session_.env().simulation();
    state_.push = state_.perturbation.Compute(simulation.model(), simulation.data());
  }

  // an error of MuJoCo's drawing or of a panel becomes a banner; the window stays
  void DrawFrame() {
    const double begin = Window::Now();
    gui_->BeginFrame();
    if (last_frame_ == 0) OpenTabs();
    state_.drawing_trouble.reset();
    try {
      state_.viewport = DrawLayout(state_, gui_->fonts(), begin);
    } catch (const std::exception& error) {
      state_.drawing_trouble = error.what();
      ImGui::ErrorCheckEndFrameRecover(nullptr);
    }
    state_.framebuffer_height = window_.height();
    if (last_frame_ == 0) scene_.ResetCamera(state_.aspect());
    const double panels = Window::Now();
    double scene = panels;
    try {
      UpdateScene();
      scene = Window::Now();
      scene_.Render(state_.viewport);
    } catch (const std::exception& error) {
      state_.drawing_trouble = error.what();
    }
    gui_->EndFrame();
    TakePictures();
    const double drawn = Window::Now();
    window_.Swap();
    MeasureFrame(1e3 * (panels - begin), 1e3 * (scene - panels), 1e3 * (drawn - scene));
  }

  void UpdateScene() {
    std::vector<Wrench> pushes;
    if (state_.push) pushes.push_back(state_.push);
    // the mouse's is among those of the frame, as it was then
    for (const Wrench& push : session_.frame().pushes) {
      if (push.body != state_.push.body) pushes.push_back(push);
    }
    scene_.Update(state_.shown().data(), state_.perturbation.raw(), pushes);
    if (Ghost* ghost = session_.ghost()) scene_.AddGhost(ghost->env().simulation());
  }

  void MeasureFrame(double panels_ms, double scene_ms, double opengl_ms) {
    const double now = Window::Now();
    const double rate = last_frame_ > 0 ? 1 / std::max(1e-6, now - last_frame_) : 0;
    last_frame_ = now;
    const auto smooth = [](double* average, double value) {
      *average = *average == 0 ? value : 0.9 * *average + 0.1 * value;
    };
    smooth(&state_.timing.panels_ms, panels_ms);
    smooth(&state_.timing.scene_ms, scene_ms);
    smooth(&state_.timing.opengl_ms, opengl_ms);
    smooth(&state_.timing.frame_rate, rate);
  }

  bool PictureDue() const {
    return !options_.screenshot_path.empty() && steps_ >= options_.screenshot_step;
  }

  void TakePictures() {
    // the second frame of a window is the first whose columns know their sizes
    if (PictureDue() && ++picture_frames_ > 2) {
      media::WritePng(options_.screenshot_path, window_.ReadPixels());
      state_.quit = true;
    }
    try {
      if (std::exchange(state_.screenshot_wanted, false)) {
        state_.Say("saved " + SaveScreenshot(state_, window_.ReadPixels()).string());
      }
      if (std::exchange(state_.film_strip_wanted, false)) {
        state_.Say("saved " + SaveFilmStrip(state_).string());
      }
    } catch (const std::exception& error) {
      state_.Say(error.what());
    }
  }

  ViewerOptions options_;
  Session session_;
  Window window_;
  float scale_;
  Scene scene_;
  ViewerState state_;
  Input input_;
  std::unique_ptr<Gui> gui_;
  double begin_ = 0, last_frame_ = 0;
  int steps_ = 0, picture_frames_ = 0;
};

}  // namespace

bool ViewerAvailable() { return true; }

void RunViewer(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
               const ViewerOptions& options) {
  Check(options);
  Viewer(std::move(task), std::move(source), options).Run();
}

}  // namespace sinew::viewer
