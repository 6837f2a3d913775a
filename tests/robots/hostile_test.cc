// Files that are made to hurt: bounded memory and time, an error of one line, nothing left behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "robots/tree/xml.h"
#include "tests/robots/importing.h"

namespace sinew::robots {
namespace {

using testing::HasSubstr;

std::string Repeat(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(Hostile, DeepNesting) {
  const std::string deep = "<mujoco><worldbody>" + Repeat("<body>", 95) + Repeat("</body>", 95) +
                           "</worldbody></mujoco>";
  EXPECT_THAT(Refusal(deep), HasSubstr("nested deeper"));
  EXPECT_NE(Refusal("<mujoco>" + Repeat("<body>", 100000)), "");
}

TEST(Hostile, ReplicasThatMultiply) {
  const std::string text = "<mujoco><worldbody>" + Repeat("<replicate count=\"5000\">", 5) +
                           "<body><joint/></body>" + Repeat("</replicate>", 5) +
                           "</worldbody></mujoco>";
  EXPECT_THAT(Refusal(text), HasSubstr("more elements than"));
  for (const char* count : {"-1", "1.5", "1e300", "nan", "99999999999"}) {
    EXPECT_NE(Refusal("<mujoco><worldbody><replicate count=\"" + std::string(count) +
                      "\"><body/></replicate></worldbody></mujoco>"),
              "");
  }
}

TEST(Hostile, IncludesInACircle) {
  EXPECT_THAT(Refusal("<mujoco><include file=\"robot.xml\"/></mujoco>"),
              HasSubstr("too many includes"));
  EXPECT_THAT(
      Refusal("<mujoco><include file=\"robot.xml\"/><include file=\"robot.xml\"/></mujoco>"),
      HasSubstr("too many includes"));
}

TEST(Hostile, FilesOutside) {
  EXPECT_THAT(Refusal("<mujoco><include file=\"/etc/passwd\"/></mujoco>"),
              HasSubstr("--allow-outside"));
  EXPECT_THAT(
      Refusal("<mujoco><asset><mesh name=\"m\" file=\"../../../etc/passwd\"/></asset></mujoco>"),
      HasSubstr("--allow-outside"));
}

TEST(Hostile, NoNumbersNoXmlNoRobot) {
  for (const char* text :
       {"", "<", "<mujoco", "nothing", "<mujoco/>", "<robot/>", "<sdf/>",
        "<mujoco><worldbody><body pos=\"0 0 inf\"><joint/><geom "
        "size=\"1\"/></body></worldbody></mujoco>",
        "<mujoco><worldbody><frame pos=\"1 x\"><body><joint/></body></frame></worldbody></mujoco>",
        "<mujoco><compiler eulerseq=\"abc\"/></mujoco>",
        "<robot><link name=\"a\"/><link name=\"b\"/><joint name=\"j\" type=\"revolute\"><parent "
        "link=\"a\"/><child link=\"b\"/><axis xyz=\"0 0 0\"/></joint></robot>"}) {
    const std::string refusal = Refusal(text);
    EXPECT_NE(refusal, "") << text;
    EXPECT_EQ(refusal.find('\n'), refusal.npos) << text;
  }
}

TEST(Hostile, NothingIsLeftBehindAndNothingOverwritten) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "bad.xml",
                      "<mujoco><worldbody><body name=\"b\"><joint name=\"j\"/>"
                      "<geom type=\"mesh\" mesh=\"ghost\"/></body></worldbody></mujoco>");
  ImportOptions options{.file = folder / "bad.xml", .out = folder / "out"};
  EXPECT_THROW(ImportRobot(options), UserError);
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
  std::filesystem::create_directory(folder / "out");
  EXPECT_THROW(ImportRobot(options), UserError);
  EXPECT_TRUE(std::filesystem::exists(folder / "out"));
}

TEST(Xml, WritesWhatItReads) {
  const std::string text = "<a x=\"1 &lt; 2 &amp; &quot;3&quot;\">\n  <b/>\n</a>\n";
  const Element root = ParseXml(text, "t.xml");
  EXPECT_EQ(root.Get("x"), "1 < 2 & \"3\"");
  EXPECT_EQ(WriteXml(root), text);
  EXPECT_EQ(root.children[0].Where(), "t.xml:2");
}

TEST(Xml, NumbersComeBackAsTheSameBits) {
  const std::vector<double> values{0.1, -1e-300, 3.141592653589793, 1e22};
  std::vector<double> back;
  ASSERT_TRUE(ParseNumbers(Join(values), &back));
  EXPECT_EQ(back, values);
  EXPECT_FALSE(ParseNumbers("1 nan", &back));
  EXPECT_FALSE(ParseNumbers("0x10", &back));
}

}  // namespace
}  // namespace sinew::robots
