#include "sim/render/renderer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "sim/simulation.h"

namespace sinew::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A red ball over a grey floor, and a camera that sees it from the side.
constexpr const char* kModel = R"(
<mujoco>
  <worldbody>
    <light pos="0 0 4"/>
    <camera name="side" pos="0 -3 1" xyaxes="1 0 0 0 0.2 1"/>
    <geom type="plane" size="5 5 .1" rgba=".5 .5 .5 1"/>
    <body name="ball" pos="0 0 1">
      <freejoint/>
      <geom type="sphere" size=".3" rgba="1 0 0 1"/>
    </body>
  </worldbody>
</mujoco>)";

constexpr RenderOptions kSmall{.width = 160, .height = 120, .camera = 0};

struct Rgb {
  int r, g, b;
};

Rgb At(const Image& image, int x, int y) {
  const uint8_t* pixel = &image.rgb[3 * (static_cast<size_t>(image.width) * y + x)];
  return {pixel[0], pixel[1], pixel[2]};
}

bool IsRed(Rgb c) { return c.r > 60 && c.r > 2 * c.g && c.r > 2 * c.b; }

int RedPixels(const Image& image) {
  int count = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) count += IsRed(At(image, x, y));
  }
  return count;
}

// the middle of the red pixels, as fractions of width and height from the top left corner
std::pair<double, double> RedCentre(const Image& image) {
  double sum_x = 0, sum_y = 0, count = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (!IsRed(At(image, x, y))) continue;
      sum_x += x;
      sum_y += y;
      ++count;
    }
  }
  return {sum_x / count / image.width, sum_y / count / image.height};
}

Image Draw(Renderer* renderer, Simulation* simulation) {
  Image image;
  renderer->Render(simulation->model(), simulation->data(), &image);
  return image;
}

TEST(Renderer, DrawsTheScene) {
  Simulation simulation = Simulation::FromString(kModel);
  Renderer renderer(simulation.model(), kSmall);
  const Image image = Draw(&renderer, &simulation);
  EXPECT_EQ(image.width, 160);
  EXPECT_EQ(image.height, 120);
  ASSERT_EQ(image.rgb.size(), 3u * 160 * 120);
  EXPECT_GT(RedPixels(image), 100);
  EXPECT_LT(RedPixels(image), 160 * 120 / 4);
  EXPECT_FALSE(renderer.device().empty());
}

TEST(Renderer, AMovedBodyMovesInThePicture) {
  Simulation simulation = Simulation::FromString(kModel);
  Renderer renderer(simulation.model(), kSmall);
  const auto [x0, y0] = RedCentre(Draw(&renderer, &simulation));
  simulation.qpos()[0] += 0.4;
  simulation.qpos()[2] += 0.4;
  simulation.Forward();
  const auto [x1, y1] = RedCentre(Draw(&renderer, &simulation));
  EXPECT_GT(x1, x0 + 0.05);
  // rows go from top to bottom, so what rises gets a smaller row
  EXPECT_LT(y1, y0 - 0.05);
}

TEST(Renderer, SameStateSamePixels) {
  Simulation simulation = Simulation::FromString(kModel);
  Renderer renderer(simulation.model(), kSmall);
  EXPECT_EQ(Draw(&renderer, &simulation).rgb, Draw(&renderer, &simulation).rgb);
}

TEST(Renderer, LeavesTheSimulationAlone) {
  Simulation simulation = Simulation::FromString(kModel);
  // falls 0.7 m in 0.38 s: after 0.5 s it rests on the floor and the solver has something to
  // warm-start
  for (int i = 0; i < 250; ++i) simulation.Substep();
  const SimulationState before = simulation.SaveState();
  const int width = simulation.model()->vis.global.offwidth;
  Renderer renderer(simulation.model(), kSmall);
  Draw(&renderer, &simulation);
  const SimulationState after = simulation.SaveState();
  ASSERT_EQ(before.values.size(), after.values.size());
  EXPECT_EQ(std::memcmp(before.values.data(), after.values.data(), 8 * before.values.size()), 0);
  EXPECT_GT(simulation.data()->ncon, 0);
  EXPECT_EQ(simulation.model()->vis.global.offwidth, width);
}

TEST(Renderer, TwoAtATimeDoNotDisturbEachOther) {
  Simulation a = Simulation::FromString(kModel), b = Simulation::FromString(kModel);
  b.qpos()[0] += 0.4;
  b.Forward();
  Renderer first(a.model(), kSmall);
  const Image alone = Draw(&first, &a);
  {
    Renderer second(b.model(), {.width = 200, .height = 90, .camera = 0});
    EXPECT_EQ(Draw(&second, &b).width, 200);
    EXPECT_EQ(Draw(&first, &a).rgb, alone.rgb);
    EXPECT_GT(RedPixels(Draw(&second, &b)), 50);
  }
  EXPECT_EQ(Draw(&first, &a).rgb, alone.rgb);
}

TEST(Renderer, ThreadsDrawAtTheSameTime) {
  constexpr int kThreads = 3;
  std::array<std::vector<uint8_t>, kThreads> pictures;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&picture = pictures[t]] {
      Simulation simulation = Simulation::FromString(kModel);
      Renderer renderer(simulation.model(), kSmall);
      for (int i = 0; i < 5; ++i) picture = Draw(&renderer, &simulation).rgb;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(pictures[0].empty());
  EXPECT_EQ(pictures[1], pictures[0]);
  EXPECT_EQ(pictures[2], pictures[0]);
}

