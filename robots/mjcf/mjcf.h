#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "robots/tree/file_access.h"
#include "robots/tree/report.h"
#include "robots/tree/xml.h"

namespace sinew::robots {

/// Whether a robot is bolted down. kGuess: as its file and its shape say.
enum class BaseKind { kGuess, kFixed, kFloating };

/// What the compiler elements of a model say about how the rest of it is read.
struct CompilerSettings {
  bool degree = true;
  std::string eulerseq = "xyz";
  std::string mesh_folder, texture_folder;
  bool strip_path = false;
};

/// An MJCF as a tree, with what is needed to change it.
struct Mjcf {
  Element root;  // <mujoco>
  const FileAccess* files = nullptr;
  Report* report = nullptr;
  Limits limits{};
  std::string gravity_compensation{};  // body whose subtree the maker relieved of its weight

  CompilerSettings Compiler() const;
  /// All top-level elements of that name; a model may have several of each.
  std::vector<Element*> Sections(std::string_view name);
  /// The first of them, which is made if there is none.
  Element& Section(std::string_view name);
  /// Calls `visit(parent, element)` for every element below those sections, parents first.
  void VisitSection(std::string_view name, const std::function<void(Element&, Element&)>& visit);
  /// The element of a section with that name attribute, or nullptr. For "worldbody" the elements
  /// of that tag in the tree.
  Element* Named(std::string_view section, std::string_view tag, std::string_view name);
  /// @throws UserError if the model has become larger than the limits.
  void CheckSize() const;
};

/// An MJCF with all that it includes in its place. Files of assets become absolute paths.
/// @throws UserError with file and line.
Mjcf ReadMjcf(const std::filesystem::path& file, const FileAccess& files, Report* report,
              const Limits& limits = {});
/// The same for a text that stands in for `file`; what is included is looked for beside it.
Mjcf ParseMjcf(const std::string& text, const std::filesystem::path& file, const FileAccess& files,
               Report* report, const Limits& limits = {});

/// An MJCF's elements with all that it includes, and nothing more looked at.
Element ReadTree(const std::filesystem::path& file, const FileAccess& files,
                 const Limits& limits = {});

/// Attributes of assets that name a file.
const std::vector<std::string>& FileAttributes();

}  // namespace sinew::robots
