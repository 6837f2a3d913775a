#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "robots/tree/xml.h"

namespace sinew::robots {

/// Triangles as MuJoCo's STL reader takes them, three corners each [m].
struct Triangles {
  std::vector<Eigen::Vector3f> corners;
  size_t count() const { return corners.size() / 3; }
};

/// A mesh as bytes of a format that MuJoCo reads.
struct MeshBytes {
  std::string bytes;
  std::string extension;   // ".stl", ".obj", ".msh"
  std::string conversion;  // what was done to it; empty: nothing
};

/// A mesh file: binary STL, OBJ and MSH as they are, ASCII STL and COLLADA (.dae) as binary STL.
/// @throws UserError for other formats, broken files and more than 200,000 triangles of an STL.
MeshBytes ReadMesh(const std::filesystem::path& file, const Limits& limits);

/// The triangles of an ASCII STL. @throws UserError.
Triangles ParseAsciiStl(std::string_view text, const std::string& file);
/// The triangles of a COLLADA document, placed by its scene, in metres; its up axis is not looked
/// at, as ROS does not either. @throws UserError.
Triangles ParseCollada(const std::string& text, const std::string& file, const Limits& limits);
std::string WriteBinaryStl(const Triangles& triangles);

}  // namespace sinew::robots
