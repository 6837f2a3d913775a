#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/files.h"
#include "deploy/export/export.h"
#include "tests/deploy/test_task.h"

namespace sinew::deploy {

/// Gives each test a folder name of its own, and removes what was made there.
class ExportFolderTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  ExportManifest Export(const policy::TestPolicy& artifact, int vectors = 50,
                        const ExportOptions& options = {}) {
    return ExportPolicy(artifact,
                        MakeGoldenVectors(artifact, std::make_shared<TestTask>(),
                                          {vectors, 2, 3, options.stochastic}),
                        options, folder_);
  }
  /// Runs a shell command in the folder. @return its exit status; its output is in `output_`.
  int Run(const std::string& command) {
    const std::string all =
        fmt::format("cd '{}' && {{ {}; }} > log.txt 2>&1", folder_.string(), command);
    const int status = std::system(all.c_str());
    output_ = ReadFile(folder_ / "log.txt");
    return status;
  }
  /// Replaces text in a file of the folder.
  void Edit(const std::string& file, const std::string& from, const std::string& to) {
    std::string text = ReadFile(folder_ / file);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    WriteFileAtomically(folder_ / file, text.replace(at, from.size(), to));
  }

  // parameterised tests have a slash in their name
  static std::string TestName() {
    std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ranges::replace(name, '/', '_');
    return name;
  }

  std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) / fmt::format("{}_{}", TestName(), ::getpid());
  std::string output_;
};

}  // namespace sinew::deploy
