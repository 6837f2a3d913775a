#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "robots/tree/xml.h"

namespace sinew::robots {

/// Which files an import may read: those beneath the model's folder (or the ROS package that it
/// lies in) and beneath the folders that the user named.
class FileAccess {
 public:
  /// @param packages  folders of ROS packages by name, as the user gave them.
  FileAccess(const std::filesystem::path& model,
             std::map<std::string, std::filesystem::path> packages, bool allow_outside);

  /// The file that `path` names from `folder`, with symbolic links resolved.
  /// @throws UserError with the place of `from` if it is not there or may not be read.
  std::filesystem::path Resolve(const std::filesystem::path& folder,
                                const std::filesystem::path& path, const Element& from) const;
  /// The same for the names of a URDF: package://NAME/..., file://..., a plain path.
  std::filesystem::path ResolveUri(const std::string& uri, const Element& from) const;
  /// Lets files beneath this folder be read as well.
  void Allow(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path PackageFolder(const std::string& name, const Element& from) const;
  bool Allowed(const std::filesystem::path& file) const;

  std::filesystem::path folder_;  // of the model
  std::vector<std::filesystem::path> roots_;
  std::map<std::string, std::filesystem::path> packages_;
  bool allow_outside_;
};

}  // namespace sinew::robots
