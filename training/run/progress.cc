#include "training/run/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace sinew::training {
namespace {

constexpr std::string_view kGap = "  ";
constexpr double kSecondsBetweenLooks = 0.1;
constexpr double kRateTimeConstant = 5;  // seconds
constexpr int kMinBar = 10, kMaxBar = 30;
constexpr int kNarrowestWithBar = 40;  // columns

// 5200 -> "5.2k"; three digits are enough to see it move
std::string ShortNumber(double value) {
  if (value < 1000) return fmt::format("{:.0f}", value);
  if (value < 999.5e3) return fmt::format("{:.3g}k", value / 1e3);
  if (value < 999.5e6) return fmt::format("{:.3g}M", value / 1e6);
  return fmt::format("{:.3g}G", value / 1e9);
}

double Fraction(const ProgressState& state) {
  if (state.total_steps <= 0) return 0;
  return std::clamp(static_cast<double>(state.step) / state.total_steps, 0.0, 1.0);
}

std::string TimeField(const ProgressState& state) {
  const std::string elapsed = FormatDuration(state.elapsed_seconds);
  const int64_t left = state.total_steps - state.step;
  if (left <= 0) return elapsed;
  if (state.steps_per_second <= 0) return elapsed + " ETA -";
  return fmt::format("{} ETA {}", elapsed, FormatDuration(left / state.steps_per_second));
}

// What may stand behind the bar, most important first.
std::vector<std::string> Fields(const ProgressState& state, bool utf8) {
  std::vector<std::string> fields = {TimeField(state)};
  if (state.evaluation) {
    const Interval& ci = state.evaluation->ci95;
    fields.push_back(fmt::format("eval {:.4g} {}{:.2g}", state.evaluation->mean, utf8 ? "±" : "+-",
                                 (ci.high - ci.low) / 2));
    if (state.evaluation->success_rate) {
      fields.push_back(fmt::format("success {:.0f}%", 100 * *state.evaluation->success_rate));
    }
  }
  if (state.steps_per_second > 0)
    fields.push_back(fmt::format("{} steps/s", ShortNumber(state.steps_per_second)));
  if (state.last_return) fields.push_back(fmt::format("return {:.4g}", *state.last_return));
  fields.push_back(fmt::format("{}/{}", ShortNumber(state.step), ShortNumber(state.total_steps)));
  return fields;
}

// Terminal columns of a UTF-8 string whose characters are all one column wide: its bytes but for
// continuation bytes.
int Columns(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string FirstColumns(std::string_view text, int width) {
  size_t end = 0;
  for (int columns = 0; end < text.size(); ++end) {
    if ((text[end] & 0xC0) != 0x80 && columns++ == width) break;
  }
  return std::string(text.substr(0, end));
}

// `columns` wide, filled to the eighth of a character where blocks can be shown.
std::string Bar(double fraction, int columns, bool utf8) {
  static constexpr std::array<const char*, 8> kPartial = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::floor(fraction * columns * 8));
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += utf8 ? "█" : "#";
  if (utf8) bar += kPartial[eighths % 8];
  const std::string rest(columns - Columns(bar), utf8 ? ' ' : '.');
  return bar + rest;
}

int TerminalWidth(int descriptor) {
  winsize size{};
  const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

std::string FormatDuration(double seconds) {
  if (!(seconds < 360000000)) return "-";  // beyond a decade, or NaN
  const int64_t whole = std::llround(std::max(seconds, 0.0));
  const int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, whole % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
}

std::string FormatProgressLine(const ProgressState& state, int width, bool utf8) {
  const double fraction = Fraction(state);
  std::string head = fmt::format("{:3.0f}%", std::floor(100 * fraction));
  const int reserved = width >= kNarrowestWithBar ? kMinBar + 1 : 0;
  const auto fits = [&](const std::string& tail) {
    return Columns(head) + reserved + Columns(tail) <= width;
  };

  // as many fields as fit; the bar takes what they leave
  std::string tail;
  bool all = true;
  for (const std::string& field : Fields(state, utf8)) {
    const std::string longer = fmt::format("{}{}{}", tail, kGap, field);
    all = all && fits(longer);
    if (all) tail = longer;
  }
  const std::string label = state.label + std::string(kGap);
  if (all && !state.label.empty() && fits(label + tail)) head = label + head;
  if (reserved > 0) {
    const int room = width - Columns(head) - Columns(tail) - 1;
    head += fmt::format(" {}", Bar(fraction, std::min(room, kMaxBar), utf8));
  }
  return FirstColumns(head + tail, width);
}

std::string FormatPlainLine(const ProgressState& state) {
  std::string line = state.label.empty() ? "" : state.label + std::string(kGap);
  line += fmt::format("{:3.0f}%", std::floor(100 * Fraction(state)));
  for (const std::string& field : Fields(state, /*utf8=*/false)) line.append(kGap).append(field);
  return line;
}

bool LocaleIsUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == 0) continue;
    std::string lower = value;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

void RateMeter::Update(int64_t step, double elapsed_seconds) {
  const double seconds = elapsed_seconds - elapsed_;
  if (seconds <= 0) return;
  const double rate = (step - step_) / seconds;
  // the first measurement counts in full
  const double weight = rate_ == 0 ? 1 : 1 - std::exp(-seconds / kRateTimeConstant);
  rate_ += weight * (rate - rate_);
  step_ = step;
  elapsed_ = elapsed_seconds;
}

ProgressReporter::ProgressReporter(ProgressOptions options)
    : options_(std::move(options)),
      rate_(options_.first_step),
      terminal_(isatty(options_.descriptor) == 1),
      utf8_(LocaleIsUtf8()) {
  state_.label = options_.label;
  state_.step = options_.first_step;
  state_.total_steps = options_.total_steps;
  tenths_written_ = static_cast<int>(10 * Fraction(state_));
}

void ProgressReporter::Update(int64_t step, double elapsed_seconds) {
  state_.step = step;
  state_.elapsed_seconds = elapsed_seconds;
  const bool due = elapsed_seconds >= next_look_;
  if (due) {
    rate_.Update(step, elapsed_seconds);
    state_.steps_per_second = rate_.steps_per_second();
    next_look_ = elapsed_seconds + kSecondsBetweenLooks;
  }
  if (terminal_ ? due : static_cast<int>(10 * Fraction(state_)) > tenths_written_) Draw();
}

void ProgressReporter::ReportEvaluation(const EvaluationBrief& evaluation) {
  state_.evaluation = evaluation;
  Draw();
}

void ProgressReporter::Message(std::string_view text) {
  WriteOut(fmt::format("{}{}\n", terminal_ ? "\r\x1b[K" : "", text));
  if (terminal_) Draw();
}

void ProgressReporter::Finish() {
  if (terminal_) {
    Draw();
    WriteOut("\n");
  } else if (tenths_written_ < 10) {
    Draw();
  }
}

void ProgressReporter::Draw() {
  tenths_written_ = static_cast<int>(10 * Fraction(state_));
  if (terminal_) {
    // one column stays free: some terminals wrap when the last one is written
    const int width = TerminalWidth(options_.descriptor) - 1;
    WriteOut(fmt::format("\r{}\x1b[K", FormatProgressLine(state_, width, utf8_)));
  } else {
    WriteOut(FormatPlainLine(state_) + "\n");
  }
}

void ProgressReporter::WriteOut(std::string_view text) const {
  if (options_.quiet) return;
  [[maybe_unused]] const ssize_t result = write(options_.descriptor, text.data(), text.size());
}

}  // namespace sinew::training
