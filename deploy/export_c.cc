#include "deploy/export_c.h"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "deploy/c_text.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "sinew-export-1";

constexpr std::string_view kMakefile = R"(CC ?= cc
CFLAGS ?= -std=c99 -O3 -Wall -Wextra -Wpedantic

.PHONY: run clean
run: check
	./check
check: check.c @p@_policy.h @p@_golden.h
	$(CC) $(CFLAGS) -o $@ check.c -lm
clean:
	rm -f check
)";

constexpr std::string_view kReadme = R"(# {task} in C

`{prefix}_policy.h` is all that a controller needs: C99 (or C++17), no heap, no library beyond
libm. The raw observation goes in, torques in N·m come out; normalisation, clipping and torque
limits are inside.

```c
#include "{prefix}_policy.h"

void control_step(void) {{               /* every {period} s */
  float observation[{PREFIX}_OBS_DIM];
  float torque[{PREFIX}_ACT_DIM];
  read_sensors(observation);            /* order and units: table below */
  if ({prefix}_torque(observation, torque) != {PREFIX}_OK) {{
    stop_safely();                      /* all torques are zero */
    return;
  }}
  send_torques(torque);                 /* N·m, within the limits */
}}
```

- Robot: gravity compensation {gravity}.
- Cost: {parameters} parameters, {flash} bytes of constants, {stack} bytes of stack,
  {macs} multiply-accumulates a call.
- `make` compiles `check.c` and holds the header against {vectors} golden vectors: do it on
  the target machine.
- `{prefix}_action` gives the normalised action in [-1, 1] instead; `{prefix}_outside_training`
  tells whether an observation lies outside of what the policy saw while it learned.
- An observation with NaN or infinity gives `{PREFIX}_BAD_OBSERVATION` and zero torques.
  Without gravity compensation zero torque lets an arm fall: `stop_safely` is the machine's own
  decision.

| # | observation | unit | in training |
|---|---|---|---|
{observation}
| # | joint | N·m |
|---|---|---|
{joints})";

// a name inside a Markdown table
std::string Cell(const std::string& text) {
  std::string cell;
  for (const char c : text) cell += c == '|' || c == '\n' || c == '\r' || c == '`' ? '_' : c;
  return cell;
}

std::string Readme(const models::PolicyArtifact& artifact, const GoldenVectors& golden,
                   const std::string& prefix) {
  const models::Contract& contract = artifact.contract;
  std::string observation, joints;
  for (size_t i = 0; i < contract.observation.size(); ++i) {
    const auto& element = contract.observation[i];
    observation += fmt::format("| {} | {} | {} | {:.4g} to {:.4g} |\n", i, Cell(element.name),
                               Cell(element.unit), element.training_low, element.training_high);
  }
  for (size_t i = 0; i < contract.action.size(); ++i) {
    const auto& joint = contract.action[i];
    joints += fmt::format("| {} | {} | {:.6g} to {:.6g} |\n", i, Cell(joint.joint),
                          joint.torque_low, joint.torque_high);
  }
  const CCost cost = CostInC(artifact);
  return fmt::format(fmt::runtime(kReadme), fmt::arg("task", Cell(contract.task)),
                     fmt::arg("prefix", prefix), fmt::arg("PREFIX", WithPrefix("@P@", prefix)),
                     fmt::arg("period", contract.control_dt),
                     fmt::arg("gravity", contract.gravity_compensation ? "on" : "off"),
                     fmt::arg("parameters", cost.parameters), fmt::arg("flash", cost.flash_bytes),
                     fmt::arg("stack", cost.stack_bytes), fmt::arg("macs", cost.macs),
                     fmt::arg("vectors", golden.size()), fmt::arg("observation", observation),
                     fmt::arg("joints", joints));
}

std::string ContractFile(const models::PolicyArtifact& artifact, const std::string& prefix) {
  const CCost cost = CostInC(artifact);
  Json json{{"format", kFormat},
            {"prefix", prefix},
            {"policy_hash", models::PolicyHash(artifact)},
            {"parameters", cost.parameters},
            {"flash_bytes", cost.flash_bytes},
            {"stack_bytes", cost.stack_bytes},
            {"macs", cost.macs},
            {"contract", Json::parse(models::ContractToJson(artifact.contract))}};
  return json.dump(2) + "\n";
}

// a folder that is there whole or not at all
void FillFreshFolder(const fs::path& folder, const std::function<void()>& fill) {
  CreateFreshFolder(folder);
  try {
    fill();
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    throw;
  }
}

bool IsPrefix(const std::string& text) { return !text.empty() && CIdentifier(text) == text; }

}  // namespace

CExport ExportC(const models::PolicyArtifact& artifact, const GoldenVectors& golden,
                const fs::path& folder) {
  const std::string prefix = CIdentifier(artifact.contract.task);
  const CExport result{folder, folder / (prefix + "_policy.h"), CostInC(artifact)};
  FillFreshFolder(folder, [&] {
    WriteFileAtomically(result.header, CHeader(artifact, prefix));
    WriteFileAtomically(folder / (prefix + "_golden.h"), CGoldenHeader(golden, prefix));
    WriteFileAtomically(folder / "check.c", CCheckProgram(prefix));
    WriteFileAtomically(folder / "Makefile", WithPrefix(kMakefile, prefix));
    WriteFileAtomically(folder / "README.md", Readme(artifact, golden, prefix));
    WriteFileAtomically(folder / "contract.json", ContractFile(artifact, prefix));
    models::SavePolicy(folder / "policy.safetensors", artifact);
  });
  return result;
}

void ExportSafetensors(const models::PolicyArtifact& artifact, const fs::path& folder) {
  FillFreshFolder(folder, [&] {
    models::SavePolicy(folder / "policy.safetensors", artifact);
    WriteFileAtomically(folder / "contract.json",
                        ContractFile(artifact, CIdentifier(artifact.contract.task)));
  });
}

ExportedContract ReadExportedContract(const fs::path& folder) {
  const fs::path path = folder / "contract.json";
  if (!fs::exists(path)) {
    throw UserError(fmt::format(
        "'{}' holds no contract.json: expected a folder made by 'sinew export --format c'",
        folder.string()));
  }
  const Json json = Json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
  const auto text = [&json](const char* key) -> std::string {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  if (!json.is_object() || text("format") != kFormat || !IsPrefix(text("prefix")) ||
      !json.contains("contract")) {
    throw UserError(
        fmt::format("{}: not the contract of an exported policy, or damaged", path.string()));
  }
  return {models::ContractFromJson(json["contract"].dump(), path.string()), text("prefix"),
          text("policy_hash")};
}

}  // namespace sinew::deploy
