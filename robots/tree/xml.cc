#include "robots/tree/xml.h"

#include <fmt/format.h>
#include <tinyxml2.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

std::string Trim(std::string_view text) {
  static constexpr std::string_view kBlank = " \t\r\n\f\v";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlank) - begin + 1));
}

// Converts tinyxml2's tree, which forgets lines when it is copied, to ours.
class Converter {
 public:
  Converter(const std::string& file, const Limits& limits)
      : file_(std::make_shared<const std::string>(file)), limits_(limits) {}

  Element Convert(const tinyxml2::XMLElement& from, int depth = 1) {
    Element element{.name = from.Name(), .file = file_, .line = from.GetLineNum()};
    if (depth > limits_.depth) Refuse(element, "nested deeper than", limits_.depth);
    if (++count_ > limits_.elements) Refuse(element, "more elements than", limits_.elements);
    for (const auto* a = from.FirstAttribute(); a; a = a->Next())
      element.attributes.emplace_back(a->Name(), a->Value());
    if (const char* text = from.GetText()) element.text = Trim(text);
    for (const auto* child = from.FirstChildElement(); child; child = child->NextSiblingElement())
      element.children.push_back(Convert(*child, depth + 1));
    return element;
  }

 private:
  template <class T>
  [[noreturn]] void Refuse(const Element& element, const char* what, T limit) {
    throw UserError(fmt::format("{}: <{}> is {} {}: this is no model of a robot", element.Where(),
                                element.name, what, limit));
  }

  std::shared_ptr<const std::string> file_;
  const Limits& limits_;
  size_t count_ = 0;
};

void Escape(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        *out += "&amp;";
        break;
      case '<':
        *out += "&lt;";
        break;
      case '>':
        *out += "&gt;";
        break;
      case '"':
        *out += "&quot;";
        break;
      case '\n':
        *out += "&#10;";
        break;
      default:
        *out += c;
    }
  }
}

void Write(const Element& element, int level, std::string* out) {
  out->append(2 * level, ' ');
  *out += "<" + element.name;
  for (const auto& [name, value] : element.attributes) {
    *out += " " + name + "=\"";
    Escape(value, out);
    *out += '"';
  }
  if (element.children.empty()) {
    *out += "/>\n";
    return;
  }
  *out += ">\n";
  for (const Element& child : element.children) Write(child, level + 1, out);
  out->append(2 * level, ' ');
  *out += "</" + element.name + ">\n";
}

}  // namespace

const std::string* Element::Find(std::string_view attribute) const {
  for (const auto& [key, value] : attributes)
    if (key == attribute) return &value;
  return nullptr;
}

std::string Element::Get(std::string_view attribute, std::string_view fallback) const {
  const std::string* value = Find(attribute);
  return value ? *value : std::string(fallback);
}

void Element::Set(std::string_view attribute, std::string value) {
  for (auto& [key, old] : attributes) {
    if (key != attribute) continue;
    old = std::move(value);
    return;
  }
  attributes.emplace_back(attribute, std::move(value));
}

bool Element::Remove(std::string_view attribute) {
  return std::erase_if(attributes, [&](const auto& a) { return a.first == attribute; }) > 0;
}

Element* Element::Child(std::string_view child) {
  return const_cast<Element*>(std::as_const(*this).Child(child));
}

const Element* Element::Child(std::string_view child) const {
  const auto found = std::ranges::find(children, child, &Element::name);
  return found == children.end() ? nullptr : &*found;
}

Element& Element::Add(std::string child, Attributes with) {
  return children.emplace_back(
      Element{.name = std::move(child), .attributes = std::move(with), .file = file, .line = line});
}

std::string Element::Where() const {
  return fmt::format("{}:{}", file ? *file : std::string("model"), line);
}

bool ParseNumbers(std::string_view text, std::vector<double>* values) {
  values->clear();
  const char* next = text.data();
  const char* end = next + text.size();
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (true) {
    while (next != end && blank(*next)) ++next;
    if (next == end) return true;
    if (*next == '+') ++next;
    double value = 0;
    const auto [stop, error] = std::from_chars(next, end, value);
    if (error != std::errc() || !std::isfinite(value)) return false;
    if (stop != end && !blank(*stop)) return false;
    values->push_back(value);
    next = stop;
  }
}

std::vector<double> Numbers(const Element& element, std::string_view attribute) {
  std::vector<double> values;
  const std::string text = element.Get(attribute);
  if (!ParseNumbers(text, &values)) {
    throw UserError(
        OneLine(fmt::format("{}: {}=\"{}\" of <{}> is no list of finite numbers", element.Where(),
                            attribute, text.substr(0, 80), element.name)));
  }
  return values;
}

std::vector<double> Numbers(const Element& element, std::string_view attribute, size_t count,
                            std::vector<double> fallback) {
  if (!element.Has(attribute)) return fallback;
  std::vector<double> values = Numbers(element, attribute);
  if (values.size() == count) return values;
  throw UserError(fmt::format("{}: {} of <{}> has {} numbers, not {}", element.Where(), attribute,
                              element.name, values.size(), count));
}

double Number(const Element& element, std::string_view attribute, double fallback) {
  return Numbers(element, attribute, 1, {fallback})[0];
}

std::string Join(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += fmt::format("{}{}", text.empty() ? "" : " ", value);
  return text;
}

Element ParseXml(const std::string& text, const std::string& file, const Limits& limits) {
  if (text.size() > limits.file_bytes) {
    throw UserError(
        fmt::format("{}: {} bytes, and at most {} are read", file, text.size(), limits.file_bytes));
  }
  tinyxml2::XMLDocument document;
  if (document.Parse(text.data(), text.size()) != tinyxml2::XML_SUCCESS) {
    throw UserError(OneLine(
        fmt::format("{}:{}: no XML: {}", file, document.ErrorLineNum(), document.ErrorName())));
  }
  const tinyxml2::XMLElement* root = document.RootElement();
  if (!root) throw UserError(fmt::format("{}: no XML: it has no element", file));
  return Converter(file, limits).Convert(*root);
}

Element ReadXml(const fs::path& file, const Limits& limits) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) throw UserError(fmt::format("{}: no such file", file.string()));
  if (size > limits.file_bytes) {
    throw UserError(fmt::format("{}: {} bytes, and at most {} are read", file.string(), size,
                                limits.file_bytes));
  }
  return ParseXml(ReadFile(file), file.string(), limits);
}

std::string WriteXml(const Element& root) {
  std::string text;
  Write(root, 0, &text);
  return text;
}

size_t CountElements(const Element& root) {
  size_t count = 0;
  Visit(root, [&count](const Element&) { ++count; });
  return count;
}

void Visit(Element& element, const std::function<void(Element&)>& visit) {
  visit(element);
  for (Element& child : element.children) Visit(child, visit);
}

void Visit(const Element& element, const std::function<void(const Element&)>& visit) {
  visit(element);
  for (const Element& child : element.children) Visit(child, visit);
}

}  // namespace sinew::robots
