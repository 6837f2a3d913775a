#include "deploy/export/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "core/error.h"
#include "deploy/base/programs.h"
#include "tests/deploy/export_folder.h"

namespace sinew::deploy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExportTest : public ExportFolderTest {
 protected:
  std::string ErrorOf(const policy::TestPolicy& artifact, const ExportOptions& options = {}) {
    const GoldenVectors golden =
        MakeGoldenVectors(TestArtifact(), std::make_shared<TestTask>(), {20, 1, 3});
    try {
      ExportPolicy(artifact, golden, options, folder_);
    } catch (const Error& error) {
      return error.what();
    }
    return "exported";
  }
};

TEST_F(ExportTest, NothingIsOverwrittenOrLeftHalfWritten) {
  policy::TestPolicy broken = TestArtifact();
  broken.layers[0].weight[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(ErrorOf(broken), HasSubstr("layer0 weight[0] is nan"));
  EXPECT_FALSE(fs::exists(folder_));
  EXPECT_EQ(ErrorOf(TestArtifact()), "exported");
  EXPECT_THAT(ErrorOf(TestArtifact()), HasSubstr("exists"));
}

TEST_F(ExportTest, APolicyThatNeverLearnedIsRefused) {
  policy::TestPolicy artifact = TestArtifact();
  artifact.contract.updates = 0;
  EXPECT_THAT(ErrorOf(artifact), HasSubstr("never trained: 1000 steps, 0 updates"));
  artifact.contract.updates = -1;  // not recorded
  artifact.contract.env_steps = 0;
  EXPECT_THAT(ErrorOf(artifact), HasSubstr("never trained: 0 steps"));
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(ExportTest, ADeterministicPolicyIsNotSampled) {
  EXPECT_THAT(ErrorOf(TestArtifact(), {.stochastic = true}), HasSubstr("is deterministic"));
}

TEST_F(ExportTest, ManifestIsReadBack) {
  const policy::TestPolicy artifact = TestArtifact();
  const std::vector<std::string> all{"all"};
  Export(artifact, 20, {ParseFormats(all)});
  const ExportManifest manifest = ReadManifest(folder_);
  EXPECT_EQ(manifest.contract, artifact.contract);
  EXPECT_EQ(manifest.prefix, "test_task");
  EXPECT_EQ(manifest.policy_hash, policy::PolicyHash(artifact));
  EXPECT_FALSE(manifest.stochastic);
  std::vector<std::string> names;
  for (const ExportedFile& file : manifest.files) {
    names.push_back(file.name);
    EXPECT_EQ(file.hash, HashHex(ReadFile(folder_ / file.name)));
  }
  EXPECT_THAT(names, ElementsAre("test_task_policy.h", "test_task_int16_policy.h", "policy.onnx",
                                 "policy.pt", "policy.safetensors"));
  EXPECT_EQ(policy::PolicyHash(policy::LoadPolicy(folder_ / "policy.safetensors")),
            manifest.policy_hash);
}

TEST_F(ExportTest, FoldersOfAnotherKindAreRefused) {
  Export(TestArtifact());
  EXPECT_THROW(ReadManifest("/nowhere"), UserError);
  const std::string good = ReadFile(folder_ / "contract.json");
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string("{}"), good.substr(0, 200)}) {
    WriteFileAtomically(folder_ / "contract.json", text);
    EXPECT_THROW(ReadManifest(folder_), UserError) << text;
  }
  for (const auto& [from, to] : {std::pair{"\"prefix\": \"test_task\"", "\"prefix\": \"../x\""},
                                 {"\"test_task_policy.h\"", "\"../policy.h\""},
                                 {"\"format\": \"c\"", "\"format\": \"d\""}}) {
    WriteFileAtomically(folder_ / "contract.json", good);
    Edit("contract.json", from, to);
    EXPECT_THROW(ReadManifest(folder_), UserError) << to;
  }
}

TEST(PrivateFolderTest, SaysWhatIsWrongWithTMPDIR) {
  const char* before = std::getenv("TMPDIR");
  const std::string old = before ? before : "";
  setenv("TMPDIR", "/nowhere", 1);
  EXPECT_THAT([] { PrivateFolder(); },
              testing::ThrowsMessage<UserError>(testing::HasSubstr("TMPDIR is '/nowhere'")));
  before ? setenv("TMPDIR", old.c_str(), 1) : unsetenv("TMPDIR");
}

TEST(ParseFormatsTest, KnowsAllAndOffersTheNearest) {
  const auto parse = [](std::vector<std::string> names) { return ParseFormats(names); };
  EXPECT_EQ(parse({"all"}).size(), 5u);
  EXPECT_THAT(parse({"onnx", "c", "c"}), ElementsAre(Format::kC, Format::kOnnx));
  try {
    parse({"onx"});
    ADD_FAILURE();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'onnx'"));
  }
}

}  // namespace
}  // namespace sinew::deploy
