#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/error.h"
#include "policy/file_versions.h"

namespace sinew::policy {
namespace {

using Json = nlohmann::json;

constexpr size_t kLongestText = 64;
constexpr size_t kMostEntries = 4096;

std::string TensorName(const std::string& value, const char* field) {
  return fmt::format("{}.{}", value, field);
}

// Fields of an operation on their way into its JSON object and the file's tensors.
struct FieldWriter {
  const std::string& value;
  Json& json;
  TensorWriter& tensors;

  void operator()(const char* name, const Tensor& tensor) {
    if (!tensor.empty()) {
      tensors.Add<float>(TensorName(value, name), tensor.shape, std::span(tensor.values));
    }
  }
  void operator()(const char* name, Activation activation) {
    json[name] = ActivationName(activation);
  }
  void operator()(const char* name, float number) { json[name] = number; }
  void operator()(const char* name, int64_t number) { json[name] = number; }
};

// A JSON object of the graph's description: every entry must be asked for, once.
class Entry {
 public:
  Entry(const TensorFile& file, const Json& json, std::string what)
      : file_(file), json_(json), what_(std::move(what)) {
    if (!json_.is_object()) Fail("is not an object");
  }

  std::string Text(const char* key) {
    const Json& json = At(key);
    if (!json.is_string()) Fail(fmt::format("'{}' is not a text", key));
    const auto& text = json.get_ref<const std::string&>();
    if (text.size() > kLongestText) Fail(fmt::format("'{}' is too long", key));
    return text;
  }
  float Number(const char* key) {
    const Json& json = At(key);
    if (!json.is_number()) Fail(fmt::format("'{}' is not a number", key));
    return json.get<float>();
  }
  int64_t Whole(const char* key) {
    const Json& json = At(key);
    const bool fits = json.is_number_unsigned() && json.get<uint64_t>() <= 1u << 30;
    if (!fits) Fail(fmt::format("'{}' is not a whole number from 0 to 2^30", key));
    return json.get<int64_t>();
  }
  bool Flag(const char* key) {
    const Json& json = At(key);
    if (!json.is_boolean()) Fail(fmt::format("'{}' is not true or false", key));
    return json.get<bool>();
  }
  const Json& List(const char* key) {
    const Json& json = At(key);
    if (!json.is_array() || json.size() > kMostEntries)
      Fail(fmt::format("'{}' is not a list", key));
    return json;
  }
  bool Has(const char* key) const { return json_.contains(key); }
  /// @throws UserError if it has entries that nobody asked for.
  void Finish() const {
    if (read_.size() == json_.size()) return;
    for (const auto& [key, value] : json_.items()) {
      if (!read_.contains(key)) Fail(fmt::format("'{}' is not known", key.substr(0, kLongestText)));
    }
  }
  [[noreturn]] void Fail(const std::string& problem) const {
    std::string line = fmt::format("{}: {}: {}", file_.source(), what_, problem);
    for (char& c : line) c = c == '\n' || c == '\r' ? '?' : c;
    throw UserError(line);
  }
  const TensorFile& file() const { return file_; }

 private:
  const Json& At(const char* key) {
    const auto found = json_.find(key);
    if (found == json_.end()) Fail(fmt::format("no '{}'", key));
    read_.insert(key);
    return *found;
  }

  const TensorFile& file_;
  const Json& json_;
  std::string what_;
  std::set<std::string, std::less<>> read_;
};

Tensor ReadTensor(const TensorFile& file, const std::string& name, size_t* used) {
  ++*used;
  if (file.At(name).shape.empty()) {
    throw UserError(fmt::format("{}: tensor '{}' has no sizes", file.source(), name));
  }
  return {file.At(name).shape, file.Values<float>(name)};
}

struct FieldReader {
  const std::string& value;
  Entry& entry;
  size_t* tensors;  // read so far

