#include "viewer/viewer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "core/error.h"
#include "media/png.h"
#include "viewer/commands.h"
#include "viewer/gui.h"
#include "viewer/input.h"
#include "viewer/panels/layout.h"
#include "viewer/scene.h"
#include "viewer/settings.h"
#include "viewer/state.h"
#include "viewer/window.h"

namespace sinew::viewer {
namespace {

constexpr double kStepBudget = 0.025;  // wall time that control steps may take of a frame [s]
constexpr double kNoticeSeconds = 4;

void Check(const ViewerOptions& options) {
  if (options.width < 320 || options.height < 240) {
    throw UserError(
        fmt::format("window of {}x{}: at least 320x240", options.width, options.height));
  }
  if (!(options.speed > 0)) {
    throw UserError(fmt::format("speed {} must be positive, or inf", options.speed));
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
        scene_(session_.env().simulation().model(), scale_, window_.software()),
        state_{session_, scene_, Pacer(options.speed), {}},
        input_(state_) {
    state_.paused = options.start_paused;
    state_.panels.fill(true);
    state_.ui_scale = scale_;
    // before Dear ImGui, which chains to the callbacks it finds
    input_.Connect(window_);
    gui_ = std::make_unique<Gui>(window_.handle(), scale_);
    RememberLayout(&state_);
  }

  void Run() {
    begin_ = Window::Now();
    while (!window_.should_close() && !state_.quit) {
      window_.PollEvents();
      AdvancePhysics();
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
    state_.pacer.EndFrame(dt);
    // a push that is held while paused is shown, and acts with the next step
    auto& simulation = session_.env().simulation();
    state_.push = state_.perturbation.Compute(simulation.model(), simulation.data());
  }

  // an error of MuJoCo's drawing becomes a banner; the window stays
  void DrawFrame() {
    const double begin = Window::Now();
    gui_->BeginFrame();
    state_.viewport = DrawLayout(state_, gui_->fonts(), begin);
    state_.framebuffer_height = window_.height();
    if (last_frame_ == 0) scene_.ResetCamera(state_.aspect());
    try {
      auto& simulation = session_.env().simulation();
      scene_.Update(simulation.data(), state_.perturbation.raw(), state_.push);
      scene_.Render(state_.viewport);
      state_.drawing_trouble.reset();
    } catch (const std::exception& error) {
      state_.drawing_trouble = error.what();
    }
    gui_->EndFrame();
    TakePictures();
    const double drawn = Window::Now();
    window_.Swap();
    MeasureFrame(1e3 * (drawn - begin));
  }

  void MeasureFrame(double draw_ms) {
    const double now = Window::Now();
    const double rate = last_frame_ > 0 ? 1 / std::max(1e-6, now - last_frame_) : 0;
    last_frame_ = now;
    const auto smooth = [](double* average, double value) {
      *average = *average == 0 ? value : 0.9 * *average + 0.1 * value;
    };
    smooth(&state_.draw_ms, draw_ms);
    smooth(&state_.frame_rate, rate);
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
    if (!state_.screenshot_wanted) return;
    state_.screenshot_wanted = false;
    std::filesystem::path path;
    do {
      path = fmt::format("sinew-{:04d}.png", ++pictures_);
    } while (std::filesystem::exists(path));
    try {
      media::WritePng(path, window_.ReadPixels());
      state_.notice = "saved " + path.string();
    } catch (const Error& error) {
      state_.notice = error.what();
    }
    state_.notice_until = Window::Now() + kNoticeSeconds;
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
  int steps_ = 0, picture_frames_ = 0, pictures_ = 0;
};

}  // namespace

bool ViewerAvailable() { return true; }

void RunViewer(std::shared_ptr<const sim::Task> task, std::unique_ptr<PolicySource> source,
               const ViewerOptions& options) {
  Check(options);
  Viewer(std::move(task), std::move(source), options).Run();
}

void RunViewer(std::shared_ptr<const sim::Task> task, std::unique_ptr<sim::Policy> policy,
               const ViewerOptions& options) {
  RunViewer(std::move(task), std::make_unique<FixedPolicySource>(std::move(policy)), options);
}

}  // namespace sinew::viewer
