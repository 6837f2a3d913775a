#include "sim/load_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "sim/engine/engine.h"
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
    if (!engine::IsTheOneCompiledFor()) {
      throw Error(fmt::format(
          "the library of MuJoCo that runs is {}, and this program was compiled for version {}: "
          "build it again, or let the loader find that one (LD_LIBRARY_PATH)",
          EngineName(), mjVERSION_HEADER));
    }
    mju_user_error = ThrowOnMujocoError;
    mju_user_warning = IgnoreMujocoWarning;
    return true;
  }();
  (void)installed;
}

using Message = std::array<char, 1024>;

mjModel* OrThrow(mjModel* model, const std::string& path, const Message& message) {
  if (!model) throw UserError(fmt::format("{}: {}", path, OneLine(message.data())));
  return model;
}

bool GeomsTouch(const mjModel* m) {
  return std::any_of(m->geom_contype, m->geom_contype + m->ngeom,
                     [](int type) { return type != 0; });
}

// Where no geom can touch another but through explicit pairs, MuJoCo 2's search for candidates
// takes half of a step and finds nothing.
void SkipBroadPhase(mjModel* m) {
  if (!GeomsTouch(m)) engine::SetContactCandidates(m, engine::Candidates::kPairs);
}

// MuJoCo 2 sets 3 MB aside for constraints, and clears them at every reset in the time of ten steps
// of a small arm. Without contacts the model itself says how many there can be.
void TrimConstraints(mjModel* m) {
  if (!engine::kStepsCanBeSpared || GeomsTouch(m) || m->npair > 0) return;
  const auto equality = 6 * m->neq;  // a weld's
  const auto friction = m->nv + m->ntendon;
  const auto limits = 2 * (m->njnt + m->ntendon);
  m->njmax = std::min(m->njmax, equality + friction + limits);
}

}  // namespace

mjModel* LoadModel(const std::filesystem::path& mjcf) {
  if (!std::filesystem::exists(mjcf)) {
    throw UserError(fmt::format("{}: no such MJCF file", mjcf.string()));
  }
  InstallHandlers();
  Message message{};
  mjModel* model = mj_loadXML(mjcf.c_str(), nullptr, message.data(), message.size());
  return OrThrow(model, mjcf.string(), message);
}

mjModel* LoadModel(const std::string& text, const std::filesystem::path& folder) {
  InstallHandlers();
  if (text.empty()) throw UserError("model.xml: the MJCF text is empty");
  // no name that a file of the folder has, since the text may include one
  const std::string path = (folder / "(model).xml").string();
  Message message{};
  return OrThrow(engine::LoadText(text, path, message), path, message);
}

spec::ModelIdentity PrepareModel(mjModel* m) {
  spec::ModelIdentity identity{ModelHash(m), "", EngineName()};
  SkipBroadPhase(m);
  std::string bytes(static_cast<size_t>(mj_sizeModel(m)), '\0');
  mj_saveModel(m, nullptr, bytes.data(), static_cast<int>(bytes.size()));
  TrimConstraints(m);
  m->opt.disableflags |= engine::kNoAutoreset;
  identity.engine_hash = HashHex(bytes);
  return identity;
}

}  // namespace sinew::sim
