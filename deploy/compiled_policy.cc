#include "deploy/compiled_policy.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "deploy/c_header.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;

// A folder of our own, readable by nobody else, gone at the end of the scope.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string name = (fs::temp_directory_path() / "sinew-XXXXXX").string();
    if (!::mkdtemp(name.data())) {
      throw Error(fmt::format("cannot create the folder '{}': {}", name, std::strerror(errno)));
    }
    path_ = name;
  }
  ~PrivateFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Runs a program without a shell, its output going to `log`. @return its wait status.
int RunProgram(const std::vector<std::string>& arguments, const fs::path& log) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw Error(fmt::format(
        "cannot run the C compiler '{}': {}; install gcc or clang, or name another compiler",
        arguments[0], std::strerror(error)));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// the first line that says "error", or the first at all
std::string FirstComplaint(const std::string& log) {
  const size_t error = log.find("error");
  const size_t begin = error == std::string::npos ? 0 : log.rfind('\n', error) + 1;
  return log.substr(begin, log.find('\n', begin) - begin);
}

void Compile(const fs::path& folder, const std::string& prefix, const std::string& compiler,
             const fs::path& work) {
  WriteFileAtomically(work / "policy.c", CSharedObject(prefix));
  const fs::path log = work / "log.txt";
  const int status = RunProgram(
      {compiler, "-std=c99", "-O3", "-fPIC", "-shared", "-I", fs::absolute(folder).string(),
       (work / "policy.c").string(), "-o", (work / "policy.so").string(), "-lm"},
      log);
  if (status != 0) {
    throw UserError(
        fmt::format("'{}' does not compile: {}", folder.string(), FirstComplaint(ReadFile(log))));
  }
}

}  // namespace

struct CompiledPolicy::Functions {
  explicit Functions(const fs::path& object)
      : handle(::dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL), ::dlclose) {
    if (!handle) throw Error(fmt::format("cannot load the compiled policy: {}", ::dlerror()));
    Find("sinew_obs_dim", &obs_dim);
    Find("sinew_act_dim", &act_dim);
    Find("sinew_golden_count", &golden_count);
    Find("sinew_policy_hash", &policy_hash);
    Find("sinew_golden_observation", &golden_observation);
    Find("sinew_golden_torque", &golden_torque);
    Find("sinew_action", &action);
    Find("sinew_torque", &torque);
  }

  template <class Function>
  void Find(const char* name, Function** function) {
    *function = reinterpret_cast<Function*>(::dlsym(handle.get(), name));
    if (!*function) throw Error(fmt::format("the compiled policy has no '{}'", name));
  }

  std::unique_ptr<void, int (*)(void*)> handle;
  int (*obs_dim)();
  int (*act_dim)();
  int (*golden_count)();
  const char* (*policy_hash)();
  const float* (*golden_observation)();
  const float* (*golden_torque)();
  int (*action)(const float*, float*);
  int (*torque)(const float*, float*);
};

CompiledPolicy::CompiledPolicy(const fs::path& folder, const std::string& prefix,
                               const std::string& compiler) {
  const PrivateFolder work;
  Compile(folder, prefix, compiler, work.path());
  functions_ = std::make_unique<Functions>(work.path() / "policy.so");
}

CompiledPolicy::~CompiledPolicy() = default;

int CompiledPolicy::obs_dim() const { return functions_->obs_dim(); }
int CompiledPolicy::act_dim() const { return functions_->act_dim(); }
std::string CompiledPolicy::policy_hash() const { return functions_->policy_hash(); }

GoldenVectors CompiledPolicy::golden() const {
  GoldenVectors golden{obs_dim(), act_dim(), {}, {}, {}};
  const int count = functions_->golden_count();
  const float* observation = functions_->golden_observation();
  const float* torque = functions_->golden_torque();
  golden.observation.assign(observation, observation + static_cast<ptrdiff_t>(count) * obs_dim());
  golden.torque.assign(torque, torque + static_cast<ptrdiff_t>(count) * act_dim());
  return golden;
}

int CompiledPolicy::Action(std::span<const float> observation, std::span<float> action) const {
  return functions_->action(observation.data(), action.data());
}

int CompiledPolicy::Torque(std::span<const float> observation, std::span<float> torque) const {
  return functions_->torque(observation.data(), torque.data());
}

namespace {

class TorquePolicy : public sim::Policy {
 public:
  TorquePolicy(std::shared_ptr<const CompiledPolicy> compiled, const models::Contract& contract)
      : compiled_(std::move(compiled)), joints_(contract.action) {}
  std::string name() const override { return "c"; }

  void Act(std::span<const float> observation, std::span<float> action) override {
    if (compiled_->Torque(observation, action) != 0) {
      std::ranges::fill(action, std::numeric_limits<float>::quiet_NaN());
      return;
    }
    for (size_t i = 0; i < action.size(); ++i) {
      const double low = joints_[i].torque_low, range = joints_[i].torque_high - low;
      action[i] = range == 0 ? 0 : static_cast<float>(2 * (action[i] - low) / range - 1);
    }
  }

 private:
  std::shared_ptr<const CompiledPolicy> compiled_;
  std::vector<sim::ActionElement> joints_;
};

}  // namespace

std::unique_ptr<sim::Policy> MakeCompiledPolicy(std::shared_ptr<const CompiledPolicy> compiled,
                                                const models::Contract& contract) {
  return std::make_unique<TorquePolicy>(std::move(compiled), contract);
}

}  // namespace sinew::deploy
