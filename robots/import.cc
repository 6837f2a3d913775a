#include "robots/import.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "robots/mjcf/actuators.h"
#include "robots/mjcf/assets.h"
#include "robots/mjcf/compile.h"
#include "robots/mjcf/downlevel.h"
#include "robots/mjcf/mjcf.h"
#include "robots/mjcf/schema.h"
#include "robots/mjcf/structure.h"
#include "robots/study/base.h"
#include "robots/study/efforts.h"
#include "robots/study/naming.h"
#include "robots/study/rest.h"
#include "robots/study/study.h"
#include "robots/study/task_text.h"
#include "robots/study/workspace.h"
#include "robots/urdf/urdf.h"
#include "sim/simulation.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

// Takes the folder away again if the import ends with an exception.
class FreshFolder {
 public:
  explicit FreshFolder(const fs::path& folder) : folder_(folder) { CreateFreshFolder(folder); }
  ~FreshFolder() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(folder_, ignored);
  }
  FreshFolder(const FreshFolder&) = delete;
  FreshFolder& operator=(const FreshFolder&) = delete;
  void Keep() { kept_ = true; }

 private:
  fs::path folder_;
  bool kept_ = false;
};

std::pair<fs::path, std::string> SplitAttach(const std::string& attach) {
  const size_t at = attach.rfind('@');
  if (at == attach.npos || at == 0 || at + 1 == attach.size())
    throw UserError(fmt::format("--attach {}: FILE@BODY_OR_SITE is meant", attach));
  return {attach.substr(0, at), attach.substr(at + 1)};
}

// The steps of one import, which share the model and its report.
class Importer {
 public:
  explicit Importer(const ImportOptions& options)
      : options_(options), files_(options.file, options.packages, options.allow_outside) {}

  ImportResult Run() {
    Read();
    if (!options_.attach.empty()) Attach();
    MakeReadable(&mjcf_);
    result_.report.ThrowIfRefused(options_.file.string());
    SetBase(&mjcf_, urdf_ ? BaseKind::kGuess : options_.base);
    NameEverything(&mjcf_);
    AddMotors(&mjcf_);
    FreshFolder folder(options_.out);
    Write();
    folder.Keep();
    return std::move(result_);
  }

 private:
  void Read() {
    mjcf_.report = &result_.report;
    const Element root = ReadXml(options_.file, options_.limits);
    urdf_ = root.name == "robot";
    if (urdf_) {
      mjcf_ = ReadUrdf(root, options_.base, files_, &result_.report, options_.limits);
    } else {
      mjcf_ = ReadMjcf(options_.file, files_, &result_.report, options_.limits);
    }
  }

  void Attach() {
    const auto [file, place] = SplitAttach(options_.attach);
    files_.Allow(fs::absolute(file).parent_path());
    AttachModel(&mjcf_, file, place);
  }

  void Write() {
    const fs::path model = options_.out / "model.xml";
    CopyAssets(&mjcf_, options_.out);
    std::vector<Element> keyframes = TakeKeyframes();
    WriteDampingRatios(&mjcf_, model);
    WriteDefaultEfforts(&mjcf_, Compiled(mjcf_, model).model());
    WriteControlRanges(&mjcf_);
    {
      const Compiled bare(mjcf_, model);
      for (Element& section : keyframes) mjcf_.root.children.push_back(std::move(section));
      DropUnfitKeyframes(&mjcf_, bare.model());
      const Anatomy anatomy = StudyAnatomy(bare.model());
      if (anatomy.free_joint >= 0 && !GroundHeight(bare.model())) AddFloor(&mjcf_);
    }
    const Home home = Rest(model);
    UseShortcuts(&mjcf_);
    Finish(model, home);
    result_.model = model;
    WriteFileAtomically(options_.out / "report.md", Text());
    result_.report_file = options_.out / "report.md";
  }

  std::vector<Element> TakeKeyframes() {
    std::vector<Element> taken;
    for (Element* section : mjcf_.Sections("keyframe")) taken.push_back(*section);
    std::erase_if(mjcf_.root.children, [](const Element& e) { return e.name == "keyframe"; });
    return taken;
  }

  Home Rest(const fs::path& model) {
    const Compiled compiled(mjcf_, model);
    const Home home = FindHome(&mjcf_, compiled.model(), StudyAnatomy(compiled.model()));
    if (urdf_) ExcludeTouching(&mjcf_, compiled.model(), home.qpos);
    return home;
  }

  void Finish(const fs::path& model, const Home& home) {
    Compiled compiled(mjcf_, model);
    const Anatomy anatomy = StudyAnatomy(compiled.model());
    TaskDraft draft{.robot = mjcf_.root.Get("model", options_.file.stem().string()),
                    .keyframe = home.keyframe,
                    .control_period = ControlPeriod(compiled.model()->opt.timestep)};
    result_.floating = anatomy.free_joint >= 0;
    const bool stands = result_.floating && options_.end_effector.empty();
    draft.goal = result_.goal = stands ? "stand" : "reach";
    result_.report.Guessed(fmt::format("base: {}", result_.floating ? "floating" : "fixed"));
    if (stands)
      Stand(compiled, anatomy, home, &draft);
    else
      Reach(model, compiled.model(), anatomy, home, &draft);
    // whatever was written must load in the program's own way
    sim::Simulation::FromFile(model);
    result_.task = options_.out / "task.toml";
    WriteFileAtomically(result_.task, WriteTask(draft));
  }

