#include "deploy/c/compiled_policy.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "deploy/base/programs.h"
#include "deploy/c/c_header.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;

// compiles one C file against the headers of `folder`; `more` precedes the file's name
void Compile(const fs::path& source, const fs::path& object, const fs::path& folder,
             const CompilerOptions& options, const std::vector<std::string>& more,
             const fs::path& work) {
  std::vector<std::string> arguments{options.compiler, "-std=c99", options.optimization};
  arguments.insert(arguments.end(), more.begin(), more.end());
  for (const std::string& argument :
       {std::string("-I"), fs::absolute(folder).string(), source.string(), std::string("-o"),
        object.string(), std::string("-lm")}) {
    arguments.push_back(argument);
  }
  ProgramResult result;
  try {
    result = RunProgram(arguments, work);
  } catch (const Error& error) {
    throw Error(
        fmt::format("the C compiler is missing: {}; install gcc or clang, or name another compiler",
                    error.what()));
  }
  if (result.status != 0) {
    throw UserError(
        fmt::format("'{}' does not compile: {}", folder.string(), FirstComplaint(result.output)));
  }
}

}  // namespace

struct CompiledPolicy::Functions {
  Functions(const fs::path& object, bool stochastic)
      : handle(::dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL), ::dlclose) {
    if (!handle) throw Error(fmt::format("cannot load the compiled policy: {}", ::dlerror()));
    Find("sinew_obs_dim", &obs_dim);
    Find("sinew_act_dim", &act_dim);
    Find("sinew_policy_hash", &policy_hash);
    Find("sinew_state_bytes", &state_bytes);
    Find("sinew_reset", &reset);
    Find("sinew_action", &action);
    Find("sinew_torque", &torque);
    if (stochastic) Find("sinew_sample_torque", &sample_torque);
    servo_torque =
        reinterpret_cast<decltype(servo_torque)>(::dlsym(handle.get(), "sinew_servo_torque"));
  }

  template <class Function>
  void Find(const char* name, Function** function) {
    *function = reinterpret_cast<Function*>(::dlsym(handle.get(), name));
    if (!*function) throw Error(fmt::format("the compiled policy has no '{}'", name));
  }

  std::unique_ptr<void, int (*)(void*)> handle;
  int (*obs_dim)();
  int (*act_dim)();
  const char* (*policy_hash)();
  int (*state_bytes)();
  void (*reset)(void*);
  int (*action)(void*, const float*, float*);
  int (*torque)(void*, const float*, float*);
  int (*sample_torque)(void*, const float*, const float*, float*) = nullptr;
  float (*servo_torque)(int, float, float, float) = nullptr;  // where some commands are targets
};

CompiledPolicy::CompiledPolicy(const fs::path& folder, const std::string& prefix,
                               const CompilerOptions& options)
    : name_("c " + options.optimization) {
  const PrivateFolder work;
  const fs::path source = work.path() / "policy.c", object = work.path() / "policy.so";
  WriteFileAtomically(source, CSharedObject(prefix, options.stochastic, options.state));
  Compile(source, object, folder, options, {"-fPIC", "-shared"}, work.path());
  functions_ = std::make_unique<Functions>(object, options.stochastic);
  state_.resize(static_cast<size_t>(functions_->state_bytes()) / sizeof(float));
  Reset();
}

CompiledPolicy::~CompiledPolicy() = default;

int CompiledPolicy::obs_dim() const { return functions_->obs_dim(); }
int CompiledPolicy::act_dim() const { return functions_->act_dim(); }
std::string CompiledPolicy::policy_hash() const { return functions_->policy_hash(); }

void CompiledPolicy::Reset() { functions_->reset(state_.data()); }

int CompiledPolicy::Action(std::span<const float> observation, std::span<float> action) {
  return functions_->action(state_.data(), observation.data(), action.data());
}

int CompiledPolicy::Torque(std::span<const float> observation, std::span<const float> noise,
                           std::span<float> torque) {
  if (noise.empty()) return functions_->torque(state_.data(), observation.data(), torque.data());
  return functions_->sample_torque(state_.data(), observation.data(), noise.data(), torque.data());
}

std::optional<double> CompiledPolicy::ServoTorque(int i, double command, double position,
                                                  double velocity) {
  if (!functions_->servo_torque) return std::nullopt;
  return functions_->servo_torque(i, static_cast<float>(command), static_cast<float>(position),
                                  static_cast<float>(velocity));
}

std::string RunCheckProgram(const fs::path& folder, const std::string& program,
                            const CompilerOptions& options) {
  const PrivateFolder work;
  const fs::path check = work.path() / "check";
  Compile(folder / program, check, folder, options, {}, work.path());
  const ProgramResult result = RunProgram({check.string()}, work.path());
  if (result.status == 0) return "";
  return fmt::format("{} fails: {}", program, result.output.substr(0, result.output.find('\n')));
}

}  // namespace sinew::deploy
