// Frames, replicas and units: what stands around the elements of the tree.

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <set>

#include "core/error.h"
#include "robots/mjcf/structure.h"
#include "robots/tree/names.h"

namespace sinew::robots {
namespace {

void Rotate(Element* element, const char* attribute, const Eigen::Quaterniond& by,
            const Eigen::Vector3d& fallback) {
  const Eigen::Vector3d v = ToVector(Numbers(*element, attribute, 3, ToList(fallback)));
  element->Set(attribute, Join(ToList(by * v)));
}

void MovePosition(Element* element, const Pose& frame) {
  const Eigen::Vector3d position = ToVector(Numbers(*element, "pos", 3, {0, 0, 0}));
  element->Set("pos", Join(ToList(frame * position)));
}

void MoveEnds(Element* element, const Pose& frame) {
  const auto ends = Numbers(*element, "fromto", 6, {});
  const Eigen::Vector3d from = frame * Eigen::Vector3d(ends[0], ends[1], ends[2]);
  const Eigen::Vector3d to = frame * Eigen::Vector3d(ends[3], ends[4], ends[5]);
  element->Set("fromto", Join({from[0], from[1], from[2], to[0], to[1], to[2]}));
}

std::string Suffix(const std::string& separator, int count, int i) {
  const std::string number = std::to_string(i);
  const size_t digits = std::to_string(count).size();
  return separator + std::string(digits - number.size(), '0') + number;
}

// One <replicate> and what it becomes.
class Replica {
 public:
  Replica(const Element& element, const CompilerSettings& compiler, const Limits& limits)
      : element_(element) {
    const double count = Number(element, "count", 0);
    if (!(count >= 0) || count > limits.replicas || count != std::floor(count)) {
      throw UserError(fmt::format("{}: count of <replicate> is a whole number up to {}",
                                  element.Where(), limits.replicas));
    }
    count_ = static_cast<int>(count);
    if (static_cast<double>(CountElements(element)) * count > double(limits.elements)) {
      throw UserError(fmt::format("{}: <replicate> makes more elements than {}", element.Where(),
                                  limits.elements));
    }
    separator_ = element.Get("sep");
    offset_ = ToVector(Numbers(element, "offset", 3, {0, 0, 0}));
    const double unit = compiler.degree ? std::numbers::pi / 180 : 1;
    euler_ = unit * ToVector(Numbers(element, "euler", 3, {0, 0, 0}));
    sequence_ = compiler.eulerseq;
    for (const Element& child : element.children) CollectNames(child, &names_);
  }

  int count() const { return count_; }
  const std::set<std::string>& names() const { return names_; }
  std::string SuffixOf(int i) const { return Suffix(separator_, count_, i); }

  // each a frame with a copy of what is inside
  std::vector<Element> Frames() const {
    std::vector<Element> frames;
    Pose pose;
    const Pose step{offset_, FromEuler(euler_, sequence_)};
    for (int i = 0; i < count_; ++i) {
      // angles are multiplied, not rotations, for the bits of newer engines
      pose.rotation = FromEuler(i * euler_, sequence_);
      Element frame{.name = "frame",
                    .children = element_.children,
                    .file = element_.file,
                    .line = element_.line};
      SetPose(&frame, pose);
      for (Element& child : frame.children) AddSuffix(&child, names_, SuffixOf(i));
      frames.push_back(std::move(frame));
      pose = pose * step;
    }
    return frames;
  }

 private:
  const Element& element_;
  int count_ = 0;
  std::string separator_, sequence_;
  Eigen::Vector3d offset_, euler_;
  std::set<std::string> names_;
};

class ReplicaExpander {
 public:
  explicit ReplicaExpander(Mjcf* mjcf) : mjcf_(mjcf), compiler_(mjcf->Compiler()) {}

  void Expand(Element* parent) {
    std::vector<Element> expanded;
    for (Element& child : parent->children) {
      Expand(&child);
      if (child.name != "replicate") {
        expanded.push_back(std::move(child));
        continue;
      }
      const Replica replica(child, compiler_, mjcf_->limits);
      total_ += CountElements(child) * static_cast<size_t>(replica.count());
      if (total_ > mjcf_->limits.elements)
        throw UserError(fmt::format("{}: replicas make more elements than {}", child.Where(),
                                    mjcf_->limits.elements));
      for (Element& frame : replica.Frames()) expanded.push_back(std::move(frame));
      CopyReferences(replica);
      mjcf_->report->Exact("replicate is written out",
                           fmt::format("{} ({} times)", child.Where(), replica.count()));
    }
    parent->children = std::move(expanded);
  }

