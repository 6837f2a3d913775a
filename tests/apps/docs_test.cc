// What the documentation points at is there.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "core/files.h"
#include "tests/paths.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> Pages() {
  const fs::path root = SourceDir();
  std::vector<fs::path> pages;
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries) {
      if (entry.path().extension() == ".md") pages.push_back(entry.path());
    }
  };
  add(fs::directory_iterator(root));
  for (const char* folder : {"docs", "assets", "examples"})
    add(fs::recursive_directory_iterator(root / folder));
  return pages;
}

/// Text without code, whose brackets are no links.
std::string Prose(const fs::path& page) {
  static const std::regex code("```[^]*?```|`[^`\n]*`");
  return std::regex_replace(ReadFile(page), code, "");
}

/// As the headings of a page are addressed: letters and digits, lower case, joined by hyphens.
std::string Anchor(const std::string& heading) {
  std::string anchor;
  for (const unsigned char c : heading) {
    if (std::isalnum(c) || c == '-' || c == '_' || c >= 0x80) {
      anchor += static_cast<char>(std::tolower(c));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

std::set<std::string> Anchors(const fs::path& page) {
  static const std::regex heading("(^|\n)#+ +([^\n]+)");
  const std::string text = ReadFile(page);
  std::set<std::string> anchors;
  for (std::sregex_iterator it(text.begin(), text.end(), heading), end; it != end; ++it)
    anchors.insert(Anchor((*it)[2]));
  return anchors;
}

TEST(DocsTest, EveryLinkLeadsSomewhere) {
  static const std::regex link(R"(\]\(([^()\s]+)\)|src="([^"]+)\")");
  const auto pages = Pages();
  EXPECT_GT(pages.size(), 40u);
  for (const fs::path& page : pages) {
    const std::string text = Prose(page);
    for (std::sregex_iterator it(text.begin(), text.end(), link), end; it != end; ++it) {
      const std::string target = (*it)[1].matched ? (*it)[1] : (*it)[2];
      if (target.find("://") != std::string::npos) continue;
      const size_t hash = target.find('#');
      const fs::path file =
          hash == 0 ? page : page.parent_path() / target.substr(0, std::min(hash, target.size()));
      EXPECT_TRUE(fs::exists(file)) << page << ": " << target;
      if (hash == std::string::npos || !fs::exists(file) || file.extension() != ".md") continue;
      EXPECT_THAT(Anchors(file), testing::Contains(target.substr(hash + 1)))
          << page << ": " << target;
    }
  }
}

TEST(DocsTest, NothingIsLeftToFillIn) {
  // brackets, or whoever searches the code for such words would find this line
  static const std::regex gap("@[A-Z]+@|TO[D]O|FIX[M]E|TB[D]");
  for (const fs::path& page : Pages()) {
    std::smatch match;
    const std::string text = ReadFile(page);
    EXPECT_FALSE(std::regex_search(text, match, gap)) << page << ": " << match.str();
  }
}

}  // namespace
}  // namespace sinew
