#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "core/error.h"
#include "core/files.h"
#include "core/random.h"
#include "robots/import.h"
#include "sim/load_model.h"
#include "tests/core/temporary_folder.h"

namespace sinew::robots {

using ModelPtr = std::unique_ptr<mjModel, void (*)(mjModel*)>;
using DataPtr = std::unique_ptr<mjData, void (*)(mjData*)>;

inline ModelPtr Load(const std::filesystem::path& file) {
  return {sim::LoadModel(file), mj_deleteModel};
}
inline ModelPtr LoadText(const std::string& text) {
  return {sim::LoadModel(text, "."), mj_deleteModel};
}
inline DataPtr MakeData(const mjModel* m) { return {mj_makeData(m), mj_deleteData}; }

/// A robot in a folder of its own, imported.
class Imported {
 public:
  explicit Imported(const std::string& text, const std::string& name = "robot.xml",
                    ImportOptions options = {}) {
    WriteFileAtomically(folder_ / name, text);
    options.file = folder_ / name;
    options.out = folder_ / "out";
    result_ = ImportRobot(options);
    model_.reset(sim::LoadModel(result_.model));
  }

  mjModel* model() const { return model_.get(); }
  const ImportResult& result() const { return result_; }
  std::string task() const { return ReadFile(result_.task); }

  /// Whether a line of that kind has these words.
  bool Says(Report::Kind kind, const std::string& words) const {
    return std::ranges::any_of(result_.report.Lines(kind), [&](const std::string& line) {
      return line.find(words) != line.npos;
    });
  }

 private:
  TemporaryFolder folder_;
  ImportResult result_;
  ModelPtr model_{nullptr, mj_deleteModel};
};

/// What importing a text is refused with; empty if it is not.
inline std::string Refusal(const std::string& text, const std::string& name = "robot.xml",
                           ImportOptions options = {}) {
  try {
    Imported imported(text, name, std::move(options));
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

/// The largest difference of the accelerations of two models with the same joints and actuators,
/// over random states and controls within `control`.
inline double WorstDifference(const mjModel* a, const mjModel* b, double control = 1) {
  EXPECT_EQ(a->nq, b->nq);
  EXPECT_EQ(a->nu, b->nu);
  if (a->nq != b->nq || a->nv != b->nv || a->nu != b->nu) return 1e9;
  const DataPtr one = MakeData(a), two = MakeData(b);
  Random random(1, "compare");
  double worst = 0;
  for (int k = 0; k < 50; ++k) {
    for (int i = 0; i < a->nq; ++i) one->qpos[i] = two->qpos[i] = random.Uniform(-1, 1);
    for (int i = 0; i < a->nv; ++i) one->qvel[i] = two->qvel[i] = random.Uniform(-2, 2);
    for (int i = 0; i < a->nu; ++i) one->ctrl[i] = two->ctrl[i] = random.Uniform(-control, control);
    mj_forward(a, one.get());
    mj_forward(b, two.get());
    for (int i = 0; i < a->nv; ++i) {
      worst = std::max(worst, std::abs(one->qacc[i] - two->qacc[i]) / (1 + std::abs(one->qacc[i])));
      worst = std::max(worst, std::abs(one->qfrc_actuator[i] - two->qfrc_actuator[i]));
    }
  }
  return worst;
}

}  // namespace sinew::robots
