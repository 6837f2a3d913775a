#include "deploy/export/export_readme.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "deploy/base/backend.h"
#include "deploy/base/c_text.h"
#include "deploy/c/c_command.h"

namespace sinew::deploy {
namespace {

constexpr std::string_view kTop = R"(# {task}, learned by {agent}

Raw observations go in, {what} come out; normalisation, clipping and limits are
inside. All files here hold the same policy ({hash}); `contract.json` says what it expects.
Hold it against its policy with `sinew verify` on this folder.

- Call it every {period} s. Training covered a latency of {latency} s at most from observation to command.
- Gravity compensation of the robot: {gravity}.
- Trained for {steps} steps (seed {seed}, commit {commit}); evaluated over {episodes} episodes: mean
  return {mean:.6g}, 95 % interval {low:.6g} to {high:.6g}.
)";

constexpr std::string_view kC = R"(
## C: {prefix}_policy.h

C99 (or C++17), header only, no heap, no library beyond libm; {numbers}.

```c
#include "{prefix}_policy.h"
{state}
void control_step(void) {{               /* every {period} s */
  float observation[{PREFIX}_OBS_DIM];
  {static}float {word}[{PREFIX}_ACT_DIM];
  read_sensors(observation);            /* order and units: table below */
  if ({call} != {PREFIX}_OK) {{
    stop_safely();                      /* {safe} */
    return;
  }}
  send_{word}s({word});                 /* {unit}, within the limits */
}}
```

- Cost: {parameters} parameters, {flash} bytes of constants, {stack} bytes of stack,
  {macs} multiply-accumulates a call.
- `make` compiles `{check}` and holds the header against golden vectors: do it on the target
  machine.
- `{action}` gives the normalised action in [-1, 1] instead; `{prefix}_outside_training`
  tells whether an observation lies outside of what the policy saw while it learned.
- An observation with NaN or infinity gives `{PREFIX}_BAD_OBSERVATION`: {safety}
)";

// of a policy that remembers
constexpr std::string_view kStateCode = R"(
static {prefix}_state state;             /* what the policy remembers: one for each robot */

void begin(void) {{ {prefix}_reset(&state); }} /* before the first step, and whenever the robot begins anew */
)";

constexpr std::string_view kSampleStep =
    R"(- `{prefix}_sample_step(&state, observation, noise, {word})` samples: `noise` holds {PREFIX}_ACT_DIM
  numbers from the standard normal distribution, drawn by the caller.
)";

constexpr std::string_view kOnnxState = R"(
The policy remembers: input `state` [batch, {state_dim}] is `next_state` of the step before, and at
the start of an episode what the metadata `sinew.state` gives as `initial`. A row whose status is not
0 leaves its state as it was.
)";

constexpr std::string_view kTorchScriptState = R"(
The policy remembers: `forward` takes `state` [batch, {state_dim}] last and gives the next one last;
`initial_state(batch)` is the state at the start of an episode.
)";

constexpr std::string_view kSample =
    R"(- `{prefix}_sample_{sampled}(observation, noise, {word})` samples: `noise` holds {PREFIX}_ACT_DIM numbers
  from the standard normal distribution, drawn by the caller.
)";

constexpr std::string_view kOnnx = R"(
## ONNX: policy.onnx

Opset 13. Input `observation` [batch, {obs_dim}]{noise_input}; outputs `{word}` [batch, {act_dim}] in
{unit}, `action` [batch, {act_dim}] in [-1, 1], `status` [batch, 1]: 0 all is well, 1 an input was not
finite, 2 the output was not; action and {word} are zero then{hold}. The contract stands in the metadata
as `sinew.contract`.
)";

constexpr std::string_view kTorchScript = R"(
## TorchScript: policy.pt

`torch.jit.load("policy.pt")` or `torch::jit::load`; `forward(observation{noise_argument})` gives
({word}, action, status) as the ONNX model does. The contract is the extra file `contract.json`.
)";

