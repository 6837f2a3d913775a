#include "viewer/window/palette.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace sinew::viewer {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

int WordScore(const std::string& text, const std::string& word) {
  int best = 0;
  for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1]));
    best = std::max(best, at == 0 ? 4 : begins ? 3 : 1);
  }
  return best;
}

}  // namespace

int MatchScore(std::string_view text, std::string_view query) {
  const std::string where = Lower(text);
  std::istringstream words{Lower(query)};
  int sum = 0, count = 0;
  for (std::string word; words >> word; ++count) {
    const int score = WordScore(where, word);
    if (score == 0) return 0;
    sum += score;
  }
  return count == 0 ? 1 : sum;
}

std::vector<int> RankMatches(const std::vector<std::string>& texts, std::string_view query) {
  std::vector<int> found, scores;
  for (size_t i = 0; i < texts.size(); ++i) {
    scores.push_back(MatchScore(texts[i], query));
    if (scores.back() > 0) found.push_back(static_cast<int>(i));
  }
  std::ranges::stable_sort(found, [&](int a, int b) { return scores[a] > scores[b]; });
  return found;
}

}  // namespace sinew::viewer