  void operator()(const char* name, Tensor& tensor) {
    const std::string full = TensorName(value, name);
    if (entry.file().tensors().contains(full)) tensor = ReadTensor(entry.file(), full, tensors);
  }
  void operator()(const char* name, Activation& activation) {
    const std::string text = entry.Text(name);
    try {
      activation = ParseActivation(text);
    } catch (const Error& error) {
      entry.Fail(error.what());
    }
  }
  void operator()(const char* name, float& number) { number = entry.Number(name); }
  void operator()(const char* name, int64_t& number) { number = entry.Whole(name); }
};

// an operation by its name, as it is before its fields are read
template <size_t... kIndex>
Operation MakeOperation(const std::string& kind, Entry& entry, std::index_sequence<kIndex...>) {
  Operation operation;
  std::string known;
  const bool found = ((std::variant_alternative_t<kIndex, Operation>::kKind == kind &&
                       (operation.emplace<kIndex>(), true)) ||
                      ...);
  if (found) return operation;
  ((known += (known.empty() ? "" : ", ") +
             std::string(std::variant_alternative_t<kIndex, Operation>::kKind)),
   ...);
  entry.Fail(fmt::format("unknown operation '{}'; known: {}", kind, known));
}

Node ReadNode(const TensorFile& file, const Json& json, size_t index, size_t* tensors) {
  Entry entry(file, json, fmt::format("operation {}", index));
  Node node;
  node.output = entry.Text("output");
  for (const Json& input : entry.List("inputs")) {
    if (!input.is_string()) entry.Fail("an input is not a text");
    node.inputs.push_back(input.get<std::string>());
  }
  node.operation = MakeOperation(entry.Text("operation"), entry,
                                 std::make_index_sequence<std::variant_size_v<Operation>>());
  FieldReader reader{node.output, entry, tensors};
  std::visit([&](auto& op) { std::decay_t<decltype(op)>::Describe(op, reader); }, node.operation);
  entry.Finish();
  return node;
}

StateSlot ReadSlot(const TensorFile& file, const Json& json, size_t index, size_t* tensors) {
  Entry entry(file, json, fmt::format("state {}", index));
  StateSlot slot{.name = entry.Text("name"),
                 .shape = {},
                 .next = entry.Text("next"),
                 .push = entry.Flag("push"),
                 .fill = entry.Text("fill")};
  for (const Json& size : entry.List("shape")) {
    const bool fits = size.is_number_unsigned() && size.get<uint64_t>() <= 1u << 30;
    if (!fits || slot.shape.size() == 4) entry.Fail("'shape' is not a list of up to four sizes");
    slot.shape.push_back(size.get<int64_t>());
  }
  entry.Finish();
  const std::string name = TensorName("state", slot.name.c_str());
  if (!file.tensors().contains(name)) return slot;
  const Tensor initial = ReadTensor(file, name, tensors);
  if (initial.shape != slot.shape) {
    entry.Fail(fmt::format("'{}' is {}, its tensor {}", slot.name, ShapeText(slot.shape),
                           ShapeText(initial.shape)));
  }
  slot.initial = initial.values;
  return slot;
}

}  // namespace

void WriteVersion2(const PolicyGraph& graph, TensorWriter* writer) {
  Json nodes = Json::array(), state = Json::array();
  for (const Node& node : graph.nodes) {
    Json json{
        {"output", node.output}, {"inputs", node.inputs}, {"operation", KindOf(node.operation)}};
    FieldWriter fields{node.output, json, *writer};
    std::visit([&](const auto& op) { std::decay_t<decltype(op)>::Describe(op, fields); },
               node.operation);
    nodes.push_back(std::move(json));
  }
  for (const StateSlot& slot : graph.state) {
    state.push_back({{"name", slot.name},
                     {"shape", slot.shape},
                     {"next", slot.next},
                     {"push", slot.push},
                     {"fill", slot.fill}});
    if (!slot.initial.empty()) {
      writer->Add<float>(TensorName("state", slot.name.c_str()), slot.shape,
                         std::span(slot.initial));
    }
  }
  writer->SetMetadata("graph",
                      Json{{"nodes", nodes}, {"state", state}, {"action", graph.action}}.dump());
}

PolicyGraph ReadVersion2(const TensorFile& file, const spec::Contract& contract) {
  const Json json =
      Json::parse(std::string_view(file.Metadata("graph")), nullptr, /*allow_exceptions=*/false);
  Entry entry(file, json, "the policy's graph");
  PolicyGraph graph;
  graph.contract = contract;
  graph.action = entry.Text("action");
  size_t tensors = 0;
  for (const Json& node : entry.List("nodes")) {
    graph.nodes.push_back(ReadNode(file, node, graph.nodes.size(), &tensors));
  }
  for (const Json& slot : entry.List("state")) {
    graph.state.push_back(ReadSlot(file, slot, graph.state.size(), &tensors));
  }
  entry.Finish();
  if (file.tensors().size() != tensors) {
    throw UserError(file.source() + ": the file holds tensors that are not the policy's");
  }
  return graph;
}

}  // namespace sinew::policy
