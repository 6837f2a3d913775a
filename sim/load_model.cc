#include "sim/load_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "sim/model_identity.h"

namespace sinew::sim {
namespace {

// MuJoCo reports errors through one process-wide C function pointer that must not return; throwing
// unwinds through the library's C frames, which Debian's build permits, and keeps a bad model from
// ending the program.
void ThrowOnMujocoError(const char* message) { throw Error(fmt::format("MuJoCo: {}", message)); }
// warnings are read from mjData after every substep; the default handler would write MUJOCO_LOG.TXT
void IgnoreMujocoWarning(const char*) {}

void InstallHandlers() {
  static const bool installed = [] {
    mju_user_error = ThrowOnMujocoError;
    mju_user_warning = IgnoreMujocoWarning;
    return true;
  }();
  (void)installed;
}

mjModel* Compile(const std::string& path, const mjVFS* vfs) {
  InstallHandlers();
  std::array<char, 1024> message{};
  mjModel* model = mj_loadXML(path.c_str(), vfs, message.data(), message.size());
  if (!model) throw UserError(fmt::format("{}: {}", path, OneLine(message.data())));
  return model;
}

#if mjVERSION_HEADER < 300
bool GeomsTouch(const mjModel* m) {
  return std::any_of(m->geom_contype, m->geom_contype + m->ngeom,
                     [](int type) { return type != 0; });
}

// Where no geom can touch another but through explicit pairs, MuJoCo 2's search for candidates
// takes half of a step and finds nothing.
void SkipBroadPhase(mjModel* m) {
  if (!GeomsTouch(m)) m->opt.collision = mjCOL_PAIR;
}

// MuJoCo 2 sets 3 MB aside for constraints, and clears them at every reset in the time of ten steps
// of a small arm. Without contacts the model itself says how many there can be.
void TrimConstraints(mjModel* m) {
  if (GeomsTouch(m) || m->npair > 0) return;
  const int equality = 6 * m->neq;  // a weld's
  const int friction = m->nv + m->ntendon;
  const int limits = 2 * (m->njnt + m->ntendon);
  m->njmax = std::min(m->njmax, equality + friction + limits);
}
#else  // MuJoCo 3 needs neither
void SkipBroadPhase(mjModel*) {}
void TrimConstraints(mjModel*) {}
#endif

}  // namespace

mjModel* LoadModel(const std::filesystem::path& mjcf) {
  if (!std::filesystem::exists(mjcf)) {
    throw UserError(fmt::format("{}: no such MJCF file", mjcf.string()));
  }
  return Compile(mjcf.string(), nullptr);
}

mjModel* LoadModel(const std::string& text, const std::filesystem::path& folder) {
  InstallHandlers();
  if (text.empty()) throw UserError("model.xml: the MJCF text is empty");
  auto vfs = std::make_unique<mjVFS>();
  mj_defaultVFS(vfs.get());
  // no name that a file of the folder has, since the text may include one
  const char* name = "(model).xml";
  mj_makeEmptyFileVFS(vfs.get(), name, static_cast<int>(text.size()));
  std::memcpy(vfs->filedata[mj_findFileVFS(vfs.get(), name)], text.data(), text.size());
  struct Cleanup {
    mjVFS* vfs;
    ~Cleanup() { mj_deleteVFS(vfs); }
  } cleanup{vfs.get()};
  // the virtual file is found by its bare name, and its folder is where MuJoCo looks for the rest
  return Compile((folder / name).string(), vfs.get());
}

spec::ModelIdentity PrepareModel(mjModel* m) {
  spec::ModelIdentity identity{ModelHash(m), "", EngineName()};
  SkipBroadPhase(m);
  std::string bytes(static_cast<size_t>(mj_sizeModel(m)), '\0');
  mj_saveModel(m, nullptr, bytes.data(), static_cast<int>(bytes.size()));
  TrimConstraints(m);
  identity.engine_hash = HashHex(bytes);
  return identity;
}

}  // namespace sinew::sim
