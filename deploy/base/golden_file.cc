#include <fmt/format.h>

#include "core/error.h"
#include "deploy/base/golden.h"
#include "policy/safetensors.h"

namespace sinew::deploy {
namespace {

// 2 has sequences
constexpr const char* kFormat = "sinew-golden-1";
constexpr const char* kSequences = "sinew-golden-2";

// the width of a matrix with `rows` rows; 0 rows: as many as it has
int64_t Width(const policy::TensorFile& file, const std::string& name, int64_t* rows) {
  constexpr int64_t kWidest = 1 << 20;
  const auto& shape = file.At(name).shape;
  if (shape.size() == 2 && *rows == 0) *rows = shape[0];
  if (shape.size() != 2 || shape[0] != *rows || shape[1] < 1 || shape[1] > kWidest) {
    throw UserError(fmt::format("{}: tensor '{}' is not a matrix of {} golden vectors",
                                file.source(), name, *rows));
  }
  return shape[1];
}

std::vector<uint8_t> ReadBegin(const policy::TensorFile& file, int64_t rows) {
  if (file.At("begin").shape != std::vector<int64_t>{rows}) {
    throw UserError(fmt::format("{}: tensor 'begin' has no number for each of {} golden vectors",
                                file.source(), rows));
  }
  std::vector<uint8_t> begin = file.Values<uint8_t>("begin");
  if (!begin.empty() && begin[0] == 0) {
    throw UserError(
        fmt::format("{}: the golden vectors do not begin with an episode", file.source()));
  }
  return begin;
}

}  // namespace

void SaveGolden(const std::filesystem::path& path, const GoldenVectors& golden,
                const std::string& policy_hash) {
  policy::TensorWriter writer;
  writer.SetMetadata("format", golden.begin.empty() ? kFormat : kSequences);
  writer.SetMetadata("policy_hash", policy_hash);
  const int64_t rows = golden.size();
  writer.Add<float>("observation", {rows, golden.obs_dim}, golden.observation);
  writer.Add<double>("torque", {rows, golden.act_dim}, golden.torque);
  if (!golden.noise.empty()) writer.Add<float>("noise", {rows, golden.act_dim}, golden.noise);
  if (!golden.begin.empty()) writer.Add<uint8_t>("begin", {rows}, golden.begin);
  writer.Write(path);
}

GoldenFile LoadGolden(const std::filesystem::path& path) {
  const auto file = policy::TensorFile::Read(path);
  const bool sequences = file.Metadata("format") == kSequences;
  if ((file.Metadata("format") != kFormat && !sequences) || !file.has_checksum()) {
    throw UserError(fmt::format("{}: not a file of golden vectors", file.source()));
  }
  GoldenFile result;
  result.policy_hash = file.Metadata("policy_hash");
  GoldenVectors& golden = result.golden;
  int64_t rows = 0;
  golden.obs_dim = static_cast<int>(Width(file, "observation", &rows));
  golden.act_dim = static_cast<int>(Width(file, "torque", &rows));
  golden.observation = file.Values<float>("observation");
  golden.torque = file.Values<double>("torque");
  if (sequences) golden.begin = ReadBegin(file, rows);
  if (!file.tensors().contains("noise")) return result;
  if (Width(file, "noise", &rows) != golden.act_dim) {
    throw UserError(fmt::format("{}: noise and torque differ in width", file.source()));
  }
  golden.noise = file.Values<float>("noise");
  return result;
}

}  // namespace sinew::deploy
