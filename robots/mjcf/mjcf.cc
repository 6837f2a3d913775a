#include "robots/mjcf/mjcf.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

// Puts what include elements name in their place.
class Includer {
 public:
  Includer(const FileAccess& files, const Limits& limits) : files_(files), limits_(limits) {}

  void Expand(Element* parent, const fs::path& folder, int depth) {
    std::vector<Element> expanded;
    for (Element& child : parent->children) {
      if (child.name != "include") {
        Expand(&child, folder, depth);
        expanded.push_back(std::move(child));
        continue;
      }
      for (Element& element : Read(child, folder, depth)) expanded.push_back(std::move(element));
    }
    parent->children = std::move(expanded);
  }

 private:
  std::vector<Element> Read(const Element& include, const fs::path& folder, int depth) {
    if (depth >= limits_.include_depth || ++count_ > limits_.includes) {
      throw UserError(fmt::format("{}: too many includes (at most {} deep and {} in all)",
                                  include.Where(), limits_.include_depth, limits_.includes));
    }
    const fs::path file = Find(include, folder);
    Element root = ReadXml(file, limits_);
    elements_ += CountElements(root);
    if (elements_ > limits_.elements)
      throw UserError(fmt::format("{}: more elements than {}", include.Where(), limits_.elements));
    Expand(&root, file.parent_path(), depth + 1);
    return std::move(root.children);
  }

  // MuJoCo looks beside the main file, whatever file the include stands in; makers' files know both
  fs::path Find(const Element& include, const fs::path& folder) const {
    const fs::path name = include.Get("file");
    if (name.empty()) throw UserError(fmt::format("{}: <include> has no file", include.Where()));
    std::error_code error;
    if (folder != files_.folder() && !fs::exists(files_.folder() / name, error) &&
        fs::exists(folder / name, error))
      return files_.Resolve(folder, name, include);
    return files_.Resolve(files_.folder(), name, include);
  }

  const FileAccess& files_;
  const Limits& limits_;
  int count_ = 0;
  size_t elements_ = 0;
};

void ResolveAssetFiles(Mjcf* mjcf, const fs::path& folder) {
  const CompilerSettings compiler = mjcf->Compiler();
  const auto resolve = [&](Element&, Element& asset) {
    const bool texture = asset.name == "texture";
    const bool model = asset.name == "model";
    for (const std::string& attribute : FileAttributes()) {
      if (!asset.Has(attribute)) continue;
      fs::path path = asset.Get(attribute);
      if (compiler.strip_path) path = path.filename();
      if (!model) path = fs::path(texture ? compiler.texture_folder : compiler.mesh_folder) / path;
      // MuJoCo names a mesh after its file
      if (!asset.Has("name") && attribute == "file") asset.Set("name", path.stem().string());
      asset.Set(attribute, mjcf->files->Resolve(folder, path, asset).string());
    }
  };
  mjcf->VisitSection("asset", resolve);
  mjcf->VisitSection("deformable", [&](Element& parent, Element& element) {
    if (element.name == "skin") resolve(parent, element);
  });
}

Element Included(Element root, const fs::path& file, const FileAccess& files,
                 const Limits& limits) {
  if (root.name != "mujoco" && root.name != "mujocoinclude") {
    throw UserError(fmt::format("{}: the root is <{}>: an MJCF has <mujoco>, a URDF <robot>",
                                root.Where(), root.name));
  }
  root.name = "mujoco";
  Includer(files, limits).Expand(&root, file.parent_path(), 0);
  return root;
}

Mjcf Finish(Element root, const fs::path& file, const FileAccess& files, Report* report,
            const Limits& limits) {
  root = Included(std::move(root), file, files, limits);
  Mjcf mjcf{.root = std::move(root), .files = &files, .report = report, .limits = limits};
  ResolveAssetFiles(&mjcf, file.parent_path());
  return mjcf;
}

void VisitBelow(Element& parent, const std::function<void(Element&, Element&)>& visit) {
  for (Element& child : parent.children) {
    visit(parent, child);
    VisitBelow(child, visit);
  }
}

}  // namespace

const std::vector<std::string>& FileAttributes() {
  static const std::vector<std::string> attributes{"file",     "fileright", "fileleft", "fileup",
                                                   "filedown", "filefront", "fileback"};
  return attributes;
}

CompilerSettings Mjcf::Compiler() const {
  CompilerSettings settings;
  for (const Element& element : root.children) {
    if (element.name != "compiler") continue;
    if (element.Has("angle")) settings.degree = element.Get("angle") != "radian";
    settings.eulerseq = element.Get("eulerseq", settings.eulerseq);
    if (element.Has("assetdir"))
      settings.mesh_folder = settings.texture_folder = element.Get("assetdir");
    settings.mesh_folder = element.Get("meshdir", settings.mesh_folder);
    settings.texture_folder = element.Get("texturedir", settings.texture_folder);
    if (element.Has("strippath")) settings.strip_path = element.Get("strippath") == "true";
  }
  if (settings.eulerseq.size() != 3 ||
      settings.eulerseq.find_first_not_of("xyzXYZ") != std::string::npos)
    throw UserError(fmt::format("{}: eulerseq=\"{}\": three of x, y, z, X, Y, Z", root.Where(),
                                settings.eulerseq.substr(0, 20)));
  return settings;
}

std::vector<Element*> Mjcf::Sections(std::string_view name) {
  std::vector<Element*> sections;
  for (Element& child : root.children)
    if (child.name == name) sections.push_back(&child);
  return sections;
}

Element& Mjcf::Section(std::string_view name) {
  Element* section = root.Child(name);
  return section ? *section : root.Add(std::string(name));
}

void Mjcf::VisitSection(std::string_view name,
                        const std::function<void(Element&, Element&)>& visit) {
  for (Element* section : Sections(name)) VisitBelow(*section, visit);
}

Element* Mjcf::Named(std::string_view section, std::string_view tag, std::string_view name) {
  Element* found = nullptr;
  VisitSection(section, [&](Element&, Element& element) {
    if (!found && element.name == tag && element.Get("name") == name) found = &element;
  });
  return found;
}

void Mjcf::CheckSize() const {
  const size_t count = CountElements(root);
  if (count > limits.elements)
    throw UserError(fmt::format("{}: the model has {} elements, and at most {} are taken",
                                root.Where(), count, limits.elements));
}

Element ReadTree(const fs::path& file, const FileAccess& files, const Limits& limits) {
  // beside the name that was given, as MuJoCo looks, and not where a link leads
  return Included(ReadXml(file, limits), fs::absolute(file), files, limits);
}

Mjcf ReadMjcf(const fs::path& file, const FileAccess& files, Report* report, const Limits& limits) {
  const fs::path place = fs::weakly_canonical(fs::absolute(file));
  Element root = ReadXml(place, limits);
  return Finish(std::move(root), place, files, report, limits);
}

Mjcf ParseMjcf(const std::string& text, const fs::path& file, const FileAccess& files,
               Report* report, const Limits& limits) {
  const fs::path place = fs::weakly_canonical(fs::absolute(file));
  return Finish(ParseXml(text, file.string(), limits), place, files, report, limits);
}

}  // namespace sinew::robots
