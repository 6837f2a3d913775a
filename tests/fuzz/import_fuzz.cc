// Import: any text is refused with an error of one line, or becomes a model that loads.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/files.h"
#include "robots/import.h"
#include "sim/simulation.h"

namespace {

namespace fs = std::filesystem;

// a folder of this process, with nothing in it but the text
const fs::path& Folder() {
  static const fs::path folder = [] {
    std::string name = (fs::temp_directory_path() / "sinew-fuzz-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    return fs::path(name);
  }();
  return folder;
}

sinew::robots::Limits SmallLimits() {
  sinew::robots::Limits limits;
  limits.elements = 300;
  limits.replicas = 50;
  return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fs::path file = Folder() / "robot.xml", out = Folder() / "out";
  sinew::WriteFileAtomically(file, {reinterpret_cast<const char*>(data), size}, sinew::Flush::kNo);
  try {
    const auto result =
        sinew::robots::ImportRobot({.file = file, .out = out, .limits = SmallLimits()});
    sinew::sim::Simulation::FromFile(result.model);
    if (!fs::exists(result.task) || !fs::exists(result.report_file)) std::abort();
  } catch (const sinew::Error& error) {
    const std::string_view what = error.what();
    if (what.empty() || what.find('\n') != what.npos || fs::exists(out)) std::abort();
  }
  fs::remove_all(out);
  return 0;
}
