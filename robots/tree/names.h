#pragma once

#include <set>
#include <string>

#include "robots/tree/xml.h"

namespace sinew::robots {

/// The names that the element and all below it give.
void CollectNames(const Element& element, std::set<std::string>* names);
/// Whether the element or one below it refers to one of these names.
bool RefersTo(const Element& element, const std::set<std::string>& names);
/// Appends a suffix to these names, where they are given and where they are referred to.
void AddSuffix(Element* element, const std::set<std::string>& names, const std::string& suffix);
/// Puts a prefix before every name that is given or referred to.
void AddPrefix(Element* element, const std::string& prefix);

}  // namespace sinew::robots
