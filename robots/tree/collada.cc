// Triangles of COLLADA documents: positions, polygons and the nodes that place them.

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <map>
#include <numbers>
#include <vector>

#include "core/error.h"
#include "robots/tree/meshes.h"

namespace sinew::robots {
namespace {

using Transform = Eigen::Affine3d;

constexpr int kNodeDepth = 40;
constexpr size_t kMostCorners = 3 * 200'000;

std::vector<double> NumbersOf(const Element& e) {
  std::vector<double> numbers;
  if (!ParseNumbers(e.text, &numbers))
    throw UserError(fmt::format("{}: <{}> is no list of numbers", e.Where(), e.name));
  return numbers;
}

// what "#name" refers to
std::string Reference(const Element& e, const char* attribute) {
  const std::string value = e.Get(attribute);
  return value.starts_with('#') ? value.substr(1) : value;
}

// The corners of one <geometry>, by its <triangles>, <polylist> and <polygons>.
class Geometry {
 public:
  explicit Geometry(const Element& geometry) {
    const Element* mesh = geometry.Child("mesh");
    if (!mesh) return;
    for (const Element& source : mesh->children) {
      const Element* numbers = source.Child("float_array");
      if (source.name == "source" && numbers) sources_[source.Get("id")] = NumbersOf(*numbers);
    }
    for (const Element& vertices : mesh->children) {
      if (vertices.name != "vertices") continue;
      for (const Element& input : vertices.children)
        if (input.Get("semantic") == "POSITION")
          positions_[vertices.Get("id")] = Reference(input, "source");
    }
    for (const Element& faces : mesh->children)
      if (faces.name == "triangles" || faces.name == "polylist" || faces.name == "polygons")
        Add(faces);
  }

  const std::vector<Eigen::Vector3d>& corners() const { return corners_; }

 private:
  void Add(const Element& faces) {
    size_t stride = 0, offset = 0;
    const std::vector<double>* positions = nullptr;
    for (const Element& input : faces.children) {
      if (input.name != "input") continue;
      const auto at = static_cast<size_t>(std::max(0.0, Number(input, "offset", 0)));
      stride = std::max(stride, at + 1);
      if (input.Get("semantic") != "VERTEX") continue;
      offset = at;
      const auto found = sources_.find(positions_[Reference(input, "source")]);
      if (found != sources_.end()) positions = &found->second;
    }
    if (!positions || stride == 0) return;
    std::vector<double> sizes;
    if (const Element* vcount = faces.Child("vcount")) sizes = NumbersOf(*vcount);
    for (const Element& p : faces.children) {
      if (p.name != "p") continue;
      const auto indices = NumbersOf(p);
      const size_t points = indices.size() / stride;
      if (faces.name == "polygons") sizes = {static_cast<double>(points)};
      if (faces.name == "triangles") sizes.assign(points / 3, 3);
      size_t first = 0;
      for (const double size : sizes) {
        const auto n = static_cast<size_t>(std::clamp(size, 0.0, 1e6));
        if (first + n > points) break;
        // a fan, which is right for convex polygons
        for (size_t k = 2; k < n; ++k)
          for (const size_t corner : {first, first + k - 1, first + k})
            AddCorner(*positions, indices[corner * stride + offset], p);
        first += n;
      }
    }
  }

  void AddCorner(const std::vector<double>& positions, double index, const Element& p) {
    const bool inside = index >= 0 && 3 * index + 2 < static_cast<double>(positions.size());
    if (!inside || corners_.size() > kMostCorners)
      throw UserError(fmt::format("{}: a face beyond its vertices, or too many", p.Where()));
    const size_t i = 3 * static_cast<size_t>(index);
    corners_.emplace_back(positions[i], positions[i + 1], positions[i + 2]);
  }

  std::map<std::string, std::vector<double>> sources_;
  std::map<std::string, std::string> positions_;
  std::vector<Eigen::Vector3d> corners_;
};

class Scene {
 public:
  explicit Scene(const Element& root) {
    for (const Element& library : root.children) {
      for (const Element& e : library.children) {
        if (e.name == "geometry") geometries_.emplace(e.Get("id"), Geometry(e));
        if (e.name == "node") nodes_[e.Get("id")] = &e;
      }
    }
    if (const Element* asset = root.Child("asset"))
      if (const Element* unit = asset->Child("unit")) scale_ = Number(*unit, "meter", 1);
    for (const Element& library : root.children) {
      if (library.name != "library_visual_scenes") continue;
      for (const Element& scene : library.children)
        for (const Element& node : scene.children)
          if (node.name == "node") Place(node, Transform::Identity(), 0);
    }
    if (!triangles_.corners.empty()) return;
    // a document without a scene
    for (const auto& [id, geometry] : geometries_) Append(geometry, Transform::Identity());
  }

  const Triangles& triangles() const { return triangles_; }

 private:
  static Transform TransformOf(const Element& node) {
    Transform transform = Transform::Identity();
    for (const Element& e : node.children) {
      const bool known =
          e.name == "matrix" || e.name == "translate" || e.name == "rotate" || e.name == "scale";
      if (!known) continue;
      const auto v = NumbersOf(e);
      if (e.name == "matrix" && v.size() == 16) {
        Eigen::Map<const Eigen::Matrix<double, 4, 4, Eigen::RowMajor>> matrix(v.data());
        transform = transform * Transform(matrix);
      }
      if (e.name == "translate" && v.size() == 3)
        transform.translate(Eigen::Vector3d(v[0], v[1], v[2]));
      if (e.name == "scale" && v.size() == 3) transform.scale(Eigen::Vector3d(v[0], v[1], v[2]));
      const Eigen::Vector3d axis =
          v.size() == 4 ? Eigen::Vector3d(v[0], v[1], v[2]) : Eigen::Vector3d::Zero();
      if (e.name == "rotate" && axis.norm() > 0)
        transform.rotate(Eigen::AngleAxisd(v[3] * std::numbers::pi / 180, axis.normalized()));
    }
    return transform;
  }

  void Place(const Element& node, const Transform& around, int depth) {
    if (depth > kNodeDepth)
      throw UserError(fmt::format("{}: nodes more than {} deep", node.Where(), kNodeDepth));
    const Transform transform = around * TransformOf(node);
    for (const Element& e : node.children) {
      if (e.name == "node") Place(e, transform, depth + 1);
      if (e.name == "instance_node" && nodes_.contains(Reference(e, "url")))
        Place(*nodes_[Reference(e, "url")], transform, depth + 1);
      const auto geometry = geometries_.find(Reference(e, "url"));
      if (e.name == "instance_geometry" && geometry != geometries_.end())
        Append(geometry->second, transform);
    }
  }

  void Append(const Geometry& geometry, const Transform& transform) {
    if (triangles_.corners.size() + geometry.corners().size() > kMostCorners)
      throw UserError("a COLLADA document with more than 200000 triangles");
    for (const Eigen::Vector3d& corner : geometry.corners())
      triangles_.corners.push_back((scale_ * (transform * corner)).cast<float>());
  }

  std::map<std::string, Geometry> geometries_;
  std::map<std::string, const Element*> nodes_;
  double scale_ = 1;
  Triangles triangles_;
};

}  // namespace

Triangles ParseCollada(const std::string& text, const std::string& file, const Limits& limits) {
  Limits document = limits;
  document.file_bytes = limits.mesh_bytes;
  const Scene scene(ParseXml(text, file, document));
  if (scene.triangles().corners.empty())
    throw UserError(fmt::format("{}: a COLLADA document without triangles", file));
  return scene.triangles();
}

}  // namespace sinew::robots
