#include "training/run/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "core/error.h"
#include "core/files.h"

namespace sinew::training {
namespace {

constexpr std::string_view kPrefix = "step-", kCheckpoint = ".ckpt", kPolicy = ".policy",
                           kUnfinished = ".ckpt.tmp-";

std::optional<int64_t> StepOf(const std::string& name, std::string_view suffix) {
  if (!name.starts_with(kPrefix) || !name.ends_with(suffix)) return std::nullopt;
  int64_t step = 0;
  const char* begin = name.data() + kPrefix.size();
  const char* end = name.data() + name.size() - suffix.size();
  const auto [stop, error] = std::from_chars(begin, end, step);
  if (error != std::errc() || stop != end) return std::nullopt;
  return step;
}

std::vector<int64_t> StepsIn(const std::filesystem::path& folder, std::string_view suffix) {
  std::vector<int64_t> steps;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (const auto step = StepOf(entry.path().filename().string(), suffix)) steps.push_back(*step);
  }
  std::ranges::sort(steps);
  return steps;
}

}  // namespace

RunFolder RunFolder::Create(const std::filesystem::path& root) {
  CreateFreshFolder(root);
  RunFolder folder(root);
  CreateFreshFolder(root / "checkpoints");
  CreateFreshFolder(root / "policies");
  return folder;
}

RunFolder RunFolder::Open(const std::filesystem::path& root) {
  RunFolder folder(root);
  for (const auto& file : {folder.manifest(), folder.config()}) {
    if (!std::filesystem::exists(file)) {
      throw UserError(fmt::format("{} is no run folder: it has no {}", root.string(),
                                  file.filename().string()));
    }
  }
  return folder;
}

std::filesystem::path RunFolder::checkpoint(int64_t step) const {
  return root_ / "checkpoints" / fmt::format("{}{:012}{}", kPrefix, step, kCheckpoint);
}

std::filesystem::path RunFolder::policy(int64_t step) const {
  return root_ / "policies" / fmt::format("{}{:012}{}", kPrefix, step, kPolicy);
}

std::vector<int64_t> RunFolder::Policies() const { return StepsIn(root_ / "policies", kPolicy); }

std::vector<int64_t> RunFolder::Checkpoints() const {
  return StepsIn(root_ / "checkpoints", kCheckpoint);
}

void RunFolder::PruneCheckpoints(int64_t keep) const {
  const auto steps = Checkpoints();
  for (size_t i = 0; i + keep < steps.size(); ++i) std::filesystem::remove(checkpoint(steps[i]));
  // what a killed run left behind in the middle of writing one
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(root_ / "checkpoints", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find(kUnfinished) != name.npos) std::filesystem::remove(entry.path(), ignored);
  }
}

RunLock::RunLock(const RunFolder& folder)
    : descriptor_(open(folder.root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0 || flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  close(descriptor_);
  throw UserError(fmt::format("{}: another process is training there", folder.root().string()));
}

RunLock::~RunLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace sinew::training
