#include "spec/contract.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace sinew::spec {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

// equal but for the last bits, which a sum of timesteps may differ in
bool Same(double a, double b) {
  return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

// Reads fields of one JSON object and names the field that is not as it should be.
class Fields {
 public:
  Fields(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json_.is_object()) Fail("is not an object");
  }

  bool Has(const char* key) const { return json_.contains(key); }
  std::string Text(const char* key) const {
    const Json& value = At(key);
    if (!value.is_string()) Fail(fmt::format("'{}' is not a text", key));
    return value.get<std::string>();
  }
  bool Flag(const char* key) const {
    const Json& value = At(key);
    if (!value.is_boolean()) Fail(fmt::format("'{}' is neither true nor false", key));
    return value.get<bool>();
  }
  double Number(const char* key) const {
    const Json& value = At(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) {
      Fail(fmt::format("'{}' is not a finite number", key));
    }
    return value.get<double>();
  }
  double NumberOrNull(const char* key) const {
    return At(key).is_null() ? std::numeric_limits<double>::quiet_NaN() : Number(key);
  }
  uint64_t Count(const char* key) const {
    const Json& value = At(key);
    if (!value.is_number_unsigned()) Fail(fmt::format("'{}' is not a whole number", key));
    return value.get<uint64_t>();
  }
  int64_t SignedCount(const char* key) const {
    const uint64_t count = Count(key);
    if (count > INT64_MAX) Fail(fmt::format("'{}' is too large", key));
    return static_cast<int64_t>(count);
  }
  Fields Object(const char* key) const { return {At(key), where_ + "." + key}; }
  std::vector<Fields> List(const char* key) const {
    const Json& list = At(key);
    if (!list.is_array()) Fail(fmt::format("'{}' is not a list", key));
    std::vector<Fields> items;
    for (size_t i = 0; i < list.size(); ++i) {
      items.emplace_back(list[i], fmt::format("{}.{}[{}]", where_, key, i));
    }
    return items;
  }

  [[noreturn]] void Fail(const std::string& what) const { throw UserError(where_ + " " + what); }

 private:
  const Json& At(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) Fail(fmt::format("has no '{}'", key));
    return *found;
  }
  const Json& json_;
  std::string where_;
};

OrderedJson ToJson(const Contract::Observation& element) {
  return {{"name", element.name},
          {"unit", element.unit},
          {"frame", element.frame},
          {"training_low", element.training_low},
          {"training_high", element.training_high}};
}

OrderedJson ToJson(const ActionElement& element) {
  return {{"joint", element.joint},
          {"ctrl_low", element.ctrl_low},
          {"ctrl_high", element.ctrl_high},
          {"torque_low", element.torque_low},
          {"torque_high", element.torque_high},
          // of the normalised action [N·m]; follows from the limits
          {"torque_scale", 0.5 * (element.torque_high - element.torque_low)}};
}

OrderedJson ToJson(const Contract::Evaluation& evaluation) {
  return {{"episodes", evaluation.episodes},
          {"mean", evaluation.mean},
          {"iqm", evaluation.iqm},
          {"ci95_low", evaluation.ci95_low},
          {"ci95_high", evaluation.ci95_high},
          {"success_rate", evaluation.success_rate}};
}

ActionElement ReadAction(const Fields& item) {
  const ActionElement element{item.Text("joint"), item.Number("ctrl_low"), item.Number("ctrl_high"),
                              item.Number("torque_low"), item.Number("torque_high")};
  const double scale = 0.5 * (element.torque_high - element.torque_low);
  if (item.Has("torque_scale") && !Same(item.Number("torque_scale"), scale)) {
    item.Fail(fmt::format("'torque_scale' is {:.6g}, the limits say {:.6g}",
                          item.Number("torque_scale"), scale));
  }
  return element;
}

