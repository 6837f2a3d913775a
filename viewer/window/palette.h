#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sinew::viewer {

/// How well `text` answers `query`: every word of the query must occur in it, beginnings of words
/// count most. 0: not at all. An empty query is answered by everything alike.
int MatchScore(std::string_view text, std::string_view query);

/// Indices of the texts that answer `query`, best first, equals in their order.
std::vector<int> RankMatches(const std::vector<std::string>& texts, std::string_view query);

}  // namespace sinew::viewer
