#include "media/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/error.h"
#include "core/files.h"
#include "media/gnuplot.h"
#include "tests/media/media_testing.h"

namespace sinew::media {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

Curve Line(std::string label) {
  return {std::move(label), {0, 1e5, 2e5}, {-40, -10, -5}, {-45, -12, -6}, {-35, -8, -4}};
}

// width and height stand big-endian at bytes 16 and 20 of a PNG file
int BigEndian(const std::string& bytes, size_t offset) {
  int value = 0;
  for (size_t i = offset; i < offset + 4; ++i)
    value = value << 8 | static_cast<uint8_t>(bytes.at(i));
  return value;
}

TEST(Plot, MakesAPngOfTheSizeAskedFor) {
  const TemporaryFolder folder;
  PlotCurves(std::vector{Line("ddpg"), Line("sac")}, "return",
             {.title = "reach", .width = 640, .height = 400}, folder / "curve.png");
  const std::string png = ReadFile(folder / "curve.png");
  EXPECT_THAT(png, StartsWith("\x89PNG\r\n\x1a\n"));
  EXPECT_EQ(BigEndian(png, 16), 640);
  EXPECT_EQ(BigEndian(png, 20), 400);
  EXPECT_THAT(folder.Entries(), ElementsAre("curve.png"));
}

TEST(Plot, TicksAreInThousandsAndMillions) {
  const TemporaryFolder folder;
  PlotCurves(std::vector{Line("a")}, "return", {}, folder / "k.svg");
  EXPECT_THAT(ReadFile(folder / "k.svg"), HasSubstr("150k"));
  Curve longer = Line("a");
  for (double& x : longer.x) x *= 20;
  PlotCurves(std::vector{longer}, "return", {}, folder / "m.svg");
  EXPECT_THAT(ReadFile(folder / "m.svg"), HasSubstr("3.5M"));
}

TEST(Plot, PanelsShareTheAxisAndOneLegend) {
  const TemporaryFolder folder;
  const std::vector<Panel> panels{{"return", {Line("only-run")}, {}},
                                  {"success rate", {Line("only-run")}, {{0, 1}}}};
  PlotPanels(panels, {.title = "two panels"}, folder / "p.svg");
  const std::string svg = ReadFile(folder / "p.svg");
  for (const char* text : {"two panels", ">return<", ">success rate<", ">environment steps<"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  const size_t first = svg.find(">only-run<");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(svg.find(">only-run<", first + 1), std::string::npos);
}

TEST(Plot, LabelsAreShownAndNeverRun) {
  const TemporaryFolder folder;
  const std::string trap = (folder / "ran").string();
  const std::vector<std::string> labels{
      "`touch " + trap + "`", "'\nsystem 'touch " + trap + "'\n'", "\"; ! touch " + trap + " #",
      "a'.system('x').'b",    "@macro $END {/Symbol a}_2 \\",      "END\nexit\n"};
  for (const std::string& label : labels) {
    Curve curve = Line(label);
    PlotCurves(std::vector{curve}, label, {.title = label, .xlabel = label}, folder / "p.svg");
    EXPECT_THAT(folder.Entries(), ElementsAre("p.svg")) << label;
  }
  PlotCurves(std::vector{Line("a_{b}^2 <&> `c` 'd'")}, "", {}, folder / "p.svg");
  EXPECT_THAT(ReadFile(folder / "p.svg"), HasSubstr("a_{b}^2 &lt;&amp;> `c` 'd'"));
}

TEST(Plot, FileNamesAreNeverRun) {
  const TemporaryFolder folder;
  const std::string name = "a'b `touch ran` $x; \"q\".png";
  PlotCurves(std::vector{Line("a")}, "return", {}, folder / name);
  EXPECT_THAT(folder.Entries(), ElementsAre(name));
}

TEST(Plot, LongLabelsAreCutAtACharacter) {
  const TemporaryFolder folder;
  std::string label;
  for (int i = 0; i < 50; ++i) label += "é";
  PlotCurves(std::vector{Line(label)}, "return", {}, folder / "p.svg");
  EXPECT_THAT(ReadFile(folder / "p.svg"), HasSubstr("éé…<"));
}

TEST(Plot, TakesGapsAndSinglePoints) {
  const TemporaryFolder folder;
  Curve gap = Line("gap");
  gap.y[1] = std::numeric_limits<double>::quiet_NaN();
  PlotCurves(std::vector{gap, Curve{"point", {1e5}, {-20}, {}, {}}}, "return", {},
             folder / "p.svg");
  EXPECT_THAT(ReadFile(folder / "p.svg"), Not(IsEmpty()));
}

TEST(Plot, TakesEmptyCurvesAndPanelsBesideOthers) {
  const TemporaryFolder folder;
  const std::vector<Panel> panels{{"return", {Line("run"), Curve{"not begun", {}, {}, {}, {}}}, {}},
                                  {"nothing yet", {}, {}}};
  PlotPanels(panels, {}, folder / "p.svg");
  EXPECT_THAT(ReadFile(folder / "p.svg"),
              AllOf(HasSubstr(">not begun<"), HasSubstr(">nothing yet<")));
}

TEST(Plot, RefusesWhatCannotBePlotted) {
  const TemporaryFolder folder;
  const std::vector curves{Line("a")};
  EXPECT_THROW(PlotCurves(curves, "", {}, folder / "p.pdf"), UserError);
  EXPECT_THROW(PlotCurves(curves, "", {}, folder / "missing/p.png"), UserError);
  EXPECT_THROW(PlotCurves(curves, "", {.width = 1}, folder / "p.png"), UserError);
  EXPECT_THROW(PlotCurves(curves, "", {.width = 4000, .height = 200}, folder / "p.png"), UserError);
  EXPECT_THROW(PlotCurves({}, "", {}, folder / "p.png"), UserError);
  Curve nothing = Line("a");
  nothing.y.assign(3, std::numeric_limits<double>::infinity());
  EXPECT_THROW(PlotCurves(std::vector{nothing}, "", {}, folder / "p.png"), UserError);
  Curve uneven = Line("a");
  uneven.low.pop_back();
  EXPECT_THROW(PlotCurves(std::vector{uneven}, "", {}, folder / "p.png"), Error);
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

TEST(Plot, AMissingGnuplotNamesThePackage) {
  const TemporaryFolder folder;
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder.path().c_str(), 1);
  std::string message;
  try {
    PlotCurves(std::vector{Line("a")}, "", {}, folder / "p.png");
  } catch (const Error& error) {
    message = error.what();
  }
  setenv("PATH", path.c_str(), 1);
  EXPECT_THAT(message, HasSubstr("gnuplot-nox"));
  EXPECT_THAT(folder.Entries(), IsEmpty());
}

TEST(Gnuplot, AQuotedTextIsThatText) {
  std::string printable;
  for (char c = ' '; c <= '~'; ++c) printable += c;
  for (const std::string& text :
       {printable, std::string("'''"), std::string("\\140"), std::string("é…"), std::string()}) {
    EXPECT_EQ(RunGnuplot("set print '-'\nprint " + GnuplotQuoted(text) + "\n"), text + "\n");
  }
}

TEST(Gnuplot, AScriptErrorIsOneLine) {
  try {
    RunGnuplot("set nonsense\n");
    FAIL() << "gnuplot took nonsense";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("nrecognized option"));
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
  }
}

}  // namespace
}  // namespace sinew::media