constexpr std::string_view kTables = R"(
## Contract

| # | observation | unit | frame | in training |
|---|---|---|---|---|
{observation}
| # | joint | actuator | kind | command | gives |
|---|---|---|---|---|---|
{joints}{laws})";

// a name inside a Markdown table
std::string Cell(const std::string& text) {
  std::string cell;
  for (const char c : text) cell += c == '|' || c == '\n' || c == '\r' || c == '`' ? '_' : c;
  return cell;
}

struct Words {
  std::string word, what, unit, safe, safety, hold;
};

Words WordsOf(const spec::Contract& contract) {
  Words words{
      spec::CommandWord(contract.action), "", spec::CommandUnit(contract.action), "", "", ""};
  if (IsTorqueOnly(contract)) {
    words.what = fmt::format("torques in {}", words.unit);
    words.safe = "all torques are zero";
    words.safety =
        "all torques are zero.\n  Without gravity compensation zero torque lets an arm "
        "fall: `stop_safely` is the machine's own\n  decision.";
    return words;
  }
  words.what = fmt::format("{}s in {}", words.word, words.unit);
  words.safe = "position targets are the last ones";
  words.safety =
      "position targets stay as the last call left them, so that drives hold, "
      "and speeds,\n  increments and torques become zero. Keep one array for all calls, "
      "and fill it with the present\n  positions before the first.";
  words.hold = ", but position targets are NaN: hold the last ones";
  return words;
}

std::string CSection(const ExportManifest& manifest, Format format, const CCost& cost) {
  const std::string prefix = PrefixOf(manifest, format);
  const bool fixed = format == Format::kCInt16;
  std::string text(kC);
  const bool state = cost.state_bytes > 0;
  if (manifest.stochastic && !fixed) text += state ? kSampleStep : kSample;
  const std::string declared =
      state ? fmt::format(fmt::runtime(kStateCode), fmt::arg("prefix", prefix)) : "";
  const Words words = WordsOf(manifest.contract);
  const bool torque = IsTorqueOnly(manifest.contract);
  return fmt::format(
      fmt::runtime(text), fmt::arg("word", words.word), fmt::arg("unit", words.unit),
      fmt::arg("safe", words.safe), fmt::arg("safety", words.safety),
      fmt::arg("sampled", torque ? "torque" : "command"),
      fmt::arg("static", torque ? "" : "static "), fmt::arg("prefix", prefix),
      fmt::arg("PREFIX", WithPrefix("@P@", prefix)),
      fmt::arg("numbers",
               fixed ? "whole numbers with weights of 16 bits, floating point at its two ends only"
                     : "32-bit floating point"),
      fmt::arg("state", declared),
      fmt::arg("call", state ? fmt::format("{}_step(&state, observation, {})", prefix, words.word)
                             : fmt::format("{0}_{1}(observation, {1})", prefix, words.word)),
      fmt::arg("action", prefix + (state ? "_step_action" : "_action")),
      fmt::arg("check", fixed ? "check_int16.c" : "check.c"),
      fmt::arg("period", manifest.contract.control_dt), fmt::arg("parameters", cost.parameters),
      fmt::arg("flash", cost.flash_bytes), fmt::arg("stack", cost.stack_bytes),
      fmt::arg("macs", cost.macs));
}

std::string Tables(const spec::Contract& contract) {
  std::string observation, joints, laws;
  for (size_t i = 0; i < contract.observation.size(); ++i) {
    const auto& element = contract.observation[i];
    observation += fmt::format("| {} | {} | {} | {} | {:.4g} to {:.4g} |\n", i, Cell(element.name),
                               Cell(element.unit), Cell(element.frame), element.training_low,
                               element.training_high);
  }
  for (size_t i = 0; i < contract.action.size(); ++i) {
    const auto& joint = contract.action[i];
    joints += fmt::format("| {} | {} | {} | {} | {:.6g} to {:.6g} {} | {:.6g} to {:.6g} {} |\n", i,
                          Cell(joint.name()), Cell(joint.actuator), spec::ToText(joint.kind),
                          joint.low(), joint.high(), joint.unit(), joint.torque_low,
                          joint.torque_high, joint.torque_unit());
    if (joint.is_servo()) laws += fmt::format("- {}\n", Cell(CommandLine(joint)));
  }
  if (!laws.empty()) laws = "\nThe laws of the servos, at the joints:\n\n" + laws;
  return fmt::format(fmt::runtime(kTables), fmt::arg("observation", observation),
                     fmt::arg("joints", joints), fmt::arg("laws", laws));
}

}  // namespace

