#include "core/files.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

template <class Exception, class Action>
std::string MessageOf(Action action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string pattern = (fs::temp_directory_path() / "sinew-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  fs::path folder_;
};

// Files may grow to `bytes` while this lives, as on a disk that is nearly full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(FilesTest, WritesAndReadsAnyBytes) {
  std::string bytes(100000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  WriteFileAtomically(folder_ / "a", bytes);
  EXPECT_EQ(ReadFile(folder_ / "a"), bytes);
  WriteFileAtomically(folder_ / "a", "");
  EXPECT_EQ(ReadFile(folder_ / "a"), "");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(FilesTest, ReplacesWithoutWaitingForTheDisk) {
  WriteFileAtomically(folder_ / "a", "a long first version", Flush::kNo);
  WriteFileAtomically(folder_ / "a", "second", Flush::kNo);
  EXPECT_EQ(ReadFile(folder_ / "a"), "second");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(FilesTest, WritesToARelativeName) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  WriteFileAtomically("a", "x");
  fs::current_path(before);
  EXPECT_EQ(ReadFile(folder_ / "a"), "x");
}

TEST_F(FilesTest, FailureKeepsTheOldFileAndLeavesNothingBehind) {
  WriteFileAtomically(folder_ / "a", "old");
  {
    FileSizeLimit limit(1000);
    const std::string message =
        MessageOf<Error>([&] { WriteFileAtomically(folder_ / "a", std::string(5000, 'n')); });
    EXPECT_THAT(message, AllOf(HasSubstr((folder_ / "a").string()), HasSubstr("File too large")));
  }
  EXPECT_EQ(ReadFile(folder_ / "a"), "old");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(FilesTest, AFullDiskIsNamed) {
  EXPECT_EQ(MessageOf<Error>([] { WriteFileAtomically("/dev/full", "x"); }),
            "cannot write '/dev/full': No space left on device");
}

TEST_F(FilesTest, AMissingFolderIsNamed) {
  const fs::path path = folder_ / "no" / "a";
  EXPECT_EQ(MessageOf<Error>([&] { WriteFileAtomically(path, "x"); }),
            fmt::format("cannot write '{}': No such file or directory", path.string()));
}

TEST_F(FilesTest, AFolderIsNotReplaced) {
  EXPECT_THAT(MessageOf<Error>([&] { WriteFileAtomically(folder_, "x"); }),
              HasSubstr("Is a directory"));
}

TEST_F(FilesTest, ALinkStaysALink) {
  WriteFileAtomically(folder_ / "real", "old");
  fs::create_symlink("real", folder_ / "link");
  WriteFileAtomically(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(ReadFile(folder_ / "real"), "new");
}

TEST_F(FilesTest, ReadingNamesWhatIsWrong) {
  const fs::path missing = folder_ / "missing";
  EXPECT_EQ(MessageOf<UserError>([&] { ReadFile(missing); }),
            fmt::format("cannot read '{}': No such file or directory", missing.string()));
  EXPECT_THAT(MessageOf<UserError>([&] { ReadFile(folder_); }), HasSubstr("Is a directory"));
}

TEST_F(FilesTest, ReadsFilesWhoseSizeIsNotKnown) {
  EXPECT_THAT(ReadFile("/proc/self/status"), HasSubstr("Name:"));
}

TEST_F(FilesTest, CreatesFreshFoldersOnly) {
  const fs::path run = folder_ / "runs" / "a";
  CreateFreshFolder(run);
  EXPECT_TRUE(fs::is_directory(run));
  EXPECT_THAT(MessageOf<UserError>([&] { CreateFreshFolder(run); }),
              AllOf(HasSubstr("runs/a' exists already and is not overwritten; '"),
                    EndsWith("runs/a-2' is free")));
  CreateFreshFolder(run.string() + "-2/");
  EXPECT_THAT(MessageOf<UserError>([&] { CreateFreshFolder(run / ""); }),
              HasSubstr("a-3' is free"));
}

TEST_F(FilesTest, AFileInTheWayIsNoFreshFolder) {
  WriteFileAtomically(folder_ / "a", "x");
  EXPECT_THAT(MessageOf<UserError>([&] { CreateFreshFolder(folder_ / "a"); }),
              HasSubstr("exists already"));
  EXPECT_THAT(MessageOf<Error>([&] { CreateFreshFolder(folder_ / "a" / "b"); }),
              HasSubstr("Not a directory"));
}

TEST(Crc32, MatchesTheCheckValue) {
  EXPECT_EQ(Crc32("123456789"), 0xcbf43926u);
  EXPECT_EQ(Crc32(""), 0u);
}

TEST(Crc32, ContinuesAtAnyPoint) {
  const std::string_view text = "The checksum of a whole is that of its parts, one after another.";
  for (size_t i = 0; i <= text.size(); ++i) {
    EXPECT_EQ(Crc32(text.substr(i), Crc32(text.substr(0, i))), Crc32(text)) << i;
  }
}

TEST(HashHex, MatchesPublishedValues) {
  // Fowler, Noll & Vo's test vectors of FNV-1a, 64 bit
  EXPECT_EQ(HashHex(""), "cbf29ce484222325");
  EXPECT_EQ(HashHex("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(HashHex("foobar"), "85944171f73967e8");
}

}  // namespace
}  // namespace sinew
