#include "deploy/base/c_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace sinew::deploy {
namespace {

TEST(CTextTest, IdentifiersAreMadeOfAnything) {
  EXPECT_EQ(CIdentifier("arm-reach"), "arm_reach");
  EXPECT_EQ(CIdentifier("Arm Reach (v2)"), "arm_reach_v2");
  EXPECT_EQ(CIdentifier("7dof"), "p7dof");
  EXPECT_EQ(CIdentifier("__x"), "x");
  EXPECT_EQ(CIdentifier("\"; system(\"rm\"); //"), "system_rm");
  EXPECT_EQ(CIdentifier("\xc3\xa9\xc3\xa9"), "policy");
  EXPECT_EQ(CIdentifier(""), "policy");
  EXPECT_EQ(CIdentifier(std::string(500, 'a')).size(), 48u);
}

TEST(CTextTest, StringLiteralsCannotBeLeft) {
  EXPECT_EQ(CString("shoulder"), "\"shoulder\"");
  EXPECT_EQ(CString("a\"b\\c\n1"), R"("a\042b\134c\0121")");
  EXPECT_EQ(CString("?"
                    "?/"),
            R"("\077\077/")");
  EXPECT_EQ(CString("@p@"), R"("\100p\100")");
  EXPECT_EQ(CString("\xc2\xb0"), R"("\302\260")");
}

TEST(CTextTest, CommentsCannotBeLeft) {
  EXPECT_EQ(CComment("a */ b /* c"), "a _/ b /_ c");
  EXPECT_EQ(CComment("line\\\nnext"), "line__next");
}

TEST(CTextTest, FloatsAreExact) {
  const std::vector<float> values{
      0.1f,    -1, 0, std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(),
      1.0f / 3};
  const std::string text = CFloats("x", values);
  size_t at = text.find('{');
  for (const float value : values) {
    at = text.find_first_of("-0", at + 1);
    char* end = nullptr;
    EXPECT_EQ(std::strtof(&text[at], &end), value);
    EXPECT_EQ(*end, 'f');
    at = static_cast<size_t>(end - text.data());
  }
}

TEST(CTextTest, PrefixReplacesItsMarks) {
  EXPECT_EQ(WithPrefix("@p@_x @P@_X @q@ @p", "arm"), "arm_x ARM_X @q@ @p");
}

}  // namespace
}  // namespace sinew::deploy
