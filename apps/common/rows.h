#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sinew::apps {

/// A list of JSON objects as a table for people: one line each below their keys, numbers to the
/// right with four significant digits. The columns are those of the first row.
std::string FormatRows(const nlohmann::ordered_json& rows);

/// Writes the list to stdout, as one JSON document or as a table.
void PrintRows(const nlohmann::ordered_json& rows, bool json);

}  // namespace sinew::apps
