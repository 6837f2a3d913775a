#include "viewer/viewer.h"

#include <fmt/format.h>
#include <imgui/imgui.h>
// recovery after an exception between Begin and End is declared nowhere else
#include <imgui/imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "media/png.h"
#include "viewer/panels/layout.h"
#include "viewer/window/commands.h"
#include "viewer/window/gui.h"
#include "viewer/window/input.h"
#include "viewer/window/pictures.h"
#include "viewer/window/scene.h"
#include "viewer/window/settings.h"
#include "viewer/window/state.h"
#include "viewer/window/window.h"

namespace sinew::viewer {
namespace {

constexpr double kStepBudget = 0.025;  // wall time that control steps may take of a frame [s]
constexpr double kLongestWithoutPicture = 0.15;  // at "as fast as possible" [s]
constexpr double kSoftwareFrameRate = 60;        // where no monitor sets the pace [1/s]

// what this thread has had of a processor [s]: other programs do not count
double ProcessorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void Check(const ViewerOptions& options) {
  if (options.width < 320 || options.height < 240) {
    throw UserError(
        fmt::format("window of {}x{}: at least 320x240", options.width, options.height));
  }
  if (!(options.speed > 0)) {
    throw UserError(fmt::format("speed {} must be positive, or inf", options.speed));
  }
  if (!(options.frame_rate >= 0)) {
    throw UserError(fmt::format("frame rate {} must not be negative", options.frame_rate));
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
        scene_(session_.env().simulation().model(), 1, window_.software(), Recorder::kWidth,
               Recorder::kHeight),
        state_{session_, scene_, Pacer(options.speed), MicroSteps(*session_.task())},
        input_(state_) {
    state_.paused = options.start_paused;
    state_.panels.fill(true);
    state_.panels[kSurvivalPanel] = state_.panels[kFieldPanel] = state_.panels[kScenePanel] = false;
    state_.training = options.training;
    state_.task_options = options.task_options;
    state_.folder = options.folder;
    // before Dear ImGui, which chains to the callbacks it finds
    input_.Connect(window_);
    gui_ = std::make_unique<Gui>(window_.handle(), 1, 1);
    RememberLayout(&state_);
    Rescale();
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

  FrameLog Run() {
    begin_ = Window::Now();
    if (!options_.episode.empty()) OpenFile(state_, options_.episode);
    while (!window_.should_close() && !state_.quit) {
      frame_begin_ = Window::Now();
      window_.PollEvents();
      AdvancePhysics();
      if (state_.training) state_.training->Refresh();
      window_.SetFullScreen(state_.full_screen);
      if (window_.width() > 0 && window_.height() > 0) DrawFrame();
      if (options_.on_frame && !options_.on_frame(state_)) break;
      if (options_.exit_after_s > 0 && Window::Now() - begin_ > options_.exit_after_s) break;
      Rest();
    }
    return state_.frames;
  }

 private:
  static std::string Title(const ViewerOptions& options, const spec::TaskSpec& spec) {
    return options.title.empty() ? "Sinew: " + spec.name : options.title;
  }

  // the monitor sets the pace, or what was asked for
  void Rest() const {
    const double asked = options_.frame_rate > 0 ? options_.frame_rate : kSoftwareFrameRate;
    const bool paced = options_.frame_rate > 0 || window_.software();
    if (!paced || (state_.pacer.unlimited() && !state_.paused)) return;
    const double left = frame_begin_ + 1 / asked - Window::Now();
    if (left > 0) std::this_thread::sleep_for(std::chrono::duration<double>(left));
  }

  // The monitor's size of text, times the user's. Windows move to other monitors.
  void Rescale() {
    const double own = options_.ui_scale > 0 ? options_.ui_scale : window_.content_scale();
    const auto scale = static_cast<float>(own) * state_.text_size;
    const auto pixels = static_cast<float>(window_.pixel_ratio());
    if (scale == state_.ui_scale && pixels == pixels_) return;
    gui_->Rescale(scale, pixels);
    scene_.SetFontScale(scale * pixels);
    state_.ui_scale = scale;
    pixels_ = pixels;
  }

  // as fast as possible: drawing takes a quarter of the time, as long as one can still see it move
  double StepBudget() const {
    if (!state_.pacer.unlimited()) return kStepBudget;
    return std::clamp(3 * drawing_s_, kStepBudget, kLongestWithoutPicture);
  }

  void AdvancePhysics() {
    const double begin = Window::Now(), dt = session_.spec().control_dt;
    const double budget = StepBudget();
    const StepTiming before = session_.timing();
    if (PictureDue()) return;
    state_.pacer.BeginFrame(begin, state_.paused);
    while (!state_.paused && !PictureDue() && state_.pacer.Due(dt) &&
           Window::Now() - begin < budget) {
      StepSession(state_);
      ++steps_;
      state_.pacer.Stepped(dt);
    }
    const StepTiming& now = session_.timing();
    sample_ = {};
    sample_.physics_ms = now.all_physics_ms - before.all_physics_ms;
    sample_.policy_ms = now.all_policy_ms - before.all_policy_ms;
    sample_.steps = static_cast<int>(now.steps - before.steps);
    sample_.missed = state_.pacer.EndFrame(dt);
    // a push that is held while paused is shown, and acts with the next step
    auto& simulation = session_.env().simulation();
    state_.push = state_.perturbation.Compute(simulation.model(), simulation.data());
  }

  // an error of MuJoCo's drawing or of a panel becomes a banner; the window stays
  void DrawFrame() {
    const double begin = Window::Now(), panels = ProcessorSeconds();
    Rescale();
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
    gui_->EndFrame();
    const double scene = ProcessorSeconds();
    sample_.panels_ms = 1e3 * (scene - panels);
    double opengl = Window::Now();
    try {
      UpdateScene();
      sample_.scene_ms = 1e3 * (ProcessorSeconds() - scene);
      opengl = Window::Now();
      scene_.Render(state_.viewport);
    } catch (const std::exception& error) {
      state_.drawing_trouble = error.what();
    }
    gui_->Draw();
    TakePictures();
    sample_.opengl_ms = 1e3 * (Window::Now() - opengl);
    window_.Swap();
    // a graphics card waits for the monitor here, a processor draws
    if (window_.software()) sample_.opengl_ms = 1e3 * (Window::Now() - opengl);
    drawing_s_ = Window::Now() - begin;
    MeasureFrame();
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

  void MeasureFrame() {
    const double before = std::exchange(last_frame_, frame_begin_);
    if (before == 0) return;  // the first one also makes fonts and buffers
    sample_.interval_ms = 1e3 * (frame_begin_ - before);
    state_.frames.Add(sample_);
  }

  bool PictureDue() const {
    return !options_.screenshot_path.empty() && steps_ >= options_.screenshot_step;
  }

  void TakePictures() {
    // columns know their sizes, and those of remembered text, after a few frames
    if (PictureDue() && ++picture_frames_ > 4) {
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
  Scene scene_;
  ViewerState state_;
  Input input_;
  std::unique_ptr<Gui> gui_;
  float pixels_ = 1;      // of the framebuffer in one screen coordinate
  FrameSample sample_{};  // of the picture that is being made
  double drawing_s_ = 0;  // what the last one took
  double begin_ = 0, frame_begin_ = 0, last_frame_ = 0;
  int steps_ = 0, picture_frames_ = 0;
};

}  // namespace

bool ViewerAvailable() { return true; }

FrameLog RunViewer(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
                   const ViewerOptions& options) {
  Check(options);
  return Viewer(std::move(task), std::move(source), options).Run();
}

}  // namespace sinew::viewer