Contract FromFields(const Fields& fields) {
  Contract contract;
  contract.task = fields.Text("task");
  contract.agent = fields.Text("agent");
  contract.model_hash = fields.Text("model_hash");
  contract.commit = fields.Text("commit");
  contract.control_dt = fields.Number("control_dt");
  contract.timestep = fields.Number("timestep");
  // older files have no latency, updates and frames
  contract.latency = fields.Has("latency") ? fields.Number("latency") : 0;
  contract.updates = fields.Has("updates") ? fields.SignedCount("updates") : -1;
  contract.gravity_compensation = fields.Flag("gravity_compensation");
  for (const Fields& item : fields.List("task_options")) {
    contract.task_options.push_back({item.Text("key"), item.Text("value")});
  }
  contract.seed = fields.Count("seed");
  contract.env_steps = fields.SignedCount("env_steps");
  for (const Fields& item : fields.List("observation")) {
    contract.observation.push_back(
        {item.Text("name"), item.Text("unit"), item.NumberOrNull("training_low"),
         item.NumberOrNull("training_high"), item.Has("frame") ? item.Text("frame") : ""});
  }
  for (const Fields& item : fields.List("action")) {
    contract.action.push_back(ReadAction(item));
  }
  const Fields evaluation = fields.Object("evaluation");
  contract.evaluation = {
      evaluation.SignedCount("episodes"),   evaluation.NumberOrNull("mean"),
      evaluation.NumberOrNull("iqm"),       evaluation.NumberOrNull("ci95_low"),
      evaluation.NumberOrNull("ci95_high"), evaluation.NumberOrNull("success_rate")};
  return contract;
}

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

void CompareAction(const Contract& contract, const TaskSpec& spec, Differences* out) {
  if (contract.action.size() != spec.action.size()) {
    out->Compare("action size", std::to_string(contract.action.size()),
                 std::to_string(spec.action.size()));
    return;
  }
  for (size_t i = 0; i < spec.action.size(); ++i) {
    const ActionElement &policy = contract.action[i], &task = spec.action[i];
    out->Compare(fmt::format("action[{}]", i), policy.joint, task.joint);
    out->Compare(task.joint + " control low", policy.ctrl_low, task.ctrl_low, "");
    out->Compare(task.joint + " control high", policy.ctrl_high, task.ctrl_high, "");
    out->Compare(task.joint + " torque low", policy.torque_low, task.torque_low, "N·m");
    out->Compare(task.joint + " torque high", policy.torque_high, task.torque_high, "N·m");
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

std::string ContractToJson(const Contract& contract, int indent) {
  OrderedJson json{{"task", contract.task},
                   {"agent", contract.agent},
                   {"model_hash", contract.model_hash},
                   {"commit", contract.commit},
                   {"control_dt", contract.control_dt},
                   {"timestep", contract.timestep},
                   {"latency", contract.latency},
                   {"gravity_compensation", contract.gravity_compensation},
                   {"task_options", OrderedJson::array()},
                   {"seed", contract.seed},
                   {"env_steps", contract.env_steps},
                   {"updates", contract.updates},
                   {"observation", OrderedJson::array()},
                   {"action", OrderedJson::array()},
                   {"evaluation", ToJson(contract.evaluation)}};
  if (contract.updates < 0) json.erase("updates");
  for (const auto& option : contract.task_options) {
    json["task_options"].push_back({{"key", option.key}, {"value", option.value}});
  }
  for (const auto& element : contract.observation) json["observation"].push_back(ToJson(element));
  for (const auto& element : contract.action) json["action"].push_back(ToJson(element));
  try {
    return json.dump(indent);
  } catch (const OrderedJson::type_error&) {
    throw Error("a name in the contract is not UTF-8");
  }
}

Contract ContractFromJson(const std::string& text, const std::string& source) {
  const Json json = Json::parse(std::string_view(text), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw UserError(source + ": the contract is not valid JSON");
  return FromFields(Fields(json, source + ": contract"));
}

void CheckTrained(const Contract& contract) {
  if (contract.env_steps >= 1 && contract.updates != 0) return;
  throw UserError(fmt::format("the policy was never trained: {} steps, {} updates",
                              contract.env_steps, std::max<int64_t>(contract.updates, 0)));
}

void CheckContract(const Contract& contract, const TaskSpec& spec, const std::string& model_hash) {
  Differences differences;
  differences.Compare("task", contract.task, spec.name);
  CompareObservation(contract, spec, &differences);
  CompareAction(contract, spec, &differences);
  differences.Compare("control period", contract.control_dt, spec.control_dt, "s");
  differences.Compare("timestep", contract.timestep, spec.control_dt / spec.substeps, "s");
  differences.Compare("gravity compensation", contract.gravity_compensation ? "on" : "off",
                      spec.gravity_compensation ? "on" : "off");
  if (!model_hash.empty()) differences.Compare("model", contract.model_hash, model_hash);
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
