// The shared library as a program in C sees it.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "policy/policy_file.h"
#include "tests/core/scratch_file.h"
#include "tests/policy/test_artifact.h"

namespace sinew::deploy {
namespace {

std::string OutputOf(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 4096> buffer;
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), got);
  }
  EXPECT_EQ(::pclose(pipe), 0) << output;
  return output;
}

TEST(RuntimeInC, GivesThePolicysTorques) {
  const ScratchFile file;
  const auto artifact = policy::RandomArtifact({5, 33, 2});
  policy::SavePolicy(file.path(), artifact);
  std::istringstream output(
      OutputOf(std::string(SINEW_RUNTIME_C_PROGRAM) + " " + file.path().string()));
  const auto policy = policy::MakeArtifactPolicy(artifact);
  for (const float value : {0.25f, -0.5f}) {
    const std::vector<float> observation(5, value);
    std::vector<float> action(2);
    policy->Act(observation, action);
    int status = -9;
    std::array<double, 2> torque{};
    output >> status >> torque[0] >> torque[1];
    EXPECT_EQ(status, 0);
    for (int i = 0; i < 2; ++i) {
      const auto& joint = artifact.contract.action[i];
      const double range = joint.torque_high - joint.torque_low;
      EXPECT_NEAR(torque[i], joint.torque_low + 0.5 * (action[i] + 1) * range, 1e-6 * range);
    }
  }
  std::string line;
  std::getline(output >> std::ws, line);
  EXPECT_EQ(line, "-2 1 -1 -1");  // bad file, no runtime, NULL runtime, NULL path
}

TEST(RuntimeLibrary, IsSmallAndNeedsOnlyTheSystem) {
  if (!SINEW_RELEASE || SINEW_SANITIZED) GTEST_SKIP() << "another build than release";
  const ScratchFile file;
  OutputOf("strip -o " + file.path().string() + " " + SINEW_RUNTIME_LIBRARY);
  EXPECT_LT(std::filesystem::file_size(file.path()), 280'000);
  std::istringstream needed(OutputOf("ldd " + file.path().string()));
  for (std::string line; std::getline(needed, line);) {
    for (const char* other : {"mujoco", "torch", "fmt", "blas"}) {
      EXPECT_EQ(line.find(other), std::string::npos) << line;
    }
  }
}

}  // namespace
}  // namespace sinew::deploy
