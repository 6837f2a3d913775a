// The policies of assets/policies do what their table says of them.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/files.h"
#include "tests/apps/program.h"
#include "tests/paths.h"

namespace sinew::apps {
namespace {

using nlohmann::json;

const std::string kFolder = SourceDir() + "/assets/policies/";

json Recorded() { return json::parse(ReadFile(kFolder + "evaluations.json")); }

TEST(Policies, EachStandsInTheTable) {
  std::set<std::string> files, recorded;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".policy") files.insert(entry.path().filename());
  }
  const std::string table = ReadFile(kFolder + "README.md");
  for (const json& evaluation : Recorded()) {
    recorded.insert(evaluation.at("task").get<std::string>() + ".policy");
    EXPECT_NE(table.find("`" + *recorded.rbegin() + "`"), std::string::npos);
  }
  EXPECT_FALSE(files.empty());
  EXPECT_EQ(files, recorded);
}

// the recorded mean is of 400 episodes; that of 25 lies within four standard errors of it
TEST(Policies, EarnWhatTheTableSays) {
  constexpr int kEpisodes = 25;
  for (const json& recorded : Recorded()) {
    const auto file = kFolder + recorded.at("task").get<std::string>() + ".policy";
    const Outcome outcome =
        Scratch().Sinew({"eval", file, "--episodes", std::to_string(kEpisodes), "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const double mean = recorded.at("mean"), std_dev = recorded.at("std_dev");
    // other processors round otherwise
    const double room = 4 * std_dev / std::sqrt(kEpisodes) + 1e-3 * std::abs(mean);
    EXPECT_NEAR(json::parse(outcome.out).at("mean").get<double>(), mean, room) << file;
  }
}

}  // namespace
}  // namespace sinew::apps
