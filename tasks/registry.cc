#include "tasks/registry.h"

#include <functional>
#include <map>

#include "core/error.h"
#include "core/names.h"
#include "robots/mjcf/versions.h"
#include "sim/check/model_task.h"
#include "tasks/arm/arm_grip.h"
#include "tasks/arm/arm_insert.h"
#include "tasks/arm/arm_push.h"
#include "tasks/arm/arm_reach.h"
#include "tasks/arm/arm_reach_pose.h"
#include "tasks/arm/arm_track.h"
#include "tasks/classic/cartpole.h"
#include "tasks/classic/inverted_double_pendulum.h"
#include "tasks/classic/inverted_pendulum.h"
#include "tasks/classic/pendulum.h"
#include "tasks/file/task_file.h"
#include "tasks/locomotion/planar_walker.h"
#include "tasks/locomotion/runner.h"
#include "tasks/planar/planar_gripper.h"
#include "tasks/planar/planar_reach.h"
#include "tasks/planar/reacher.h"

namespace sinew::tasks {
namespace {

const std::map<std::string, std::function<std::unique_ptr<sim::TaskBuilder>()>>& Registry() {
  static const std::map<std::string, std::function<std::unique_ptr<sim::TaskBuilder>()>> registry{
      {"ant", [] { return MakeRunner("ant"); }},
      {"arm-insert", MakeArmInsert},
      {"arm-lift", [] { return MakeArmGrip(true); }},
      {"arm-pick-place", [] { return MakeArmGrip(false); }},
      {"arm-push", MakeArmPush},
      {"arm-reach", [] { return MakeArmReach(true); }},
      {"arm-reach-fixed", [] { return MakeArmReach(false); }},
      {"arm-reach-pose", MakeArmReachPose},
      {"arm-track", MakeArmTrack},
      {"cartpole-swingup", [] { return MakeCartpoleSwingup("cartpole-swingup", false); }},
      {"cartpole-swingup-sparse",
       [] { return MakeCartpoleSwingup("cartpole-swingup-sparse", true); }},
      {"cheetah", [] { return MakeRunner("cheetah"); }},
      {"gripper", [] { return MakePlanarGripper("gripper", {.random_target = false}); }},
      {"gripper-catch", [] { return MakePlanarGripper("gripper-catch", {.thrown = true}); }},
      {"gripper-random", [] { return MakePlanarGripper("gripper-random", {}); }},
      {"hopper", [] { return MakeRunner("hopper"); }},
      {"inverted-double-pendulum", MakeInvertedDoublePendulum},
      {"inverted-pendulum", MakeInvertedPendulum},
      {"moving-gripper", [] { return MakePlanarGripper("moving-gripper", {.moving_base = true}); }},
      {"pendulum", MakePendulum},
      {"reach-double", [] { return MakePlanarReach(2); }},
      {"reach-single", [] { return MakePlanarReach(1); }},
      {"reacher", MakeReacher},
      {"walker", [] { return MakeRunner("walker"); }},
      {"walker-run", [] { return MakePlanarWalker("walker-run", 8); }},
      {"walker-stand", [] { return MakePlanarWalker("walker-stand", 0); }},
      {"walker-walk", [] { return MakePlanarWalker("walker-walk", 1); }},
  };
  return registry;
}

}  // namespace

std::vector<std::string> TaskNames() {
  std::vector<std::string> names;
  for (const auto& [name, make] : Registry()) names.push_back(name);
  return names;
}

std::unique_ptr<sim::TaskBuilder> MakeTaskBuilder(const std::string& name) {
  if (IsTaskFile(name)) return ReadTaskFile(name);
  robots::RefuseModel(name);
  const auto found = Registry().find(name);
  if (found == Registry().end()) throw UserError(UnknownName("task", name, TaskNames()));
  return found->second();
}

std::shared_ptr<const sim::Task> MakeTask(const std::string& name) {
  return MakeTaskBuilder(name)->Build();
}

std::shared_ptr<const sim::Task> MakeTaskOrModel(const std::string& what) {
  if (!what.ends_with(".xml")) return MakeTask(what);
  try {
    return sim::MakeModelTask(what);
  } catch (const UserError& error) {
    throw UserError(robots::BetterMessage(error.what(), what));
  }
}

}  // namespace sinew::tasks
