#include "training/run/metrics_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "tests/core/temporary_folder.h"

namespace sinew::training {
namespace {

using Row = std::vector<Metric>;
using testing::ElementsAre;
using testing::HasSubstr;

// What went wrong, or "" if nothing did.
template <class Body>
std::string ErrorOf(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CsvLog, WritesHeaderThenRowsWithNineDigits) {
  TemporaryFolder folder;
  CsvLog log(folder / "progress.csv");
  log.Append(1000, Row{{"return", -4.25}, {"loss", 1.0 / 3}});
  log.Append(3000000000, Row{{"return", 123456789.4}, {"loss", std::nan("")}});
  EXPECT_EQ(ReadFile(folder / "progress.csv"),
            "step,return,loss\n1000,-4.25,0.333333333\n3000000000,123456789,nan\n");
}

TEST(CsvLog, EveryRowCanBeReadAtOnce) {
  TemporaryFolder folder;
  CsvLog log(folder / "progress.csv");
  for (int step = 1; step <= 3; ++step) {
    log.Append(step, Row{{"a", 0.5}});
    const std::string text = ReadFile(folder / "progress.csv");
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), step + 1);
  }
}

TEST(CsvLog, GrowsByNewColumnsAndLeavesMissingCellsEmpty) {
  TemporaryFolder folder;
  CsvLog log(folder / "progress.csv");
  log.Append(1, Row{{"a", 1}});
  log.Append(2, Row{{"b", 2}, {"a", 3}});
  log.Append(3, Row{{"b", 4}});
  EXPECT_THAT(log.columns(), ElementsAre("a", "b"));
  EXPECT_EQ(ReadFile(folder / "progress.csv"), "step,a,b\n1,1,\n2,3,2\n3,,4\n");
}

TEST(CsvLog, ResumedFileEqualsThatOfAnUninterruptedRun) {
  const auto write = [](CsvLog& log, int first, int last) {
    for (int step = first; step <= last; ++step) {
      Row row = {{"return", std::sqrt(step)}};
      if (step > 6) row.push_back({"loss", 1.0 / step});  // appears only after the checkpoint
      log.Append(step, row);
    }
  };
  TemporaryFolder folder;
  CsvLog whole(folder / "whole.csv");
  write(whole, 1, 10);
  {
    CsvLog first(folder / "resumed.csv");
    write(first, 1, 8);  // stopped at 8, the last checkpoint is of step 5
  }
  CsvLog second(folder / "resumed.csv", 5);
  write(second, 6, 10);
  EXPECT_EQ(ReadFile(folder / "resumed.csv"), ReadFile(folder / "whole.csv"));
}

TEST(CsvLog, ResumeDropsAnUnfinishedLastRow) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "a.csv", "step,a\n1,5\n2,");
  CsvLog log(folder / "a.csv", 100);
  log.Append(2, Row{{"a", 6}});
  EXPECT_EQ(ReadFile(folder / "a.csv"), "step,a\n1,5\n2,6\n");
}

TEST(CsvLog, ResumeBeforeTheFirstRowOrWithoutAFileStartsAfresh) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "cut.csv", "ste");
  for (const char* name : {"cut.csv", "none.csv"}) {
    CsvLog log(folder / name, 100);
    log.Append(1, Row{{"a", 1}});
    EXPECT_EQ(ReadFile(folder / name), "step,a\n1,1\n") << name;
  }
}

TEST(CsvLog, NamesFileAndLineOfDamage) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "row.csv", "step,a\n1,5\nx7,6\n3,7\n");
  EXPECT_THAT(ErrorOf([&] { CsvLog(folder / "row.csv", 9); }), HasSubstr("row.csv:3: damaged"));
  WriteFileAtomically(folder / "head.csv", "time,a\n1,5\n");
  EXPECT_THAT(ErrorOf([&] { CsvLog(folder / "head.csv", 9); }), HasSubstr("head.csv:1: damaged"));
}

TEST(CsvLog, DoesNotOverwriteAFile) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "a.csv", "precious");
  EXPECT_THROW(CsvLog(folder / "a.csv"), UserError);
  EXPECT_EQ(ReadFile(folder / "a.csv"), "precious");
}

TEST(CsvLog, RejectsNamesThatWouldBreakTheTable) {
  TemporaryFolder folder;
  CsvLog log(folder / "a.csv");
  for (const char* name : {"a,b", "a\"", "a\n", "", "step"}) {
    EXPECT_THAT(ErrorOf([&] { log.Append(1, Row{{name, 1}}); }), HasSubstr("cannot be a column"));
  }
  EXPECT_THAT(ErrorOf([&] { log.Append(1, Row{{"a", 1}, {"a", 2}}); }), HasSubstr("twice"));
}

TEST(CsvLog, FullDiskNamesTheFileAndKeepsWholeRows) {
  TemporaryFolder folder;
  CsvLog log(folder / "a.csv");
  log.Append(1, Row{{"a", 1}});  // 11 bytes, the next row would need 11 more
  {
    FileSizeLimit limit(15);
    EXPECT_THAT(ErrorOf([&] { log.Append(2, Row{{"a", 0.1234567}}); }), HasSubstr("a.csv: "));
  }
  EXPECT_EQ(ReadFile(folder / "a.csv"), "step,a\n1,1\n");
  log.Append(2, Row{{"a", 2}});
  EXPECT_EQ(ReadFile(folder / "a.csv"), "step,a\n1,1\n2,2\n");
}

TEST(JsonLines, WritesOneObjectALineInOrder) {
  TemporaryFolder folder;
  JsonLines log(folder / "eval.jsonl");
  log.Append(10, {{"mean", -1.5}, {"ci95", {-2, -1}}, {"policy", "best"}});
  log.Append(20, {{"mean", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_EQ(ReadFile(folder / "eval.jsonl"),
            R"({"step":10,"mean":-1.5,"ci95":[-2,-1],"policy":"best"})"
            "\n"
            R"({"step":20,"mean":null})"
            "\n");
  EXPECT_THROW(log.Append(30, nlohmann::ordered_json::array({1})), Error);
}

TEST(JsonLines, ResumeDropsLaterAndUnfinishedLines) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "a.jsonl", "{\"step\":1}\n{\"step\":5}\n{\"step\":6}\n{\"st");
  JsonLines log(folder / "a.jsonl", 5);
  log.Append(6, {{"x", 1}});
  EXPECT_EQ(ReadFile(folder / "a.jsonl"), "{\"step\":1}\n{\"step\":5}\n{\"step\":6,\"x\":1}\n");
}

TEST(JsonLines, NamesFileAndLineOfDamage) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "a.jsonl", "{\"step\":1}\n{\"mean\":5}\n");
  EXPECT_THAT(ErrorOf([&] { JsonLines(folder / "a.jsonl", 9); }), HasSubstr("a.jsonl:2: damaged"));
}

TEST(JsonLines, FullDiskNamesTheFileAndKeepsWholeLines) {
  TemporaryFolder folder;
  JsonLines log(folder / "a.jsonl");
  log.Append(1, {{"x", 1}});
  {
    FileSizeLimit limit(20);
    EXPECT_THAT(ErrorOf([&] { log.Append(2, {{"x", 2}}); }), HasSubstr("a.jsonl: "));
  }
  EXPECT_EQ(ReadFile(folder / "a.jsonl"), "{\"step\":1,\"x\":1}\n");
}

}  // namespace
}  // namespace sinew::training