  void Stand(const Compiled& compiled, const Anatomy& anatomy, const Home& home, TaskDraft* draft) {
    const mjModel* m = compiled.model();
    draft->root = result_.end_effector = NameOf(m, mjOBJ_BODY, anatomy.root);
    std::ranges::copy(home.qpos, compiled.data()->qpos);
    mj_kinematics(m, compiled.data());
    const double height = compiled.data()->xpos[3 * anatomy.root + 2];
    draft->height = std::max(0.01, height);
    result_.report.Guessed(fmt::format(
        "goal: stand, with {} at {:.3g} m and an end of the episode at half of it or at a tilt of "
        "73 degrees",
        draft->root, draft->height));
  }

  void Reach(const fs::path& model, const mjModel* m, const Anatomy& anatomy, const Home& home,
             TaskDraft* draft) {
    const EndEffector end = FindEndEffector(m, anatomy, options_.end_effector);
    draft->site = result_.end_effector = SiteFor(m, end);
    const Compiled compiled(mjcf_, model);
    const int site = mj_name2id(compiled.model(), mjOBJ_SITE, draft->site.c_str());
    const double ground = GroundFor(compiled.model(), anatomy);
    draft->target = ReachableBox(compiled.model(), site, home.qpos, ground);
    result_.report.Guessed(fmt::format("end effector: the site {} on body {} ({})", draft->site,
                                       NameOf(m, mjOBJ_BODY, end.body), end.why));
    result_.report.Guessed(
        draft->target ? "goal: reach, with targets in a box all of whose corners inverse "
                        "kinematics reaches, above the ground"
                      : "goal: reach, with targets wherever the joints take the end effector: no "
                        "box was found that it reaches everywhere");
    DraftTorques(compiled.model(), anatomy, home, draft);
  }

  // without a floor, a base that does not move stands on the ground
  static double GroundFor(const mjModel* m, const Anatomy& anatomy) {
    if (const auto ground = GroundHeight(m)) return *ground;
    return m->body_jntnum[anatomy.root] > 0 ? 0 : m->body_pos[3 * anatomy.root + 2];
  }

  std::string SiteFor(const mjModel* m, const EndEffector& end) {
    if (end.site >= 0) return NameOf(m, mjOBJ_SITE, end.site);
    std::string name = "end_effector";
    while (mj_name2id(m, mjOBJ_SITE, name.c_str()) >= 0) name += "_";
    BodiesInOrder(&mjcf_).at(end.body)->Add("site", {{"name", name},
                                                     {"pos", Join(ToList(end.position))},
                                                     {"size", "0.01"},
                                                     {"rgba", "0.9 0.3 0.2 1"}});
    return name;
  }

  void DraftTorques(const mjModel* m, const Anatomy& anatomy, const Home& home, TaskDraft* draft) {
    draft->gravity_compensation = mjcf_.gravity_compensation;
    if (!AllMotors(m) || result_.floating) return;
    const bool able = m->opt.integrator != mjINT_RK4 && HingesAndSlidesOnly(m);
    if (draft->gravity_compensation.empty() && able) {
      draft->gravity_compensation = NameOf(m, mjOBJ_BODY, anatomy.root);
      result_.report.Guessed(
          "gravity_compensation of the task: torque-controlled arms carry their own weight; take "
          "the line out of task.toml if yours does not");
    }
    draft->torque_scale = UsefulShare(m, home.qpos, !draft->gravity_compensation.empty());
    if (draft->torque_scale < 1)
      result_.report.Guessed(
          fmt::format("torque_scale {}: the share of the motors' ranges that brisk motion needs",
                      draft->torque_scale));
  }

  static bool HingesAndSlidesOnly(const mjModel* m) {
    for (int j = 0; j < m->njnt; ++j)
      if (!IsScalar(m, j)) return false;
    return true;
  }

  std::string Text() const {
    return result_.report.ToMarkdown(fmt::format(
        "Import of {} for MuJoCo {}", options_.file.filename().string(), Engine().ToString()));
  }

  const ImportOptions& options_;
  FileAccess files_;
  ImportResult result_;
  Mjcf mjcf_;
  bool urdf_ = false;
};

}  // namespace

ImportResult ImportRobot(const ImportOptions& options) {
  try {
    return Importer(options).Run();
  } catch (const fs::filesystem_error& error) {
    throw Error(OneLine(fmt::format("{}: {}", options.file.string(), error.what())));
  }
}

}  // namespace sinew::robots
