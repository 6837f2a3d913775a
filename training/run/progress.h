#pragma once

#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "training/evaluation/statistics.h"

namespace sinew::training {

/// The latest evaluation as the progress line shows it.
struct EvaluationBrief {
  double mean = 0;
  Interval ci95;
  std::optional<double> success_rate{};  // in [0, 1]; empty for a task without a success criterion
};

/// Everything that one progress line tells.
struct ProgressState {
  std::string label{};  // "arm-reach ddpg"
  int64_t step = 0;
  int64_t total_steps = 0;
  double elapsed_seconds = 0;
  double steps_per_second = 0;  // 0: not known yet
  std::optional<EvaluationBrief> evaluation{};
  std::optional<double> last_return{};
};

/// Seconds as m:ss or h:mm:ss, rounded to the nearest.
std::string FormatDuration(double seconds);

/// A line without a line break, such as
///   arm-reach ddpg   52% ██████▌       0:32 ETA 0:29  eval -3.2 ±0.1  success 97%  12.4k steps/s
///   return -3.4
///
/// What is told depends on the room. In this order of importance: percent, bar, time, evaluation,
/// success, speed, last return, steps, label (which stands first).
/// @param width  terminal columns, never exceeded. The bar takes 10 to 30 of them and is left out
/// below 40.
/// @param utf8   block characters and ±; otherwise plain ASCII.
std::string FormatProgressLine(const ProgressState& state, int width, bool utf8);

/// The same facts without bar, in ASCII and at any length: for logs.
std::string FormatPlainLine(const ProgressState& state);

/// Whether the environment (LC_ALL, LC_CTYPE, LANG, in this order) asks for UTF-8.
bool LocaleIsUtf8();

/// Steps per second, smoothed exponentially over the time that passed (time constant 5 s), so that
/// the remaining time follows a change of speed but does not jump with every evaluation.
class RateMeter {
 public:
  explicit RateMeter(int64_t first_step) : step_(first_step) {}
  void Update(int64_t step, double elapsed_seconds);
  double steps_per_second() const { return rate_; }

 private:
  int64_t step_;
  double elapsed_ = 0;
  double rate_ = 0;
};

struct ProgressOptions {
  std::string label{};
  int64_t first_step = 0;  // where a resumed run begins
  int64_t total_steps = 0;
  bool quiet = false;              // nothing is ever written
  int descriptor = STDERR_FILENO;  // stdout stays free for --json
};

/// Tells a person how training goes. On a terminal one line is redrawn in place, at most ten times
/// a second and as wide as the window is at that moment; elsewhere a plain line stands at every
/// tenth of the way and at every evaluation. Failures to write are ignored: training does not
/// depend on who watches. Not thread-safe.
class ProgressReporter {
 public:
  explicit ProgressReporter(ProgressOptions options);

  /// @param elapsed_seconds  since training began or was resumed; never decreases.
  void Update(int64_t step, double elapsed_seconds);
  void ReportEvaluation(const EvaluationBrief& evaluation);
  void ReportReturn(double episode_return) { state_.last_return = episode_return; }
  /// A line of its own, above the progress line.
  void Message(std::string_view text);
  /// Draws the last state and ends the line; nothing may follow.
  void Finish();

 private:
  void Draw();
  void WriteOut(std::string_view text) const;

  ProgressOptions options_;
  ProgressState state_;
  RateMeter rate_;
  bool terminal_;
  bool utf8_;
  double next_look_ = 0;  // elapsed seconds at which rate and terminal line are due
  int tenths_written_;
};

}  // namespace sinew::training