TEST(Renderer, MayBeUsedFromAnotherThreadThanItsMaker) {
  Simulation simulation = Simulation::FromString(kModel);
  Renderer renderer(simulation.model(), kSmall);
  const Image here = Draw(&renderer, &simulation);
  Image there;
  std::thread([&] { there = Draw(&renderer, &simulation); }).join();
  EXPECT_EQ(there.rgb, here.rgb);
}

TEST(Renderer, OptionsChangeThePicture) {
  Simulation simulation = Simulation::FromString(kModel);
  const auto draw = [&](const RenderOptions& options) {
    Renderer renderer(simulation.model(), options);
    return Draw(&renderer, &simulation).rgb;
  };
  const auto plain =
      draw({.width = 160, .height = 120, .shadows = false, .multisamples = 0, .camera = 0});
  EXPECT_NE(draw({.width = 160, .height = 120, .shadows = true, .multisamples = 0, .camera = 0}),
            plain);
  EXPECT_NE(draw({.width = 160, .height = 120, .shadows = false, .multisamples = 4, .camera = 0}),
            plain);
  EXPECT_NE(draw({.width = 160, .height = 120, .shadows = false, .multisamples = 0, .camera = -1}),
            plain);
}

TEST(Renderer, TheFreeCameraCanBeMoved) {
  Simulation simulation = Simulation::FromString(kModel);
  Renderer renderer(simulation.model(), {.width = 160, .height = 120});
  renderer.camera().lookat[2] = 1;
  renderer.camera().distance = 3;
  const int near = RedPixels(Draw(&renderer, &simulation));
  renderer.camera().distance = 6;
  const int far = RedPixels(Draw(&renderer, &simulation));
  // twice as far: a quarter of the area
  EXPECT_NEAR(static_cast<double>(far) / near, 0.25, 0.05);
}

TEST(Renderer, ACaptionStandsInTheTopLeftCornerOnly) {
  Simulation simulation = Simulation::FromString(kModel);
  Renderer renderer(simulation.model(), {.width = 320, .height = 240});
  const Image without = Draw(&renderer, &simulation);
  renderer.SetCaption("return\ntime", "-4.2\n1.5 s");
  const Image with = Draw(&renderer, &simulation);
  int changed = 0;
  for (int y = 0; y < 240; ++y) {
    for (int x = 0; x < 320; ++x) {
      const Rgb a = At(without, x, y), b = At(with, x, y);
      const bool differs = a.r != b.r || a.g != b.g || a.b != b.b;
      changed += differs;
      ASSERT_TRUE(!differs || (x < 200 && y < 100)) << x << ' ' << y;
    }
  }
  EXPECT_GT(changed, 500);
  renderer.SetCaption("");
  EXPECT_EQ(Draw(&renderer, &simulation).rgb, without.rgb);
}

TEST(Renderer, ACaptionTakesAnyText) {
  Simulation simulation = Simulation::FromString(kModel);
  Renderer renderer(simulation.model(), kSmall);
  renderer.SetCaption(
      "r\xC3\xBC"
      "ckgabe\t\x01\xFF %s %n" +
          std::string(3000, 'x'),
      "\n\n\n\xE2\x82\xAC");
  EXPECT_EQ(Draw(&renderer, &simulation).width, 160);
}

TEST(Renderer, RefusesSizesAndCamerasOutOfRange) {
  Simulation simulation = Simulation::FromString(kModel);
  const mjModel* model = simulation.model();
  EXPECT_THROW(Renderer(model, {.width = 0}), UserError);
  EXPECT_THROW(Renderer(model, {.height = 100000}), UserError);
  EXPECT_THROW(Renderer(model, {.multisamples = -1}), UserError);
  EXPECT_THROW(Renderer(model, {.camera = 1}), UserError);
}

// In a process of its own, because EGL looks for drivers once: none are found, and one line says
// what to install.
TEST(RendererDeathTest, WithoutAnyDriverNamesThePackages) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto make_renderer = [] {
    setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json", 1);
    Simulation simulation = Simulation::FromString(kModel);
    try {
      Renderer renderer(simulation.model(), kSmall);
    } catch (const Error& error) {
      std::fprintf(stderr, "[%s]", error.what());
      std::_Exit(1);
    }
    std::_Exit(0);
  };
  EXPECT_EXIT(make_renderer(), ::testing::ExitedWithCode(1),
              AllOf(HasSubstr("libegl1"), HasSubstr("libgl1-mesa-dri"), Not(HasSubstr("\n"))));
}

// A robot that has run far is drawn on the floor that it began on, in the very first picture too.
TEST(Renderer, EndlessFloorReachesWhereverTheCameraFollows) {
  Simulation simulation = Simulation::FromString(R"(
<mujoco>
  <worldbody>
    <geom type="plane" size="0 0 1" rgba=".5 .5 .5 1"/>
    <body name="ball" pos="0 0 1">
      <camera name="side" mode="trackcom" pos="0 -3 1" xyaxes="1 0 0 0 0.3 1"/>
      <freejoint/>
      <geom type="sphere" size=".3" rgba="1 0 0 1"/>
    </body>
  </worldbody>
</mujoco>)");
  const auto floor_pixel = [&] {
    Image image;
    Renderer(simulation.model(), kSmall).Render(simulation.model(), simulation.data(), &image);
    EXPECT_GT(RedPixels(image), 0);
    return At(image, image.width / 2, image.height - 2);
  };
  const Rgb at_start = floor_pixel();
  simulation.qpos()[0] = 3000;
  simulation.Forward();
  const Rgb far_away = floor_pixel();
  EXPECT_GT(at_start.r, 20);
  EXPECT_NEAR(far_away.r, at_start.r, 3);
}

}  // namespace
}  // namespace sinew::sim