std::string ExportReadme(const ExportManifest& manifest,
                         const std::vector<std::pair<Format, CCost>>& costs, int64_t state_dim) {
  const spec::Contract& contract = manifest.contract;
  const Words words = WordsOf(contract);
  std::string text = fmt::format(
      fmt::runtime(kTop), fmt::arg("task", Cell(contract.task)),
      fmt::arg("agent", Cell(contract.agent)), fmt::arg("what", words.what),
      fmt::arg("hash", manifest.policy_hash), fmt::arg("period", contract.control_dt),
      fmt::arg("latency", contract.latency),
      fmt::arg("gravity", contract.gravity_compensation ? "on" : "off"),
      fmt::arg("steps", contract.env_steps), fmt::arg("seed", contract.seed),
      fmt::arg("commit", Cell(contract.commit)), fmt::arg("episodes", contract.evaluation.episodes),
      fmt::arg("mean", contract.evaluation.mean), fmt::arg("low", contract.evaluation.ci95_low),
      fmt::arg("high", contract.evaluation.ci95_high));
  for (const auto& [format, cost] : costs) text += CSection(manifest, format, cost);
  const size_t obs_dim = contract.observation.size(), act_dim = contract.action.size();
  if (manifest.Find(Format::kOnnx)) {
    const std::string noise = fmt::format(" and `noise` [batch, {}]", act_dim);
    text += fmt::format(fmt::runtime(kOnnx), fmt::arg("word", words.word),
                        fmt::arg("unit", words.unit), fmt::arg("hold", words.hold),
                        fmt::arg("obs_dim", obs_dim), fmt::arg("act_dim", act_dim),
                        fmt::arg("noise_input", manifest.stochastic ? noise : ""));
    if (state_dim > 0) {
      text += fmt::format(fmt::runtime(kOnnxState), fmt::arg("state_dim", state_dim));
    }
  }
  if (manifest.Find(Format::kTorchScript)) {
    text += fmt::format(fmt::runtime(kTorchScript), fmt::arg("word", words.word),
                        fmt::arg("noise_argument", manifest.stochastic ? ", noise" : ""));
    if (state_dim > 0) {
      text += fmt::format(fmt::runtime(kTorchScriptState), fmt::arg("state_dim", state_dim));
    }
  }
  return text + Tables(contract);
}

std::string ExportMakefile(const ExportManifest& manifest) {
  std::vector<std::string> programs;
  std::string rules;
  for (const Format format : {Format::kC, Format::kCInt16}) {
    if (!manifest.Find(format)) continue;
    const std::string check = format == Format::kC ? "check" : "check_int16";
    programs.push_back(check);
    rules +=
        fmt::format("{0}: {0}.c {1}_policy.h {1}_golden.h\n\t$(CC) $(CFLAGS) -o $@ {0}.c -lm\n",
                    check, PrefixOf(manifest, format));
  }
  const std::string all = fmt::format("{}", fmt::join(programs, " "));
  std::string text =
      "CC ?= cc\nCFLAGS ?= -std=c99 -O3 -Wall -Wextra -Wpedantic\n\n.PHONY: run clean\nrun: " + all;
  for (const std::string& program : programs) text += "\n\t./" + program;
  return text + "\n" + rules + "clean:\n\trm -f " + all + "\n";
}

}  // namespace sinew::deploy
