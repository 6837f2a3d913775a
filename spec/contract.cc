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

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// equal but for the last bits, which a sum of timesteps may differ in
bool Same(double a, double b) {
  return a == b || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
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

// a limit that there is not is null
OrderedJson LimitToJson(double limit) {
  return std::isfinite(limit) ? OrderedJson(limit) : OrderedJson(nullptr);
}

OrderedJson ToJson(const DrivenJoint& joint) {
  return {{"joint", joint.joint},
          {"component", joint.component},
          {"unit", joint.linear ? "N" : "N·m"},
          {"arm", joint.arm},
          {"torque_low", LimitToJson(joint.torque_low)},
          {"torque_high", LimitToJson(joint.torque_high)}};
}

OrderedJson ToJson(const ActionElement& element) {
  OrderedJson json{{"joint", element.joint},
                   {"ctrl_low", element.ctrl_low},
                   {"ctrl_high", element.ctrl_high},
                   {"torque_low", LimitToJson(element.torque_low)},
                   {"torque_high", LimitToJson(element.torque_high)}};
  // of the normalised action [N·m]; follows from the limits
  if (!element.is_servo()) json["torque_scale"] = 0.5 * (element.torque_high - element.torque_low);
  if (element.actuator.empty()) return json;  // of a contract that says no more
  json["name"] = element.name();
  json["actuator"] = element.actuator;
  json["kind"] = ToText(element.kind);
  json["unit"] = element.unit();
  json["low"] = element.low();
  json["high"] = element.high();
  json["torque_unit"] = element.torque_unit();
  json["tendon"] = element.tendon;
  if (element.is_servo()) {
    json["servo"] = {{"law", ToText(element.law)},
                     {"kp", element.kp},
                     {"kd", element.kd},
                     {"increment", element.increment}};
  }
  json["joints"] = OrderedJson::array();
  for (const DrivenJoint& joint : element.joints) json["joints"].push_back(ToJson(joint));
  return json;
}

OrderedJson ToJson(const Contract::Evaluation& evaluation) {
  return {{"episodes", evaluation.episodes},
          {"mean", evaluation.mean},
          {"iqm", evaluation.iqm},
          {"ci95_low", evaluation.ci95_low},
          {"ci95_high", evaluation.ci95_high},
          {"success_rate", evaluation.success_rate}};
}

// null: there is none
double ReadLimit(const Fields& item, const char* key, double none) {
  const double limit = item.NumberOrNull(key);
  return std::isnan(limit) ? none : limit;
}

void ReadServo(const Fields& servo, ActionElement* element) {
  const auto law = ServoLawOf(servo.Text("law"));
  if (!law || *law == ServoLaw::kNone) servo.Fail("'law' is neither model nor controller");
  element->law = *law;
  element->kp = servo.Number("kp");
  element->kd = servo.Number("kd");
  element->increment = servo.Flag("increment");
}

// Whether the element is along a line. @throws UserError for a unit that is not of its kind.
bool ReadLinear(const Fields& item, ActionKind kind) {
  const std::string unit = item.Text("unit");
  for (const bool linear : {false, true}) {
    ActionElement element;
    element.kind = kind;
    element.linear = linear;
    if (unit == element.unit()) return linear || kind == ActionKind::kForce;
  }
  item.Fail(fmt::format("'unit' is {}, which no {} has", unit, ToText(kind)));
}

// what a contract says since actions are more than torques
void ReadMeaning(const Fields& item, ActionElement* element) {
  const auto kind = ActionKindOf(item.Text("kind"));
  if (!kind || *kind == ActionKind::kControl)
    item.Fail("'kind' is none of torque, force, position and velocity");
  element->kind = *kind;
  element->linear = ReadLinear(item, *kind);
  element->actuator = item.Text("actuator");
  if (element->actuator.empty()) item.Fail("'actuator' is empty");
  const std::string name = item.Text("name");
  if (name != element->joint) element->label = name;
  element->tendon = item.Flag("tendon");
  for (const Fields& joint : item.List("joints")) {
    element->joints.push_back(
        {joint.Text("joint"), static_cast<int>(joint.SignedCount("component")),
         joint.Text("unit") == "N", joint.Number("arm"),
         ReadLimit(joint, "torque_low", -kUnlimited), ReadLimit(joint, "torque_high", kUnlimited)});
    if (element->joints.back().component > 5) joint.Fail("'component' is beyond 5");
  }
  if (element->is_servo()) {
    element->target_low = item.Number("low");
    element->target_high = item.Number("high");
    ReadServo(item.Object("servo"), element);
  } else if (!Same(item.Number("low"), element->torque_low) ||
             !Same(item.Number("high"), element->torque_high)) {
    item.Fail("'low' and 'high' are not the torque's limits");
  }
}

ActionElement ReadAction(const Fields& item) {
  ActionElement element{item.Text("joint"), item.Number("ctrl_low"), item.Number("ctrl_high")};
  const bool servo = item.Has("servo");
  element.torque_low =
      servo ? ReadLimit(item, "torque_low", -kUnlimited) : item.Number("torque_low");
  element.torque_high =
      servo ? ReadLimit(item, "torque_high", kUnlimited) : item.Number("torque_high");
  const double scale = 0.5 * (element.torque_high - element.torque_low);
  if (item.Has("torque_scale") && !Same(item.Number("torque_scale"), scale)) {
    item.Fail(fmt::format("'torque_scale' is {:.6g}, the limits say {:.6g}",
                          item.Number("torque_scale"), scale));
  }
  if (item.Has("kind")) ReadMeaning(item, &element);
  return element;
}

Contract FromFields(const Fields& fields) {
  Contract contract;
  contract.task = fields.Text("task");
  contract.agent = fields.Text("agent");
  contract.model_hash = fields.Text("model_hash");
  contract.engine = fields.Has("engine") ? fields.Text("engine") : "";
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

std::string ContractToJson(const Contract& contract, int indent) {
  OrderedJson json{{"task", contract.task},
                   {"agent", contract.agent},
                   {"model_hash", contract.model_hash},
                   {"engine", contract.engine},
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
  if (contract.engine.empty()) json.erase("engine");
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

void CheckTorques(const Contract& contract) {
  std::string targets;
  for (const ActionElement& element : contract.action) {
    if (element.kind == ActionKind::kTorque || element.kind == ActionKind::kForce) continue;
    targets += fmt::format("{}{} ({} [{}])", targets.empty() ? "" : ", ", element.name(),
                           ToText(element.kind), element.unit());
  }
  if (targets.empty()) return;
  throw UserError(fmt::format(
      "the policy commands targets of servos, which files for controllers cannot say: {}; "
      "train it with torques (motors in the model, task.action = \"torque\")",
      targets));
}

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
