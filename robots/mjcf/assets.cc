#include "robots/mjcf/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "robots/tree/meshes.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

// a file's name with nothing in it that a shell or another system trips over
std::string PlainStem(const fs::path& file) {
  std::string stem = file.stem().string();
  std::ranges::replace_if(
      stem, [](unsigned char c) { return !std::isalnum(c) && c != '-' && c != '_'; }, '_');
  return stem.empty() ? "asset" : stem.substr(0, 100);
}

class Copier {
 public:
  Copier(Mjcf* mjcf, fs::path folder) : mjcf_(mjcf), folder_(std::move(folder)) {}

  void Take(Element* asset) {
    for (const std::string& attribute : FileAttributes()) {
      if (!asset->Has(attribute)) continue;
      asset->Set(attribute, Copy(asset->Get(attribute), asset->name == "mesh"));
    }
  }

 private:
  std::string Copy(const fs::path& source, bool mesh) {
    const auto known = copied_.find(source);
    if (known != copied_.end()) return known->second;
    MeshBytes read = mesh ? ReadMesh(source, mjcf_->limits) : ReadOther(source);
    total_ += read.bytes.size();
    if (total_ > mjcf_->limits.asset_bytes) {
      throw UserError(
          fmt::format("meshes and textures of more than {} bytes", mjcf_->limits.asset_bytes));
    }
    if (!read.conversion.empty()) mjcf_->report->Exact(read.conversion, source.filename().string());
    const std::string name = FreeName(PlainStem(source), read.extension);
    fs::create_directories(folder_);
    WriteFileAtomically(folder_ / name, read.bytes, Flush::kNo);
    copied_[source] = name;
    return name;
  }

  MeshBytes ReadOther(const fs::path& source) const {
    if (fs::file_size(source) > mjcf_->limits.mesh_bytes)
      throw UserError(
          fmt::format("{}: more than {} bytes", source.string(), mjcf_->limits.mesh_bytes));
    return {ReadFile(source), source.extension().string(), ""};
  }

  std::string FreeName(const std::string& stem, const std::string& extension) {
    std::string name = stem + extension;
    for (int i = 2; !names_.insert(name).second; ++i)
      name = fmt::format("{}_{}{}", stem, i, extension);
    return name;
  }

  Mjcf* mjcf_;
  fs::path folder_;
  std::map<fs::path, std::string> copied_;
  std::set<std::string> names_;
  size_t total_ = 0;
};

}  // namespace

void CopyAssets(Mjcf* mjcf, const fs::path& folder) {
  Copier copier(mjcf, folder / "assets");
  mjcf->VisitSection("asset", [&](Element& parent, Element& asset) {
    if (parent.name == "asset") copier.Take(&asset);
  });
  for (Element* compiler : mjcf->Sections("compiler"))
    for (const char* attribute : {"meshdir", "texturedir", "strippath", "assetdir"})
      compiler->Remove(attribute);
  mjcf->Section("compiler").Set("meshdir", "assets");
  mjcf->Section("compiler").Set("texturedir", "assets");
}

}  // namespace sinew::robots
