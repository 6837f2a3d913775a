#include "robots/mjcf/versions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/names.h"
#include "robots/mjcf/handlers.h"

namespace sinew::robots {

namespace fs = std::filesystem;

const std::vector<Newer>& NewerThings() {
  using enum Report::Kind;
  // clang-format off
  static const std::vector<Newer> things{
    // what stands around the elements
    {"worldbody", "attach", "", "", "3.2.0", kExact, "attached models are written into the tree", HandleAttach},
    {"asset", "model", "", "", "3.2.0", kExact, "model assets are read where they are attached", Drop},
    {"worldbody", "replicate", "", "", "3.1.5", kExact, "replicate is written out", HandleReplicate},
    {"worldbody", "frame", "", "", "3.1.0", kExact, "frames are folded into what they hold", HandleFrame},
    {"compiler", "compiler", "autolimits", "", "3.0.0", kExact, "ranges without a limited attribute limit, as since MuJoCo 3: limited=\"true\" is written out", HandleAutolimits},
    {"compiler", "compiler", "assetdir", "", "2.3.0", kExact, "assetdir is resolved: all assets lie in one folder", Drop},
    {"compiler", "compiler", "alignfree", "", "3.2.3", kExact, "compiler alignfree, another choice of coordinates for free bodies, is left out", Drop},
    {"compiler", "compiler", "saveinertial", "", "3.3.1", kExact, "compiler saveinertial, which is about saving, is left out", Drop},
    {"compiler", "compiler", "conflict", "", "3.10.0", kExact, "compiler conflict, which is about attaching, is left out", Drop},
    {"compiler", "lengthrange", "interval", "", "2.3.3", kExact, "lengthrange interval is written under its old name inteval", HandleLengthRange},
    // memory, integrator, solver
    {"size", "size", "memory", "", "2.3.0", kExact, "size memory is left out: MuJoCo 2.2 sizes its stack itself", Drop},
    {"option", "option", "integrator", "implicitfast", "2.3.3", kInexact, "integrator implicitfast becomes implicit, which has the derivatives of the Coriolis forces besides: a difference of the order of the timestep times the joint speeds", HandleImplicitFast},
    {"option", "option", "integrator", "discrete", "3.13.0", kInexact, "integrator discrete becomes implicit", HandleImplicitFast},
    {"option", "option", "ls_iterations", "", "3.0.0", kExact, "ls_iterations, a bound on the solver's line search, is left out", Drop},
    {"option", "option", "ls_tolerance", "", "3.0.0", kExact, "ls_tolerance of the solver's line search is left out", Drop},
    {"option", "option", "ccd_iterations", "", "3.2.3", kExact, "ccd_iterations of the collision search is left out", Drop},
    {"option", "option", "ccd_tolerance", "", "3.2.3", kExact, "ccd_tolerance of the collision search is left out", Drop},
    {"option", "option", "sdf_iterations", "", "3.0.0", kExact, "sdf_iterations is left out", Drop},
    {"option", "option", "sdf_initpoints", "", "3.0.0", kExact, "sdf_initpoints is left out", Drop},
    {"option", "option", "o_friction", "", "3.0.0", kInexact, "o_friction, friction of overridden contacts, is left out", Drop},
    {"option", "option", "sleep_tolerance", "", "3.4.0", kExact, "sleep_tolerance is left out: nothing sleeps", Drop},
    {"option", "option", "actuatorgroupdisable", "", "3.0.1", kExact, "actuators of disabled groups are taken out", HandleDisabledGroups},
    {"option", "flag", "eulerdamp", "", "3.0.0", kInexact, "flag eulerdamp=\"disable\" is left out: MuJoCo 2.2 always integrates joint damping implicitly, which is more stable", HandleFlag},
    {"option", "flag", "midphase", "", "3.0.0", kExact, "flag midphase, a way to find the same contacts, is left out", Drop},
    {"option", "flag", "island", "", "3.0.0", kExact, "flag island, a way to solve the same constraints, is left out", Drop},
    {"option", "flag", "invdiscrete", "", "3.0.0", kExact, "flag invdiscrete, of inverse dynamics, is left out", Drop},
    {"option", "flag", "autoreset", "", "3.2.1", kExact, "flag autoreset is left out: divergence is always reported", Drop},
    {"option", "flag", "nativeccd", "", "3.2.3", kExact, "flag nativeccd is left out: MuJoCo 2.2 has one way to collide convex geoms", Drop},
    {"option", "flag", "sleep", "", "3.4.0", kExact, "flag sleep is left out: nothing sleeps", Drop},
    {"option", "flag", "diagexact", "", "3.9.0", kExact, "flag diagexact of the solver is left out", Drop},
    {"option", "flag", "spring", "", "3.3.6", kInexact, "flag spring=\"disable\" is left out: springs act", HandleFlag},
    {"option", "flag", "damper", "", "3.3.6", kInexact, "flag damper=\"disable\" is left out: dampers act", HandleFlag},
    // looks
    {"visual", "global", "realtime", "", "2.3.0", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "global", "ellipsoidinertia", "", "2.3.4", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "global", "bvactive", "", "3.1.2", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "global", "orthographic", "", "3.2.0", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "global", "cameraid", "", "3.3.4", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "scale", "frustum", "", "3.0.1", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "rgba", "frustum", "", "3.0.1", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "rgba", "bv", "", "3.1.2", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"visual", "rgba", "bvactive", "", "3.1.2", kExact, "visual options that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "light", "type", "", "3.3.3", kExact, "light type=\"directional\" is written as directional=\"true\"", HandleLightType},
    {"worldbody", "light", "bulbradius", "", "3.1.5", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "light", "intensity", "", "3.3.3", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "light", "range", "", "3.3.3", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "light", "texture", "", "3.3.3", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "camera", "focal", "", "3.0.0", kExact, "sensorsize and focal of cameras are written as fovy", HandleFocal},
    {"worldbody", "camera", "focalpixel", "", "3.0.0", kExact, "resolution and focalpixel of cameras are written as fovy", HandleFocal},
    {"worldbody", "camera", "sensorsize", "", "3.0.0", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "camera", "resolution", "", "3.0.0", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "camera", "principal", "", "3.0.0", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "camera", "principalpixel", "", "3.0.0", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "camera", "orthographic", "", "3.2.0", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "camera", "output", "", "3.5.0", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"worldbody", "camera", "projection", "", "3.5.0", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"asset", "layer", "", "", "3.2.5", kExact, "the rgb layer of a material becomes its texture, other layers are left out", HandleMaterialLayer},
    {"asset", "material", "metallic", "", "3.1.5", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"asset", "material", "roughness", "", "3.1.5", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"asset", "texture", "nchannel", "", "3.2.1", kExact, "attributes of textures that MuJoCo 2.2 does not read are left out", Drop},
    {"asset", "texture", "colorspace", "", "3.3.3", kExact, "attributes of textures that MuJoCo 2.2 does not read are left out", Drop},
    {"asset", "*", "content_type", "", "2.3.7", kExact, "content_type is left out: the file's extension says it", Drop},
    // meshes
    {"asset", "mesh", "maxhullvert", "", "3.2.0", kExact, "maxhullvert, a coarser hull for collisions, is left out: the hull is that of the mesh", Drop},
    {"asset", "mesh", "inertia", "", "3.2.5", kExact, "inertia=\"shell\" of meshes is written as shellinertia of their geoms; exact, convex and legacy matter only to bodies without <inertial>", HandleMeshInertia},
    {"asset", "mesh", "material", "", "3.3.6", kExact, "attributes of lights, cameras and materials that MuJoCo 2.2 does not draw are left out", Drop},
    {"asset", "mesh", "builtin", "", "3.3.5", kRefused, "<mesh builtin>, a shape that newer engines make, has no equivalent: write a mesh file", RefuseIt},
    {"asset", "mesh", "params", "", "3.3.5", kExact, "params of built-in meshes", Drop},
    {"asset", "hfield", "elevation", "", "3.1.2", kRefused, "<hfield elevation>, heights in the MJCF, has no equivalent: write a file", RefuseIt},
    {"deformable", "flex", "", "", "3.0.0", kRefused, "<flex>, a soft body, has no equivalent", RefuseIt},
    {"deformable", "skin", "", "", "3.0.0", kExact, "skins move from <deformable> to <asset>", HandleDeformable},
    {"worldbody", "flexcomp", "", "", "3.0.0", kRefused, "<flexcomp>, a soft body, has no equivalent", RefuseIt},
    {"extension", "plugin", "", "", "2.3.3", kRefused, "<plugin> of engine plugins has no equivalent", RefuseIt},
    {"worldbody", "plugin", "", "", "2.3.0", kRefused, "<plugin> of engine plugins has no equivalent", RefuseIt},
    {"actuator", "plugin", "", "", "2.3.0", kRefused, "<plugin> of engine plugins has no equivalent", RefuseIt},
    {"worldbody", "geom", "type", "sdf", "3.0.0", kRefused, "geoms of type sdf have no equivalent: write a mesh", RefuseIt},
    {"worldbody", "geom", "adhesion", "", "3.11.0", kInexact, "adhesion of geoms is left out: nothing sticks", Drop},
    {"worldbody", "geom", "surfacevel", "", "3.11.0", kInexact, "surfacevel of geoms is left out: surfaces do not move by themselves", Drop},
    {"worldbody", "body", "sleep", "", "3.4.0", kExact, "body sleep is left out: nothing sleeps", Drop},
    {"worldbody", "body", "simple", "", "3.11.0", kExact, "body simple, a way to reckon the same, is left out", Drop},
    {"worldbody", "freejoint", "align", "", "3.2.3", kExact, "align of free joints, another choice of coordinates, is left out", Drop},
    // actuators; kv, dampratio and their like become biasprm of <general>
    {"actuator", "position", "kv", "", "3.1.0", kExact, "kv of servos is written as a coefficient of the velocity (biasprm of <general>)", WrittenOut},
    {"actuator", "intvelocity", "kv", "", "3.1.0", kExact, "kv of servos is written as a coefficient of the velocity (biasprm of <general>)", WrittenOut},
    {"actuator", "general", "inheritrange", "", "3.1.3", kExact, "inheritrange is written out as ctrlrange", HandleInheritRange},
    {"actuator", "general", "dampratio", "", "3.1.6", kExact, "dampratio is written as kv = 2 dampratio sqrt(kp inertia) at qpos0", WrittenOut},
    {"actuator", "general", "dyntype", "filterexact", "3.0.0", kInexact, "timeconst of servos (dyntype filterexact) becomes dyntype filter, whose lag is off by half a timestep", HandleFilterExact},
    {"actuator", "general", "actearly", "", "3.0.0", kInexact, "actearly is left out: activations act one timestep later", Drop},
    {"actuator", "general", "actdim", "", "2.3.1", kRefused, "actdim, several activations of one actuator, has no equivalent", RefuseIt},
    {"actuator", "general", "delay", "", "3.5.0", kInexact, "delays of actuators are left out: [randomize] delay in the task file is for them", Drop},
    {"actuator", "general", "nsample", "", "3.5.0", kInexact, "delays of actuators are left out: [randomize] delay in the task file is for them", Drop},
    {"actuator", "general", "interp", "", "3.5.0", kExact, "interp of delayed actuators is left out", Drop},
    {"actuator", "general", "armature", "", "3.7.0", kExact, "armature of actuators, times gear squared, is added to their joints", HandleReflected},
    {"actuator", "general", "damping", "", "3.7.0", kExact, "damping of actuators, times gear squared, is added to their joints", HandleReflected},
    {"actuator", "general", "input", "", "3.11.0", kRefused, "input of actuators has no equivalent", RefuseIt},
    {"actuator", "dcmotor", "", "", "3.7.0", kRefused, "<dcmotor> has no equivalent: write a motor with the torque that it gives", RefuseIt},
    {"actuator", "orientation", "", "", "3.11.0", kRefused, "<orientation> servos have no equivalent", RefuseIt},
    {"actuator", "pid", "", "", "3.12.0", kRefused, "<pid> servos have no equivalent: write a position servo", RefuseIt},
    {"worldbody", "joint", "actuatorfrcrange", "", "3.0.0", kExact, "actuatorfrcrange of joints driven by one actuator is written as its forcerange, by gear", HandleForceRange},
    {"worldbody", "joint", "actuatorfrclimited", "", "3.0.0", kExact, "goes with actuatorfrcrange", HandleForceRange},
    {"worldbody", "joint", "actuatorforcerange", "", "2.3.7", kExact, "goes by the later name actuatorfrcrange", HandleForceRange},
    {"worldbody", "joint", "actuatorforcelimited", "", "2.3.7", kExact, "goes by the later name actuatorfrclimited", HandleForceRange},
    {"tendon", "*", "actuatorfrcrange", "", "3.3.1", kExact, "is written as the forcerange of the one actuator that pulls it", HandleForceRange},
    {"tendon", "*", "actuatorfrclimited", "", "3.3.1", kExact, "goes with actuatorfrcrange", HandleForceRange},
    {"worldbody", "body", "gravcomp", "", "2.3.1", kExact, "gravcomp of a whole arm becomes gravity_compensation of the task file", HandleGravcomp},
    {"worldbody", "joint", "actuatorgravcomp", "", "3.1.4", kInexact, "actuatorgravcomp is left out: compensation is not held to the actuator's range", Drop},
    // tendons, constraints, contacts
    {"tendon", "*", "armature", "", "3.3.1", kInexact, "armature of tendons is left out", Drop},
    {"tendon", "*", "springlength", "", "3.0.0", kInexact, "springlength with a dead band becomes its middle", HandleSpringLength},
    {"equality", "*", "site1", "", "3.2.3", kExact, "constraints between sites are written with bodies, anchors and relative poses", HandleEqualitySites},
    {"equality", "flex", "", "", "3.0.0", kRefused, "constraints of soft bodies have no equivalent", RefuseIt},
    {"equality", "flexvert", "", "", "3.5.0", kRefused, "constraints of soft bodies have no equivalent", RefuseIt},
    {"equality", "flexstrain", "", "", "3.6.0", kRefused, "constraints of soft bodies have no equivalent", RefuseIt},
    {"contact", "pair", "solreffriction", "", "2.3.6", kInexact, "solreffriction of contact pairs is left out: friction has the pair's solref", Drop},
    {"contact", "pair", "adhesion", "", "3.11.0", kInexact, "adhesion of contact pairs is left out: nothing sticks", Drop},
    // sensors
    {"sensor", "jointactuatorfrc", "", "", "2.3.7", kExact, "jointactuatorfrc sensors of joints with one actuator of gear 1 become actuatorfrc", HandleJointActuatorForce},
    {"sensor", "camprojection", "", "", "3.0.0", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "distance", "", "", "3.1.6", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "normal", "", "", "3.1.6", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "fromto", "", "", "3.1.6", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "e_potential", "", "", "3.3.0", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "e_kinetic", "", "", "3.3.0", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "tendonactuatorfrc", "", "", "3.3.1", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "insidesite", "", "", "3.3.5", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "contact", "", "", "3.3.5", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "tactile", "", "", "3.3.5", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "plugin", "", "", "2.3.0", kInexact, "sensors that MuJoCo 2.2 does not have are left out", Drop},
    {"sensor", "rangefinder", "camera", "", "3.5.0", kRefused, "rangefinders of a camera have no equivalent", RefuseIt},
    {"sensor", "rangefinder", "data", "", "3.5.0", kInexact, "data of rangefinders is left out: they measure the distance", Drop},
    {"sensor", "*", "delay", "", "3.5.0", kInexact, "delays of sensors are left out", Drop},
    {"sensor", "*", "interval", "", "3.5.0", kInexact, "delays of sensors are left out", Drop},
    {"sensor", "*", "nsample", "", "3.5.0", kInexact, "delays of sensors are left out", Drop},
    {"sensor", "*", "interp", "", "3.5.0", kInexact, "delays of sensors are left out", Drop},
  };
  // clang-format on
  return things;
}

}  // namespace sinew::robots
