/* A controller in C: runs a policy at its own period against a robot that gives its observations on
 * stdin, one line of numbers each, and takes torques [N·m] on stdout.
 *   c_controller arm.policy < observations > torques */

#include <sinew_runtime.h>
#include <stdio.h>
#include <stdlib.h>

static int read_observation(float* observation, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (scanf("%f", &observation[i]) != 1) return 0;
  }
  return 1;
}

int main(int argc, char** argv) {
  sinew_runtime* runtime;
  char error[500];
  if (argc != 2) return 2;
  if (sinew_runtime_load(argv[1], NULL, &runtime, error, sizeof error) != SINEW_OK) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  const size_t joints = sinew_runtime_joint_count(runtime);
  const size_t observations = sinew_runtime_observation_count(runtime);
  const int64_t period_ns = (int64_t)(1e9 * sinew_runtime_control_period(runtime));
  float* observation = calloc(observations, sizeof *observation);
  float* torque = calloc(joints, sizeof *torque);

  for (int64_t now_ns = 0; read_observation(observation, observations); now_ns += period_ns) {
    sinew_report report;
    const sinew_status status =
        sinew_runtime_step(runtime, observation, now_ns, now_ns, torque, &report);
    /* the torque is safe whatever the status is; a real controller also tells its operator */
    if (status == SINEW_EMERGENCY) fprintf(stderr, "emergency, trips 0x%x\n", report.trips);
    for (size_t i = 0; i < joints; ++i) printf("%s%.6g", i ? " " : "", torque[i]);
    printf("\n");
  }
  free(torque);
  free(observation);
  sinew_runtime_free(runtime);
  return 0;
}
