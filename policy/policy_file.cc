#include "policy/policy_file.h"

#include <fmt/format.h>

#include <charconv>

#include "core/error.h"
#include "core/files.h"
#include "policy/file_versions.h"
#include "policy/safetensors.h"

namespace sinew::policy {
namespace {

constexpr std::string_view kFamily = "sinew-policy-";

// @throws UserError unless it is one of ours
int VersionOf(const TensorFile& file) {
  std::string_view format = file.Metadata("format");
  int version = 0;
  if (format.starts_with(kFamily)) {
    format.remove_prefix(kFamily.size());
    const auto [end, error] =
        std::from_chars(format.data(), format.data() + format.size(), version);
    if (error != std::errc() || end != format.data() + format.size()) version = 0;
  }
  if (version < 1) {
    throw UserError(fmt::format("{}: not a policy file of the format '{}1' or '{}2'", file.source(),
                                kFamily, kFamily));
  }
  if (version > 2) {
    throw UserError(
        fmt::format("{}: a policy file of version {}, this program reads 1 and 2: use a later one",
                    file.source(), version));
  }
  return version;
}

// what both versions carry
template <class Use>
void WithWriter(const PolicyGraph& graph, Use use) {
  CheckGraph(graph);
  TensorWriter writer;
  writer.SetMetadata("contract", spec::ContractToJson(graph.contract));
  // the numbers must outlive the writer
  const std::optional<Perceptron> perceptron = AsPerceptron(graph);
  writer.SetMetadata("format", fmt::format("{}{}", kFamily, perceptron ? 1 : 2));
  if (perceptron) {
    WriteVersion1(*perceptron, &writer);
  } else {
    WriteVersion2(graph, &writer);
  }
  use(writer);
}

}  // namespace

void SavePolicy(const std::filesystem::path& path, const PolicyGraph& graph, Flush flush) {
  WithWriter(graph, [&](const TensorWriter& writer) { writer.Write(path, flush); });
}

PolicyGraph LoadPolicy(const std::filesystem::path& path) {
  return ParsePolicy(ReadFile(path), path.string());
}

PolicyGraph ParsePolicy(std::string bytes, const std::string& source) {
  const TensorFile file = TensorFile::Parse(std::move(bytes), source);
  const int version = VersionOf(file);
  if (!file.has_checksum()) throw UserError(source + ": a policy file without its CRC-32");
  const spec::Contract contract = spec::ContractFromJson(file.Metadata("contract"), source);
  try {
    PolicyGraph graph =
        version == 1 ? GraphOf(contract, ReadVersion1(file)) : ReadVersion2(file, contract);
    CheckGraph(graph);
    return graph;
  } catch (const UserError&) {
    throw;
  } catch (const Error& error) {
    throw UserError(fmt::format("{}: {}", source, error.what()));
  }
}

std::string PolicyHash(const PolicyGraph& graph) {
  std::string hash;
  WithWriter(graph, [&](const TensorWriter& writer) { hash = HashHex(writer.Serialize()); });
  return hash;
}

}  // namespace sinew::policy