 private:
  // a sensor of a replicated site becomes one for each copy
  void CopyReferences(const Replica& replica) {
    for (const char* name : {"contact", "equality", "tendon", "actuator", "sensor"}) {
      for (Element* section : mjcf_->Sections(name)) {
        std::vector<Element> copied;
        for (Element& element : section->children) {
          if (!RefersTo(element, replica.names())) {
            copied.push_back(std::move(element));
            continue;
          }
          for (int i = 0; i < replica.count(); ++i) {
            Element copy = element;
            std::set<std::string> names = replica.names();
            if (copy.Has("name")) names.insert(copy.Get("name"));
            AddSuffix(&copy, names, replica.SuffixOf(i));
            copied.push_back(std::move(copy));
          }
        }
        section->children = std::move(copied);
      }
    }
    mjcf_->CheckSize();
  }

  Mjcf* mjcf_;
  CompilerSettings compiler_;
  size_t total_ = 0;
};

void Fold(Element* parent, const CompilerSettings& compiler, int* folded) {
  std::vector<Element> children;
  for (Element& child : parent->children) {
    Fold(&child, compiler, folded);
    if (child.name != "frame") {
      children.push_back(std::move(child));
      continue;
    }
    ++*folded;
    const Pose pose = PoseOf(child, compiler);
    for (Element& inner : child.children) {
      if (!pose.IsIdentity()) Move(&inner, pose, compiler);
      children.push_back(std::move(inner));
    }
  }
  parent->children = std::move(children);
}

void ConvertJoint(Element* joint) {
  const std::string type = joint->Get("type", "hinge");
  if (type != "hinge" && type != "ball") return;
  for (const char* attribute : {"range", "ref", "springref"}) {
    if (!joint->Has(attribute)) continue;
    auto values = Numbers(*joint, attribute);
    for (double& value : values) value *= std::numbers::pi / 180;
    joint->Set(attribute, Join(values));
  }
}

}  // namespace

void Move(Element* element, const Pose& frame, const CompilerSettings& compiler) {
  if (element->name == "freejoint") return;
  if (element->name == "joint") {
    const std::string type = element->Get("type", "hinge");
    if (type == "free") return;
    MovePosition(element, frame);
    if (type != "ball") Rotate(element, "axis", frame.rotation, Eigen::Vector3d::UnitZ());
  } else if (element->name == "light") {
    MovePosition(element, frame);
    Rotate(element, "dir", frame.rotation, -Eigen::Vector3d::UnitZ());
  } else if (element->Has("fromto")) {
    MoveEnds(element, frame);
  } else if (element->name == "body" || element->name == "geom" || element->name == "site" ||
             element->name == "camera") {
    SetPose(element, frame * PoseOf(*element, compiler));
  } else {
    throw UserError(
        fmt::format("{}: <{}> in a <frame> cannot be moved out of it: write it into the body",
                    element->Where(), element->name));
  }
}

void ExpandReplicas(Mjcf* mjcf) {
  ReplicaExpander expander(mjcf);
  // sections grow while the tree is walked, so the tree is taken out meanwhile
  for (size_t i = 0; i < mjcf->root.children.size(); ++i) {
    if (mjcf->root.children[i].name != "worldbody") continue;
    Element tree = std::move(mjcf->root.children[i]);
    expander.Expand(&tree);
    mjcf->root.children[i] = std::move(tree);
  }
}

void FoldFrames(Mjcf* mjcf) {
  int folded = 0;
  const CompilerSettings compiler = mjcf->Compiler();
  for (Element* world : mjcf->Sections("worldbody")) Fold(world, compiler, &folded);
  if (folded > 0)
    mjcf->report->Exact(fmt::format("{} frames are folded into what they hold", folded));
}

void UseRadians(Mjcf* mjcf) {
  const CompilerSettings compiler = mjcf->Compiler();
  mjcf->VisitSection("worldbody", [&](Element&, Element& e) {
    if (e.name == "joint" && compiler.degree) ConvertJoint(&e);
    if (e.Has("euler") || e.Has("axisangle")) SetPose(&e, PoseOf(e, compiler));
  });
  for (Element* section : mjcf->Sections("compiler")) {
    section->Remove("angle");
    section->Remove("eulerseq");
  }
  mjcf->Section("compiler").Set("angle", "radian");
}

}  // namespace sinew::robots
