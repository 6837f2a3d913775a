// The best return that any controller can have on `reacher`: for each of many drawn episodes the 50
// actions that maximise it, found by gradient ascent with full knowledge of the arm.
//
//   g++ -std=c++20 -O3 -ffast-math scripts/reacher-optimum.cc -o reacher-optimum
//   ./reacher-optimum 4000                 mean over 4000 episodes
//   ./reacher-optimum 1 actions.csv        one episode, replayed by the command that it prints
//   ./reacher-optimum --trace trace.csv    the episodes of `sinew eval reacher --trace trace.csv`
//
// The arm's links weigh a thousandth of its motors' armature (1 kg m^2), so each joint moves by
// itself, dv/dt = 200 a - v, which has a closed solution over a control step. The best of four
// starts counts: the elbow to either side, and either way round.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <numbers>
#include <random>
#include <string>

namespace {

constexpr int kSteps = 50, kIterations = 3000;
constexpr double kDt = 0.02, kGear = 200, kUpper = 0.1, kFore = 0.11;  // s, N m, m, m

using Pair = std::array<double, 2>;  // of both joints, or x and y
using Pairs = std::array<Pair, kSteps>;

struct Episode {
  Pair q, v, target;
};

// what is left of a velocity after a step, and what an action adds to velocity and position
const double kKept = std::exp(-kDt), kLost = 1 - kKept;
const double kByVelocity = kGear * kLost, kByPosition = kGear * (kDt - kLost);

void Advance(const Pair& action, Pair* q, Pair* v) {
  for (int j = 0; j < 2; ++j) {
    (*q)[j] += kLost * (*v)[j] + kByPosition * action[j];
    (*v)[j] = kKept * (*v)[j] + kByVelocity * action[j];
  }
}

// @return  sum of distances and squared actions. @param rounding  [m^2] of the distance's tip at 0.
double Cost(const Episode& episode, const Pairs& actions, double rounding, Pairs* gradient) {
  Pair q = episode.q, v = episode.v;
  Pairs by_position;
  double cost = 0;
  for (int t = 0; t < kSteps; ++t) {
    const double upper = q[0], fore = q[0] + q[1];
    const double ex = kUpper * std::cos(upper) + kFore * std::cos(fore) - episode.target[0];
    const double ey = kUpper * std::sin(upper) + kFore * std::sin(fore) - episode.target[1];
    const double rounded = std::sqrt(ex * ex + ey * ey + rounding);
    const double by_fore = kFore * (ey * std::cos(fore) - ex * std::sin(fore));
    const double by_upper = kUpper * (ey * std::cos(upper) - ex * std::sin(upper));
    by_position[t] = {(by_upper + by_fore) / rounded, by_fore / rounded};
    cost += std::hypot(ex, ey) + actions[t][0] * actions[t][0] + actions[t][1] * actions[t][1];
    Advance(actions[t], &q, &v);
  }
  if (!gradient) return cost;
  Pair later_q{}, later_v{};  // derivatives by what the step leaves behind
  for (int t = kSteps - 1; t >= 0; --t) {
    for (int j = 0; j < 2; ++j) {
      (*gradient)[t][j] = 2 * actions[t][j] + kByPosition * later_q[j] + kByVelocity * later_v[j];
      later_v[j] = kLost * later_q[j] + kKept * later_v[j];
      later_q[j] += by_position[t][j];
    }
  }
  return cost;
}

// a pull towards the joint angles of one of the ways to reach the target
Pairs Guess(const Episode& episode, double elbow_side, bool other_way) {
  const auto [x, y] = episode.target;
  const double cosine = (x * x + y * y - kUpper * kUpper - kFore * kFore) / (2 * kUpper * kFore);
  const double elbow = elbow_side * std::min(2.95, std::acos(std::clamp(cosine, -1.0, 1.0)));
  const double bearing = std::atan2(kFore * std::sin(elbow), kUpper + kFore * std::cos(elbow));
  double shoulder = std::remainder(std::atan2(y, x) - bearing, 2 * std::numbers::pi);
  if (other_way) shoulder -= std::copysign(2 * std::numbers::pi, shoulder);
  const Pair goal{shoulder, elbow};
  Pair q = episode.q, v = episode.v;
  Pairs actions;
  for (Pair& action : actions) {
    for (int j = 0; j < 2; ++j) {
      action[j] = std::clamp(0.25 * (goal[j] - q[j]) - 0.03 * v[j], -1.0, 1.0);
    }
    Advance(action, &q, &v);
  }
  return actions;
}

// Adam on the actions
void Improve(const Episode& episode, Pairs* actions) {
  Pairs gradient, first{}, second{};
  for (int k = 1; k <= kIterations; ++k) {
    Cost(episode, *actions, std::max(1e-7, 1e-4 * std::pow(0.997, k)), &gradient);
    const double rate = 0.01 * std::min(1.0, 1.2 * (kIterations - k) / kIterations);
    const double correction1 = 1 - std::pow(0.9, k), correction2 = 1 - std::pow(0.99, k);
    for (int t = 0; t < kSteps; ++t) {
      for (int j = 0; j < 2; ++j) {
        const double g = gradient[t][j];
        first[t][j] += 0.1 * (g - first[t][j]);
        second[t][j] += 0.01 * (g * g - second[t][j]);
        const double step =
            first[t][j] / correction1 / (std::sqrt(second[t][j] / correction2) + 1e-5);
        (*actions)[t][j] = std::clamp((*actions)[t][j] - rate * step, -1.0, 1.0);
      }
    }
  }
}

double Best(const Episode& episode, Pairs* best) {
  double least = std::numeric_limits<double>::max();
  for (int start = 0; start < 4; ++start) {
    Pairs actions = Guess(episode, start & 1 ? 1 : -1, start & 2);
    Improve(episode, &actions);
    const double cost = Cost(episode, actions, 0, nullptr);
    if (cost >= least) continue;
    least = cost;
    *best = actions;
  }
  return -least;
}

Episode Draw(std::mt19937* random) {
  const auto within = [random](double bound) {
    return std::uniform_real_distribution(-bound, bound)(*random);
  };
  Episode episode{{within(0.1), within(0.1)}, {within(0.005), within(0.005)}, {}};
  do {
    episode.target = {within(0.2), within(0.2)};
  } while (std::hypot(episode.target[0], episode.target[1]) >= 0.2);
  return episode;
}

struct Mean {
  double sum = 0, squares = 0;
  int count = 0;
  void Add(double value) {
    sum += value;
    squares += value * value;
    ++count;
  }
  void Print() const {
    const double mean = sum / count;
    std::printf("%d episodes: return %.3f, standard error %.3f\n", count, mean,
                std::sqrt((squares / count - mean * mean) / count));
  }
};

// every line of step 0 is the start of an episode; columns as in tasks/planar/reacher.cc, behind
// three
int OptimumOfTrace(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (line.rfind("episode,step,time,cos_shoulder,", 0) != 0) {
    return std::fprintf(stderr, "%s: no trace of `sinew eval reacher`\n", path), 2;
  }
  Mean mean;
  while (std::getline(file, line)) {
    int episode, step;
    double time, cosine[2], sine[2];
    Episode start;
    if (std::sscanf(line.c_str(), "%d,%d,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &episode, &step,
                    &time, cosine, cosine + 1, sine, sine + 1, &start.target[0], &start.target[1],
                    &start.v[0], &start.v[1]) != 11) {
      return std::fprintf(stderr, "%s: cannot read '%s'\n", path, line.c_str()), 2;
    }
    if (step != 0) continue;
    for (int j = 0; j < 2; ++j) start.q[j] = std::atan2(sine[j], cosine[j]);
    Pairs actions;
    mean.Add(Best(start, &actions));
  }
  if (mean.count == 0) return std::fprintf(stderr, "%s: no episode\n", path), 2;
  mean.Print();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--trace") return OptimumOfTrace(argv[2]);
  const int episodes = argc > 1 ? std::atoi(argv[1]) : 1000;
  if (episodes < 1) return std::fprintf(stderr, "%s: expected a number of episodes\n", argv[1]), 2;
  std::mt19937 random(3);
  Mean mean;
  for (int i = 0; i < episodes; ++i) {
    const Episode episode = Draw(&random);
    Pairs actions;
    mean.Add(Best(episode, &actions));
    if (i > 0 || argc < 3) continue;
    std::FILE* file = std::fopen(argv[2], "w");
    if (!file) return std::perror(argv[2]), 1;
    for (const auto& [shoulder, elbow] : actions)
      std::fprintf(file, "%.9g,%.9g\n", shoulder, elbow);
    std::fclose(file);
    std::printf(
        "sinew rollout reacher --actions %s --qpos=%.9g,%.9g,%.9g,%.9g --qvel=%.9g,%.9g,0,0 ",
        argv[2], episode.q[0], episode.q[1], episode.target[0], episode.target[1], episode.v[0],
        episode.v[1]);
    std::printf("--out trajectory.csv\n");
  }
  mean.Print();
}
