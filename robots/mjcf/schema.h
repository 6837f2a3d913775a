#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "robots/tree/xml.h"

namespace sinew::robots {

/// A version of MuJoCo.
struct Version {
  int major = 0, minor = 0, patch = 0;
  auto operator<=>(const Version&) const = default;
  /// Of a text such as "3.1.6".
  static Version Parse(std::string_view text);
  /// "3.1.6".
  std::string ToString() const;
};

/// The version of the MuJoCo in this program.
const Version& Engine();

/// The section of MJCF that a top-level element begins: "body" for worldbody, else its own name.
std::string SectionOf(const Element& top);

/// Which elements and attributes the MuJoCo in this program reads, as it says itself.
class Schema {
 public:
  static const Schema& OfEngine();
  /// Of the text that mj_printSchema writes.
  static Schema Parse(const std::string& text);

  /// @param section  SectionOf the element's top-level element. @param parent  the name of its
  /// parent; empty for a top-level element.
  bool Knows(std::string_view section, std::string_view parent, std::string_view element) const;
  bool Knows(std::string_view section, std::string_view parent, std::string_view element,
             std::string_view attribute) const;

 private:
  // attributes by "section/parent/element"
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> attributes_;
};

}  // namespace sinew::robots
