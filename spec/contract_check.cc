#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "spec/contract.h"
#include "spec/same.h"

namespace sinew::spec {
namespace {

using OrderedJson = nlohmann::ordered_json;

// Collects "field: policy ..., task ..." for every field that differs.
class Differences {
 public:
  void Compare(const std::string& field, const std::string& policy, const std::string& task) {
    if (policy != task)
      list_.push_back(fmt::format("{}: policy '{}', task '{}'", field, policy, task));
  }
  void Compare(const std::string& field, double policy, double task, const char* unit) {
    if (Same(policy, task)) return;
    list_.push_back(
        fmt::format("{}: policy {:.6g} {}, task {:.6g} {}", field, policy, unit, task, unit));
  }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::vector<std::string> list_;
};

void CompareObservation(const Contract& contract, const TaskSpec& spec, Differences* out) {
  if (contract.observation.size() != spec.observation.size()) {
    out->Compare("observation size", std::to_string(contract.observation.size()),
                 std::to_string(spec.observation.size()));
    return;
  }
  for (size_t i = 0; i < spec.observation.size(); ++i) {
    const std::string field = fmt::format("observation[{}]", i);
    out->Compare(field, contract.observation[i].name, spec.observation[i].name);
    out->Compare(field + " unit", contract.observation[i].unit, spec.observation[i].unit);
    const std::string &policy = contract.observation[i].frame, &task = spec.observation[i].frame;
    if (!policy.empty() && !task.empty()) out->Compare(field + " frame", policy, task);
  }
}

void CompareServo(const ActionElement& policy, const ActionElement& task, Differences* out) {
  const std::string& name = task.name();
  out->Compare(name + " target low", policy.low(), task.low(), task.unit());
  out->Compare(name + " target high", policy.high(), task.high(), task.unit());
  out->Compare(name + " law", ToText(policy.law), ToText(task.law));
  out->Compare(name + " kp", policy.kp, task.kp, "");
  out->Compare(name + " kd", policy.kd, task.kd, "");
  out->Compare(name + " increment", policy.increment ? "on" : "off", task.increment ? "on" : "off");
}

void CompareElement(const ActionElement& policy, const ActionElement& task, size_t i,
                    Differences* out) {
  out->Compare(fmt::format("action[{}]", i), policy.name(), task.name());
  // an older contract knows torques only, and calls forces so too
  const bool says_more = !policy.actuator.empty();
  if (says_more || task.is_servo()) {
    out->Compare(task.name() + " kind", ToText(policy.kind), ToText(task.kind));
    out->Compare(task.name() + " unit", policy.unit(), task.unit());
  }
  if (says_more) out->Compare(task.name() + " actuator", policy.actuator, task.actuator);
  out->Compare(task.name() + " control low", policy.ctrl_low, task.ctrl_low, "");
  out->Compare(task.name() + " control high", policy.ctrl_high, task.ctrl_high, "");
  out->Compare(task.name() + " torque low", policy.torque_low, task.torque_low, task.torque_unit());
  out->Compare(task.name() + " torque high", policy.torque_high, task.torque_high,
               task.torque_unit());
  if (policy.is_servo() && task.is_servo()) CompareServo(policy, task, out);
}

void CompareAction(const Contract& contract, const TaskSpec& spec, Differences* out) {
  if (contract.action.size() != spec.action.size()) {
    out->Compare("action size", std::to_string(contract.action.size()),
                 std::to_string(spec.action.size()));
    return;
  }
  for (size_t i = 0; i < spec.action.size(); ++i) {
    CompareElement(contract.action[i], spec.action[i], i, out);
  }
}

// "/observation/2/unit" as "observation[2].unit"
std::string FieldName(const std::string& path) {
  std::string name;
  for (size_t begin = 1, end; begin <= path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    const bool index = part.find_first_not_of("0123456789") == std::string::npos;
    if (index) {
      name += fmt::format("[{}]", part);
    } else {
      name += fmt::format("{}{}", name.empty() ? "" : ".", part);
    }
  }
  return name;
}

}  // namespace

std::string EngineWarning(const Contract& contract, const ModelIdentity& model) {
  if (contract.engine.empty() || contract.engine == model.engine) return "";
  return fmt::format("the policy was trained on {}, this is {}: returns may differ",
                     contract.engine, model.engine);
}

void CheckContract(const Contract& contract, const TaskSpec& spec, const ModelIdentity* model) {
  Differences differences;
  differences.Compare("task", contract.task, spec.name);
  CompareObservation(contract, spec, &differences);
  CompareAction(contract, spec, &differences);
  differences.Compare("control period", contract.control_dt, spec.control_dt, "s");
  differences.Compare("timestep", contract.timestep, spec.control_dt / spec.substeps, "s");
  differences.Compare("gravity compensation", contract.gravity_compensation ? "on" : "off",
                      spec.gravity_compensation ? "on" : "off");
  if (model && !model->Matches(contract.model_hash, contract.engine)) {
    differences.Compare("model", contract.model_hash,
                        contract.engine.empty() ? model->engine_hash : model->hash);
  }
  if (differences.list().empty()) return;
  throw UserError(fmt::format("the policy was made for another task than '{}': {}", spec.name,
                              fmt::join(differences.list(), "; ")));
}

std::vector<std::string> ContractDifferences(const Contract& a, const Contract& b) {
  const auto left = OrderedJson::parse(ContractToJson(a)).flatten();
  const auto right = OrderedJson::parse(ContractToJson(b)).flatten();
  std::vector<std::string> differences;
  const auto value = [](const OrderedJson& json, const std::string& path) {
    return json.contains(path) ? json[path].dump() : "nothing";
  };
  const auto compare = [&](const std::string& path) {
    const std::string x = value(left, path), y = value(right, path);
    if (x != y) differences.push_back(fmt::format("{}: {}, not {}", FieldName(path), x, y));
  };
  for (const auto& [path, ignored] : left.items()) compare(path);
  for (const auto& [path, ignored] : right.items()) {
    if (!left.contains(path)) compare(path);
  }
  return differences;
}

}  // namespace sinew::spec
