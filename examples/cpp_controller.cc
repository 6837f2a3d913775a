// A controller in C++: the robot lists its joints and sensors in an order of its own and has
// tighter limits than the simulation; a sensor fails on the way.
//   cpp_controller cart.policy

#include <cmath>
#include <cstdio>
#include <limits>
#include <sinew_runtime.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    sinew::runtime::Options options;
    options.observations = {"battery", "velocity_slide", "position"};  // any order, and more
    options.joints = {"slide"};
    options.torque_limit = {4};   // [N]
    options.torque_rate = {200};  // [N/s]
    options.soft_start = 0.1;     // [s]
    sinew::runtime::Controller controller(argv[1], options);

    float position = 0.5f, velocity = 0;  // a cart of 1 kg
    const double dt = 0.001;
    for (int tick = 0; tick < 2000; ++tick) {
      const auto now_ns = static_cast<std::int64_t>(tick * dt * 1e9);
      const bool broken = tick >= 1500 && tick < 1520;
      const float observation[] = {24.1f, velocity,
                                   broken ? std::numeric_limits<float>::quiet_NaN() : position};
      controller.Step(observation, now_ns, now_ns);
      velocity += static_cast<float>(controller.torque()[0] * dt);
      position += static_cast<float>(velocity * dt);
      if (tick % 250 == 0) {
        std::printf("%.2f s  position %+.3f m  force %+.3f N\n", tick * dt, position,
                    controller.torque()[0]);
      }
    }
    for (int code = 0; code < SINEW_TRIP_COUNT; ++code) {
      const auto trip = static_cast<sinew_trip>(code);
      if (controller.trips(trip) == 0) continue;
      std::printf("%s: %llu steps\n", sinew_trip_name(trip),
                  static_cast<unsigned long long>(controller.trips(trip)));
    }
    return controller.trips(SINEW_TRIP_OBSERVATION) == 20 && std::isfinite(position) ? 0 : 1;
  } catch (const sinew::runtime::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
