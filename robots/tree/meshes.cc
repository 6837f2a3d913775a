#include "robots/tree/meshes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <sstream>

#include "core/error.h"
#include "core/files.h"

namespace sinew::robots {
namespace {

namespace fs = std::filesystem;

constexpr size_t kStlHeader = 84, kStlTriangle = 50;
constexpr size_t kMostTriangles = 200'000;  // MuJoCo reads no more of an STL

std::string LowerExtension(const fs::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

// the triangles that a binary STL announces, or 0 if its size says something else
size_t BinaryTriangles(std::string_view bytes) {
  if (bytes.size() < kStlHeader) return 0;
  uint32_t count = 0;
  std::memcpy(&count, bytes.data() + kStlHeader - sizeof count, sizeof count);
  return bytes.size() >= kStlHeader + kStlTriangle * size_t{count} ? count : 0;
}

MeshBytes ReadStl(std::string bytes, const std::string& file) {
  const size_t count = BinaryTriangles(bytes);
  if (count > kMostTriangles) {
    throw UserError(fmt::format("{}: {} triangles, and MuJoCo reads at most {} of an STL", file,
                                count, kMostTriangles));
  }
  // some writers leave bytes behind the triangles, which MuJoCo does not take
  bytes.resize(count > 0 ? kStlHeader + kStlTriangle * count : bytes.size());
  if (count > 0) return {std::move(bytes), ".stl", ""};
  const Triangles triangles = ParseAsciiStl(bytes, file);
  return {WriteBinaryStl(triangles), ".stl", "ASCII STL files are written as binary ones"};
}

}  // namespace

Triangles ParseAsciiStl(std::string_view text, const std::string& file) {
  Triangles triangles;
  std::vector<double> numbers;
  for (size_t next = text.find("vertex"); next != text.npos; next = text.find("vertex", next)) {
    next += std::strlen("vertex");
    const size_t end = std::min(text.find('\n', next), text.size());
    if (!ParseNumbers(text.substr(next, end - next), &numbers) || numbers.size() != 3)
      throw UserError(fmt::format("{}: an STL whose vertices are no three numbers", file));
    triangles.corners.emplace_back(numbers[0], numbers[1], numbers[2]);
  }
  const size_t corners = triangles.corners.size();
  if (corners == 0 || corners % 3 != 0 || triangles.count() > kMostTriangles) {
    throw UserError(fmt::format("{}: an STL has whole triangles, 1 to {}: this has {} corners",
                                file, kMostTriangles, corners));
  }
  return triangles;
}

std::string WriteBinaryStl(const Triangles& triangles) {
  std::string bytes(kStlHeader + kStlTriangle * triangles.count(), '\0');
  const auto count = static_cast<uint32_t>(triangles.count());
  std::memcpy(bytes.data() + kStlHeader - sizeof count, &count, sizeof count);
  for (size_t i = 0; i < triangles.corners.size(); ++i) {
    char* triangle = bytes.data() + kStlHeader + kStlTriangle * (i / 3);
    // the normal stays zero: MuJoCo works it out
    std::memcpy(triangle + 12 + 12 * (i % 3), triangles.corners[i].data(), 12);
  }
  return bytes;
}

MeshBytes ReadMesh(const fs::path& file, const Limits& limits) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error || size == 0 || size > limits.mesh_bytes) {
    throw UserError(fmt::format("{}: a mesh of {} bytes, and 1 to {} are read", file.string(),
                                error ? 0 : size, limits.mesh_bytes));
  }
  std::string bytes = ReadFile(file);
  const std::string extension = LowerExtension(file);
  if (extension == ".obj" || extension == ".msh") return {std::move(bytes), extension, ""};
  if (extension == ".stl") return ReadStl(std::move(bytes), file.string());
  if (extension == ".dae") {
    const Triangles triangles = ParseCollada(bytes, file.string(), limits);
    return {WriteBinaryStl(triangles), ".stl",
            "COLLADA meshes are written as STL, without their colours"};
  }
  throw UserError(fmt::format("{}: meshes are .stl, .obj, .msh or .dae", file.string()));
}

}  // namespace sinew::robots
