#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sinew::robots {

/// Bounds on what is read, so that a hostile file costs little memory and time.
struct Limits {
  size_t file_bytes = 32u << 20;     // of one XML file
  size_t mesh_bytes = 128u << 20;    // of one mesh or texture
  size_t asset_bytes = 1024u << 20;  // of all of them
  size_t elements = 200'000;         // of one model, after includes and replication
  int depth = 90;                    // of nested elements
  int include_depth = 12;
  int includes = 200;
  int replicas = 10'000;
};

/// An element of an XML document with the place that it came from.
struct Element {
  using Attributes = std::vector<std::pair<std::string, std::string>>;

  std::string name;
  Attributes attributes{};
  std::vector<Element> children{};
  std::string text{};  // character data, trimmed
  std::shared_ptr<const std::string> file{};
  int line = 0;

  /// The attribute's value, or nullptr.
  const std::string* Find(std::string_view attribute) const;
  bool Has(std::string_view attribute) const { return Find(attribute) != nullptr; }
  std::string Get(std::string_view attribute, std::string_view fallback = "") const;
  void Set(std::string_view attribute, std::string value);
  /// Whether it was there.
  bool Remove(std::string_view attribute);

  /// The first child of that name, or nullptr.
  Element* Child(std::string_view child);
  const Element* Child(std::string_view child) const;
  /// Adds a child at this element's place in its file.
  Element& Add(std::string child, Attributes with = {});
  /// "robot.xml:12".
  std::string Where() const;
};

/// The numbers of an attribute such as "0 0 1". @throws UserError with the element's place if
/// something in it is no finite number.
std::vector<double> Numbers(const Element& element, std::string_view attribute);
/// Exactly `count` of them, or `fallback` without the attribute.
std::vector<double> Numbers(const Element& element, std::string_view attribute, size_t count,
                            std::vector<double> fallback);
/// One number, or `fallback` without the attribute.
double Number(const Element& element, std::string_view attribute, double fallback);
/// Whether a text is a list of numbers; these go to `values`.
bool ParseNumbers(std::string_view text, std::vector<double>* values);
/// Numbers as an attribute's text, read back as the same bits.
std::string Join(const std::vector<double>& values);

/// The root element of a text. @param file  what errors and Element::Where call it.
/// @throws UserError with file and line for what is no XML or beyond the limits.
Element ParseXml(const std::string& text, const std::string& file, const Limits& limits = {});
/// The same for a file.
Element ReadXml(const std::filesystem::path& file, const Limits& limits = {});

/// The document as text, two spaces a level.
std::string WriteXml(const Element& root);

size_t CountElements(const Element& root);

/// Calls `visit` for the element and all below it, parents first.
void Visit(Element& element, const std::function<void(Element&)>& visit);
void Visit(const Element& element, const std::function<void(const Element&)>& visit);

}  // namespace sinew::robots
