/* Loads the policy that argv[1] names and prints, for observations of all 0.25 and all -0.5, status
 * and torques; then what a bad file and NULL give. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sinew_runtime.h"

int main(int argc, char** argv) {
  const float values[] = {0.25f, -0.5f};
  sinew_runtime* runtime = NULL;
  sinew_options options;
  char error[256];
  size_t i, k, observations, joints;
  if (argc != 2) return 2;
  sinew_runtime_default_options(&options);
  options.soft_start = 0;
  options.max_range_score = INFINITY;
  if (sinew_runtime_load(argv[1], &options, &runtime, error, sizeof error) != SINEW_OK) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  observations = sinew_runtime_observation_count(runtime);
  joints = sinew_runtime_joint_count(runtime);
  float* observation = malloc(observations * sizeof *observation);
  float* torque = malloc(joints * sizeof *torque);
  for (k = 0; k < 2; ++k) {
    const int64_t now = (int64_t)(1e9 * sinew_runtime_control_period(runtime) * (double)(k + 1));
    for (i = 0; i < observations; ++i) observation[i] = values[k];
    printf("%d", sinew_runtime_step(runtime, observation, now, now, torque, NULL));
    for (i = 0; i < joints; ++i) printf(" %.9g", torque[i]);
    printf("\n");
  }
  sinew_runtime_free(runtime);
  printf("%d", sinew_runtime_load(argv[0], NULL, &runtime, error, sizeof error));
  printf(" %d %d", runtime == NULL, sinew_runtime_step(NULL, observation, 0, 0, torque, NULL));
  printf(" %d\n", sinew_runtime_load(NULL, NULL, &runtime, NULL, 0));
  free(torque);
  free(observation);
  return 0;
}
