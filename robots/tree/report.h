#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sinew::robots {

/// What an import changed, by kind; each change stands once with all that it was done to.
class Report {
 public:
  /// kExact: the same physics. kInexact: something is lost; the text says how much. kGuessed: not
  /// in the file, and decided here. kRefused: nothing can be written for it.
  enum class Kind { kExact, kInexact, kGuessed, kRefused };

  struct Entry {
    Kind kind;
    std::string change;              // a sentence
    std::vector<std::string> items;  // joints, actuators, places
  };

  void Add(Kind kind, std::string_view change, std::string_view item = "");
  void Exact(std::string_view change, std::string_view item = "") {
    Add(Kind::kExact, change, item);
  }
  void Inexact(std::string_view change, std::string_view item = "") {
    Add(Kind::kInexact, change, item);
  }
  void Guessed(std::string_view change, std::string_view item = "") {
    Add(Kind::kGuessed, change, item);
  }
  void Refuse(std::string_view change, std::string_view item = "") {
    Add(Kind::kRefused, change, item);
  }

  const std::vector<Entry>& entries() const { return entries_; }
  bool Has(Kind kind) const;
  /// The changes of one kind, one line each: "change: item, item and 3 more".
  std::vector<std::string> Lines(Kind kind) const;
  /// @throws UserError that names everything refused, if anything is. @param file  the model.
  void ThrowIfRefused(const std::string& file) const;
  /// A Markdown document.
  std::string ToMarkdown(const std::string& title) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace sinew::robots
