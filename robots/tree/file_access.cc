#include "robots/tree/file_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "core/error.h"
#include "core/names.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

constexpr int kLevelsUp = 5;  // from a model to the folder of its package

bool IsBeneath(const fs::path& file, const fs::path& root) {
  const fs::path relative = file.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// package.xml marks the root of a ROS package
std::vector<fs::path> PackagesAround(fs::path folder) {
  std::vector<fs::path> found;
  for (int level = 0; level < kLevelsUp && folder.has_relative_path(); ++level) {
    if (Exists(folder / "package.xml")) found.push_back(folder);
    folder = folder.parent_path();
  }
  return found;
}

std::vector<fs::path> RosPackagePath() {
  std::vector<fs::path> folders;
  const char* value = std::getenv("ROS_PACKAGE_PATH");
  std::istringstream stream(value ? value : "");
  for (std::string folder; std::getline(stream, folder, ':');)
    if (!folder.empty()) folders.emplace_back(folder);
  return folders;
}

// meshes are often named with the wrong slash on Windows
std::string WithSlashes(std::string path) {
  std::ranges::replace(path, '\\', '/');
  return path;
}

}  // namespace

FileAccess::FileAccess(const fs::path& model, std::map<std::string, fs::path> packages,
                       bool allow_outside)
    : packages_(std::move(packages)), allow_outside_(allow_outside) {
  folder_ = fs::weakly_canonical(fs::absolute(model)).parent_path();
  roots_.push_back(folder_);
  for (const fs::path& package : PackagesAround(folder_)) roots_.push_back(package);
  for (auto& [name, folder] : packages_) {
    folder = fs::weakly_canonical(fs::absolute(folder));
    if (!fs::is_directory(folder))
      throw UserError(fmt::format("--package {}={}: no such folder", name, folder.string()));
    roots_.push_back(folder);
  }
}

void FileAccess::Allow(const fs::path& folder) {
  roots_.push_back(fs::weakly_canonical(fs::absolute(folder)));
}

bool FileAccess::Allowed(const fs::path& file) const {
  return allow_outside_ ||
         std::ranges::any_of(roots_, [&](const fs::path& root) { return IsBeneath(file, root); });
}

fs::path FileAccess::Resolve(const fs::path& folder, const fs::path& path,
                             const Element& from) const {
  std::error_code error;
  const fs::path named = WithSlashes(path.string());
  const fs::path file = fs::weakly_canonical(folder / named, error);
  // what may not be read is not looked at either
  if (error || !Allowed(file)) {
    throw UserError(OneLine(fmt::format(
        "{}: '{}' lies outside of the model's folder {}: --allow-outside lets it be read",
        from.Where(), path.string(), folder_.string())));
  }
  if (fs::is_regular_file(file, error)) return file;
  throw UserError(OneLine(
      fmt::format("{}: no such file: '{}' ({})", from.Where(), path.string(), file.string())));
}

fs::path FileAccess::PackageFolder(const std::string& name, const Element& from) const {
  const auto given = packages_.find(name);
  if (given != packages_.end()) return given->second;
  fs::path folder = folder_;
  for (int level = 0; level < kLevelsUp && folder.has_relative_path(); ++level) {
    if (folder.filename() == name) return folder;
    if (fs::is_directory(folder / name)) return folder / name;
    folder = folder.parent_path();
  }
  for (const fs::path& root : RosPackagePath()) {
    if (root.filename() == name && fs::is_directory(root)) return root;
    if (fs::is_directory(root / name)) return root / name;
  }
  throw UserError(OneLine(
      fmt::format("{}: the folder of the package '{}' is not known: --package {}=FOLDER names it",
                  from.Where(), name, name)));
}

fs::path FileAccess::ResolveUri(const std::string& uri, const Element& from) const {
  static constexpr std::string_view kPackage = "package://", kModel = "model://", kFile = "file://";
  for (const std::string_view scheme : {kPackage, kModel}) {
    if (!uri.starts_with(scheme)) continue;
    const std::string rest = uri.substr(scheme.size());
    const size_t slash = rest.find('/');
    const std::string name = rest.substr(0, slash);
    if (name.empty() || name == "." || name == ".." || slash == rest.npos)
      throw UserError(OneLine(fmt::format("{}: '{}' names no file", from.Where(), uri)));
    FileAccess inside = *this;
    const fs::path folder = fs::weakly_canonical(PackageFolder(name, from));
    inside.roots_ = {folder};
    return inside.Resolve(folder, rest.substr(slash + 1), from);
  }
  if (uri.starts_with(kFile)) return Resolve(folder_, uri.substr(kFile.size()), from);
  return Resolve(folder_, uri, from);
}

}  // namespace sinew::robots
