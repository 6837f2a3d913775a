// The boundary of the runtime: whatever is thrown inside becomes a status and a line of text.

#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "core/error.h"
#include "core/files.h"
#include "deploy/runtime/runtime.h"

struct sinew_runtime {
  sinew::deploy::Runtime runtime;
};

namespace {

using sinew::deploy::Runtime;
using sinew::deploy::RuntimeOptions;

void Tell(const char* what, char* error, size_t error_size) {
  if (!error || error_size == 0) return;
  std::strncpy(error, what, error_size - 1);
  error[error_size - 1] = '\0';
}

std::vector<std::string> Names(const char* what, const char* const* names, size_t count,
                               bool may_be_null) {
  std::vector<std::string> list;
  for (size_t i = 0; names && i < count; ++i) {
    if (!names[i] && !may_be_null) throw sinew::UserError(std::string(what) + " holds a NULL");
    list.emplace_back(names[i] ? names[i] : "");
  }
  return list;
}

std::vector<double> Values(const double* values, size_t count) {
  return values ? std::vector<double>(values, values + count) : std::vector<double>();
}

// @param joints  of the policy: the length of the lists where the robot names no joints
RuntimeOptions FromC(const sinew_options& c, size_t joints) {
  const size_t count = c.joint_names ? c.joint_count : joints;
  RuntimeOptions options;
  options.observation_names =
      Names("observation_names", c.observation_names, c.observation_count, false);
  options.joint_names = Names("joint_names", c.joint_names, c.joint_count, false);
  if (c.velocity_names) {
    options.velocity_names = Names("velocity_names", c.velocity_names, count, true);
  }
  options.torque_limit = Values(c.torque_limit, count);
  options.torque_rate = Values(c.torque_rate, count);
  options.damping = Values(c.damping, count);
  options.max_age = c.max_age;
  options.max_range_score = c.max_range_score;
  options.soft_start = c.soft_start;
  options.latched = c.latched;
  return options;
}

// Runs one stage of loading. @return SINEW_OK, or what its exception means.
template <class Stage>
sinew_status Guard(sinew_status on_mistake, char* error, size_t error_size, Stage stage) {
  try {
    stage();
    return SINEW_OK;
  } catch (const sinew::Error& mistake) {
    Tell(mistake.what(), error, error_size);
    return on_mistake;
  } catch (const std::bad_alloc&) {
    Tell("out of memory", error, error_size);
  } catch (const std::exception& failure) {
    Tell(failure.what(), error, error_size);
  } catch (...) {
    Tell("unknown failure", error, error_size);
  }
  return SINEW_FAILED;
}

template <class Read>
sinew_status Load(const sinew_options* given, sinew_runtime** runtime, char* error,
                  size_t error_size, const char* source, Read read) {
  Tell("", error, error_size);
  if (!runtime) return SINEW_BAD_ARGUMENT;
  *runtime = nullptr;
  sinew_options options;
  sinew_runtime_default_options(&options);
  if (given) options = *given;
  std::string hash;
  sinew::policy::PolicyGraph artifact;
  const sinew_status status = Guard(SINEW_BAD_FILE, error, error_size, [&] {
    std::string bytes = read();
    hash = sinew::HashHex(bytes);
    artifact = sinew::policy::ParsePolicy(std::move(bytes), source);
    sinew::spec::CheckTrained(artifact.contract);
  });
  if (status != SINEW_OK) return status;
  return Guard(SINEW_BAD_OPTIONS, error, error_size, [&] {
    const RuntimeOptions checked = FromC(options, artifact.contract.action.size());
    *runtime = new sinew_runtime{Runtime(artifact, checked, hash)};
  });
}

const char* At(const std::vector<std::string>& names, size_t index) {
  return index < names.size() ? names[index].c_str() : nullptr;
}

}  // namespace

void sinew_runtime_default_options(sinew_options* options) {
  if (!options) return;
  *options = {};
  options->max_range_score = 1;
  options->soft_start = 0.5;
}

sinew_status sinew_runtime_load(const char* path, const sinew_options* options,
                                sinew_runtime** runtime, char* error, size_t error_size) {
  if (!path) return SINEW_BAD_ARGUMENT;
  return Load(options, runtime, error, error_size, path, [&] { return sinew::ReadFile(path); });
}

sinew_status sinew_runtime_load_memory(const void* bytes, size_t size, const sinew_options* options,
                                       sinew_runtime** runtime, char* error, size_t error_size) {
  if (!bytes) return SINEW_BAD_ARGUMENT;
  return Load(options, runtime, error, error_size, "policy",
              [&] { return std::string(static_cast<const char*>(bytes), size); });
}

void sinew_runtime_free(sinew_runtime* runtime) { delete runtime; }

sinew_status sinew_runtime_step(sinew_runtime* runtime, const float* observation, int64_t stamp_ns,
                                int64_t now_ns, float* torque, sinew_report* report) {
  if (!runtime || !observation || !torque) return SINEW_BAD_ARGUMENT;
  Runtime& r = runtime->runtime;
  const sinew_status status = r.Step({observation, r.observation_names().size()}, stamp_ns, now_ns,
                                     {torque, r.joint_names().size()});
  if (report) *report = r.report();
  return status;
}

void sinew_runtime_start(sinew_runtime* runtime) {
  if (runtime) runtime->runtime.Start();
}

void sinew_runtime_stop(sinew_runtime* runtime) {
  if (runtime) runtime->runtime.Stop();
}

uint64_t sinew_runtime_trip_count(const sinew_runtime* runtime, sinew_trip trip) {
  const auto code = static_cast<unsigned>(trip);
  return runtime && code < SINEW_TRIP_COUNT ? runtime->runtime.count(trip) : 0;
}

const char* sinew_trip_name(sinew_trip trip) {
  static const char* const kNames[] = {"observation",  "action",     "stale",
                                       "out-of-range", "stop",       "torque-limit",
                                       "torque-rate",  "soft-start", "period"};
  static_assert(sizeof kNames / sizeof *kNames == SINEW_TRIP_COUNT);
  const auto code = static_cast<unsigned>(trip);
  return code < SINEW_TRIP_COUNT ? kNames[code] : "unknown";
}

size_t sinew_runtime_observation_count(const sinew_runtime* runtime) {
  return runtime ? runtime->runtime.observation_names().size() : 0;
}

size_t sinew_runtime_joint_count(const sinew_runtime* runtime) {
  return runtime ? runtime->runtime.joint_names().size() : 0;
}

const char* sinew_runtime_observation_name(const sinew_runtime* runtime, size_t index) {
  return runtime ? At(runtime->runtime.observation_names(), index) : nullptr;
}

const char* sinew_runtime_joint_name(const sinew_runtime* runtime, size_t index) {
  return runtime ? At(runtime->runtime.joint_names(), index) : nullptr;
}

double sinew_runtime_control_period(const sinew_runtime* runtime) {
  return runtime ? runtime->runtime.control_period() : 0;
}

const char* sinew_runtime_policy_hash(const sinew_runtime* runtime) {
  return runtime ? runtime->runtime.policy_hash().c_str() : nullptr;
}

const char* sinew_runtime_task(const sinew_runtime* runtime) {
  return runtime ? runtime->runtime.task().c_str() : nullptr;
}
