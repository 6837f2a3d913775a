#include "deploy/onnx/onnx_runtime.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "core/error.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;

// ONNX Runtime's C interface is a table of function pointers whose first 101 entries have kept
// their places since version 1 of the table. Debian packages no header, so those that are needed
// are named here by their place.
enum Place : size_t {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSessionFromArray = 8,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetIntraOpNumThreads = 24,
  kSetInterOpNumThreads = 25,
  kCreateTensorWithData = 49,
  kGetTensorMutableData = 51,
  kCreateCpuMemoryInfo = 69,
  kReleaseEnv = 92,
  kReleaseStatus = 93,
  kReleaseMemoryInfo = 94,
  kReleaseSession = 95,
  kReleaseValue = 96,
  kReleaseSessionOptions = 100,
};

constexpr uint32_t kTableVersion = 1;
constexpr int kWarning = 2, kFloat = 1, kDeviceAllocator = 0, kDefaultMemory = 0;

struct Base {
  const void* const* (*table)(uint32_t version);
  const char* (*version)();
};

// a library and its table; stays loaded, since its threads may outlive a session
class Library {
 public:
  explicit Library(const fs::path& path) {
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) throw Error(fmt::format("cannot load ONNX Runtime: {}", ::dlerror()));
    const auto get = reinterpret_cast<const Base* (*)()>(::dlsym(handle, "OrtGetApiBase"));
    if (!get) throw Error(fmt::format("{} is not ONNX Runtime", path.string()));
    const Base* base = get();
    table_ = base->table(kTableVersion);
    version_ = base->version();
    if (!table_) throw Error(fmt::format("{} has no table of version 1", path.string()));
  }

  const std::string& version() const { return version_; }

  /// @throws Error with the library's message.
  template <class... Arguments>
  void Call(Place place, Arguments... arguments) const {
    void* status = Function<void*(Arguments...)>(place)(arguments...);
    if (!status) return;
    const std::string message = Function<const char*(void*)>(kGetErrorMessage)(status);
    Release(kReleaseStatus, status);
    throw Error("ONNX Runtime: " + message);
  }
  void Release(Place place, void* object) const { Function<void(void*)>(place)(object); }

 private:
  template <class Signature>
  Signature* Function(Place place) const {
    return reinterpret_cast<Signature*>(const_cast<void*>(table_[place]));
  }

  const void* const* table_ = nullptr;
  std::string version_;
};

// One of the library's objects.
class Handle {
 public:
  Handle(const Library& library, Place release) : library_(library), release_(release) {}
  ~Handle() {
    if (pointer_) library_.Release(release_, pointer_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void* get() const { return pointer_; }
  void** out() { return &pointer_; }

 private:
  const Library& library_;
  Place release_;
  void* pointer_ = nullptr;
};

class OnnxRuntime : public Backend {
 public:
  OnnxRuntime(const fs::path& path, const std::string& model, int obs_dim, int act_dim,
              bool stochastic, std::vector<float> initial_state)
      : library_(path),
        observation_(obs_dim),
        noise_(stochastic ? act_dim : 0),
        initial_(std::move(initial_state)),
        state_(initial_) {
    Handle options(library_, kReleaseSessionOptions);
    library_.Call(kCreateEnv, kWarning, static_cast<const char*>("sinew"), env_.out());
    library_.Call(kCreateSessionOptions, options.out());
    library_.Call(kSetIntraOpNumThreads, options.get(), 1);
    library_.Call(kSetInterOpNumThreads, options.get(), 1);
    library_.Call(kCreateSessionFromArray, env_.get(), static_cast<const void*>(model.data()),
                  model.size(), options.get(), session_.out());
    library_.Call(kCreateCpuMemoryInfo, kDeviceAllocator, kDefaultMemory, memory_.out());
    Bind(observation_, observation_value_.out());
    AddInput("observation", observation_value_);
    if (stochastic) {
      Bind(noise_, noise_value_.out());
      AddInput("noise", noise_value_);
    }
    if (!state_.empty()) {
      Bind(state_, state_value_.out());
      AddInput("state", state_value_);
      output_names_.push_back("next_state");
    }
    FindCommand();
  }

  std::string name() const override { return "onnxruntime " + library_.version(); }
  void Reset() override { std::ranges::copy(initial_, state_.begin()); }

  int Torque(std::span<const float> observation, std::span<const float> noise,
             std::span<float> torque) override {
    std::ranges::copy(observation, observation_.begin());
    std::ranges::fill(noise_, 0.0f);
    std::ranges::copy(noise, noise_.begin());
    std::array<void*, 3> outputs{};
    library_.Call(kRun, session_.get(), static_cast<const void*>(nullptr), input_names_.data(),
                  inputs_.data(), inputs_.size(), output_names_.data(), output_names_.size(),
                  outputs.data());
    std::array<void*, 3> data{};
    for (size_t i = 0; i < output_names_.size(); ++i) {
      library_.Call(kGetTensorMutableData, outputs[i], &data[i]);
    }
    std::copy_n(static_cast<const float*>(data[0]), torque.size(), torque.begin());
    const int code = *static_cast<const int32_t*>(data[1]);
    if (data[2]) std::copy_n(static_cast<const float*>(data[2]), state_.size(), state_.begin());
    for (size_t i = 0; i < output_names_.size(); ++i) library_.Release(kReleaseValue, outputs[i]);
    return code;
  }

 private:
  // the library has no list of outputs that is simpler than asking for each
  void FindCommand() {
    for (const char* name : kCommandNames) {
      output_names_.front() = name;
      try {
        Torque(observation_, {}, {});
        return Reset();
      } catch (const Error&) {
        if (name == kCommandNames.back()) throw;
      }
    }
  }

  void AddInput(const char* name, const Handle& value) {
    input_names_.push_back(name);
    inputs_.push_back(value.get());
  }

  // a tensor of one row that reads `values` where they lie
  void Bind(std::vector<float>& values, void** tensor) {
    const std::array<int64_t, 2> shape{1, static_cast<int64_t>(values.size())};
    library_.Call(kCreateTensorWithData, static_cast<const void*>(memory_.get()),
                  static_cast<void*>(values.data()), values.size() * sizeof(float), shape.data(),
                  shape.size(), kFloat, tensor);
  }

  Library library_;
  std::vector<float> observation_, noise_, initial_, state_;
  Handle env_{library_, kReleaseEnv}, session_{library_, kReleaseSession},
      memory_{library_, kReleaseMemoryInfo}, observation_value_{library_, kReleaseValue},
      noise_value_{library_, kReleaseValue}, state_value_{library_, kReleaseValue};
  std::vector<const char*> input_names_, output_names_{"torque", "status"};
  std::vector<const void*> inputs_;
};

}  // namespace

fs::path FindOnnxRuntime(const fs::path& wanted) {
  if (!wanted.empty()) return wanted;
  if (const char* variable = std::getenv("SINEW_ONNXRUNTIME")) return variable;
  for (const char* name : {"libonnxruntime.so", "libonnxruntime.so.1"}) {
    if (void* handle = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
      ::dlclose(handle);
      return name;
    }
  }
  return {};
}

std::unique_ptr<Backend> MakeOnnxRuntimeBackend(const fs::path& library, const std::string& model,
                                                int obs_dim, int act_dim, bool stochastic,
                                                std::vector<float> initial_state) {
  return std::make_unique<OnnxRuntime>(library, model, obs_dim, act_dim, stochastic,
                                       std::move(initial_state));
}

}  // namespace sinew::deploy
