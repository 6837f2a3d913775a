// The task file: any text is refused with an error of one line, or describes a task of the sled
// that can be reset and stepped.

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "sim/env.h"
#include "tasks/file/task_file.h"
#include "tests/paths.h"

namespace {

constexpr int kSteps = 3;

// the text's own model would be any file of this computer
std::shared_ptr<const sinew::sim::Task> BuildForSled(std::string_view text) {
  const auto builder = sinew::tasks::ParseTaskFile(text, "fuzz.toml");
  sinew::OptionTable options("task");
  builder->Describe(options);
  options.Set("model", sinew::SourceDir() + "/tests/fuzz/sled.xml");
  return builder->Build();
}

void Drive(const std::shared_ptr<const sinew::sim::Task>& task) {
  sinew::sim::Env env(task, 1);
  const size_t size = env.observation().size();
  if (size == 0 || size != env.spec().observation.size()) std::abort();
  const std::vector<float> action(env.spec().action.size(), 1);
  for (int k = 0; k < kSteps; ++k) {
    if (env.Step(action).done()) env.Reset();
    if (env.observation().size() != size) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    Drive(BuildForSled({reinterpret_cast<const char*>(data), size}));
  } catch (const sinew::Error& error) {
    const std::string_view what = error.what();
    if (what.empty() || what.find('\n') != what.npos) std::abort();
  }
  return 0;
}
