#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/random.h"

namespace sinew::sim {

/// Writes models at random: a chain of hinges, slides and a ball, with an actuator of every sort on
/// each, of any gear, gain and ranges.
class ModelMaker {
 public:
  explicit ModelMaker(uint64_t seed) : random_(seed, "models") {}

  std::string Make() {
    std::string bodies, ends;
    const int joints = 2 + static_cast<int>(random_.Below(4));
    for (int j = 0; j < joints; ++j) {
      bodies += fmt::format(
          "<body name=\"b{0}\" pos=\"0.1 0 0.1\">{1}"
          "<geom name=\"g{0}\" type=\"sphere\" size=\"0.05\" mass=\"1\" "
          "contype=\"0\" conaffinity=\"0\"/>",
          j, Joint(j));
      ends += "</body>";
    }
    bodies +=
        "<body name=\"ball\" pos=\"0 0 0.2\"><joint name=\"ball\" type=\"ball\"/>"
        "<geom name=\"ball\" type=\"box\" size=\"0.1 0.05 0.02\" mass=\"1\" contype=\"0\" "
        "conaffinity=\"0\"/></body>";
    std::string actuators;
    for (int j = 0; j < joints; ++j) actuators += Actuator(fmt::format("joint=\"j{}\"", j), j, 1);
    actuators += Actuator("joint=\"ball\"", joints, 3);
    actuators += Actuator("tendon=\"belt\"", joints + 1, 1);
    return "<mujoco><compiler angle=\"radian\"/><option timestep=\"0.0005\"/><worldbody>" + bodies +
           ends + "</worldbody><tendon><fixed name=\"belt\">" + Coefficient("j0") +
           Coefficient("j1") + "</fixed></tendon><actuator>" + actuators + "</actuator></mujoco>";
  }

 private:
  double Number(double low, double high) { return random_.Uniform(low, high); }
  double Signed(double low, double high) {
    return (random_.Uniform() < 0.5 ? -1 : 1) * random_.Uniform(low, high);
  }
  bool Chance(double share) { return random_.Uniform() < share; }

  std::string Joint(int j) {
    const bool slide = Chance(0.3);
    const std::string range = Chance(0.5) ? fmt::format(" limited=\"true\" range=\"{} {}\"",
                                                        Number(-2, -0.1), Number(0.1, 2))
                                          : "";
    return fmt::format("<joint name=\"j{}\" type=\"{}\" axis=\"{} {} 1\" armature=\"0.1\"{}/>", j,
                       slide ? "slide" : "hinge", Number(-1, 1), Number(-1, 1), range);
  }

  std::string Coefficient(const char* joint) {
    return fmt::format("<joint joint=\"{}\" coef=\"{}\"/>", joint, Signed(0.02, 1.5));
  }

  std::string Actuator(const std::string& place, int number, int components) {
    std::string gear = fmt::format("{}", Signed(0.1, 20));
    for (int k = 1; k < components; ++k)
      gear += fmt::format(" {}", Chance(0.5) ? Signed(0.1, 20) : 0.0);
    const double low = Number(-3, 0.5);
    std::string common =
        fmt::format("name=\"a{}\" {} gear=\"{}\" ctrllimited=\"true\" ctrlrange=\"{} {}\"", number,
                    place, gear, low, low + Number(0.1, 4));
    // a force limit that may leave all or a part of the control range
    if (Chance(0.6))
      common += fmt::format(" forcelimited=\"true\" forcerange=\"{} {}\"", Number(-5, -0.5),
                            Number(0.5, 5));
    switch (random_.Below(5)) {
      case 0:
        return fmt::format("<motor {}/>", common);
      case 1:
        return fmt::format("<position kp=\"{}\" {}/>", Number(1, 50), common);
      case 2:
        return fmt::format("<velocity kv=\"{}\" {}/>", Number(0.1, 5), common);
      case 3:
        return fmt::format(
            "<general gaintype=\"fixed\" gainprm=\"{}\" biastype=\"affine\" "
            "biasprm=\"{} {} {}\" {}/>",
            Signed(0.5, 30), Signed(0, 2), -Number(1, 40), -Number(0, 3), common);
      default:
        return fmt::format("<general gainprm=\"{}\" {}/>", Signed(0.2, 40), common);
    }
  }

  Random random_;
};

}  // namespace sinew::sim
