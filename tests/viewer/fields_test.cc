#include "viewer/analysis/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/viewer/test_task.h"

namespace sinew::viewer {
namespace {

using ::testing::ElementsAre;

class FieldsTest : public ::testing::Test {
 protected:
  const Field& Named(const std::string& name) {
    const auto found = std::ranges::find(fields_, name, &Field::name);
    EXPECT_NE(found, fields_.end()) << name;
    return *found;
  }
  sim::Simulation simulation_ = SwingTask().MakeSimulation();
  const mjModel* model_ = simulation_.model();
  std::vector<Field> fields_ = ListFields(model_);
};

TEST_F(FieldsTest, ReadsDataAndModelByName) {
  simulation_.qpos() << 0.25, -0.5;
  EXPECT_THAT(ReadField(model_, simulation_.data(), Named("qpos")), ElementsAre(0.25, -0.5, 0));
  EXPECT_EQ(Named("xfrc_applied").rows, model_->nbody);
  EXPECT_EQ(Named("xfrc_applied").columns, 6);
  EXPECT_EQ(ReadField(model_, simulation_.data(), Named("model.body_mass"))[1], 1);
}

TEST_F(FieldsTest, NamesTheRows) {
  EXPECT_EQ(RowName(model_, Named("qvel"), 1), "elbow");
  EXPECT_EQ(RowName(model_, Named("qpos"), 0), "shoulder");
  EXPECT_EQ(RowName(model_, Named("xpos"), 2), "lower");
  EXPECT_EQ(RowName(model_, Named("ctrl"), 1), "elbow");
}

TEST_F(FieldsTest, FindsByPartsOfTheName) {
  const auto found = FindFields(fields_, "body mass");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(fields_[found[0]].name, "model.body_mass");
  EXPECT_EQ(FindFields(fields_, "").size(), fields_.size());
  EXPECT_TRUE(FindFields(fields_, "nosuchthing").empty());
}

}  // namespace
}  // namespace sinew::viewer
