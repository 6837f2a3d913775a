#include "spec/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "spec/same.h"

namespace sinew::spec {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

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

}  // namespace sinew::spec
