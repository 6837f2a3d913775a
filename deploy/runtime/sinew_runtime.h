/* Runs a trained policy on a robot's computer behind a safety gate: raw observation in, commands
 * out: N·m (N) for a joint whose torque the policy commands, or whose servo law is the
 * controller's, which runs here at the loop's own rate; the target [rad, rad/s; m, m/s] for a joint
 * whose drive runs the servo. The policy's contract says which. "Torque" stands for both below.
 *
 * C99 and C++. No exception leaves the library, no call after sinew_runtime_load allocates memory,
 * locks or asks the clock. One object serves one thread at a time. Names are UTF-8.
 *
 * In every tick of the control loop, at any rate at or above the policy's own:
 *
 *   status = sinew_runtime_step(runtime, observation, stamp_ns, now_ns, torque, &report);
 *
 * The policy is asked once a control period; between, its torque is held. The torque array is
 * always written and always finite and within the limits, whatever the status is: what a drive is
 * to be given in trouble is the gate's answer, not an old value.
 */
#ifndef SINEW_RUNTIME_H
#define SINEW_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SINEW_API __attribute__((visibility("default")))
#else
#define SINEW_API
#endif

typedef struct sinew_runtime sinew_runtime;

typedef enum sinew_status {
  SINEW_OK = 0,        /* the policy's torque, untouched */
  SINEW_LIMITED = 1,   /* the policy's torque, cut by a limit, a rate or the soft start */
  SINEW_EMERGENCY = 2, /* the damping torque, the last position target, or speed 0: the policy is
                          not obeyed */
  SINEW_BAD_ARGUMENT = -1, /* a null pointer */
  SINEW_BAD_FILE = -2,     /* not a policy file, damaged, or not readable */
  SINEW_BAD_OPTIONS = -3,  /* names that do not match the policy, a value out of range */
  SINEW_FAILED = -4        /* out of memory */
} sinew_status;

/* What the gate watches. Bit (1u << code) stands for it in masks. */
typedef enum sinew_trip {
  SINEW_TRIP_OBSERVATION = 0,  /* an observation is NaN or infinite: emergency */
  SINEW_TRIP_ACTION = 1,       /* the policy's output is NaN or infinite: emergency, latched */
  SINEW_TRIP_STALE = 2,        /* no observation for longer than max_age: emergency */
  SINEW_TRIP_OUT_OF_RANGE = 3, /* too far outside of the range seen in training: emergency */
  SINEW_TRIP_STOP = 4,         /* sinew_runtime_stop was called: emergency, latched */
  SINEW_TRIP_TORQUE_LIMIT = 5, /* torque cut to the limit */
  SINEW_TRIP_TORQUE_RATE = 6,  /* change of torque cut to the rate */
  SINEW_TRIP_SOFT_START = 7,   /* torque scaled down after a start */
  SINEW_TRIP_PERIOD = 8,       /* policy asked at less than half or more than 1.5 periods: told */
  SINEW_TRIP_COUNT = 9
} sinew_trip;

/* Set by sinew_runtime_default_options; change what you need, free nothing. Lists are read during
 * sinew_runtime_load only. */
typedef struct sinew_options {
  /* The robot's own order. All of the policy's observations must be among the names (more may be);
   * the joints must be the policy's, in any order. NULL: the policy's order. */
  const char* const* observation_names;
  size_t observation_count;
  const char* const* joint_names;
  size_t joint_count;
  /* One a joint, in the robot's order: the observation that is its velocity [rad/s, m/s], NULL
   * where there is none. NULL altogether: the observations "velocity_<joint>". */
  const char* const* velocity_names;
  /* One a joint, in the robot's order, > 0; NULL: see right. */
  const double* torque_limit; /* [N·m] of either sign; NULL: the policy's own limits, never more;
                                 not for targets */
  const double* torque_rate;  /* [N·m/s], of targets [rad/s, rad/s^2]; NULL: no limit */
  const double* damping;      /* [N·m·s/rad]; NULL: torque limit / 10 rad/s */
  double max_age;             /* [s]; 0: three control periods */
  double max_range_score;     /* see sinew_report; INFINITY: never. Default 1 */
  double soft_start;          /* [s] from zero to full torque; 0: none. Default 0.5 */
  uint32_t
      latched; /* trips that last until sinew_runtime_start, besides ACTION and STOP. Default 0 */
} sinew_options;

/* What a step did. */
typedef struct sinew_report {
  uint32_t trips;     /* bits of what acted in this step */
  int asked;          /* 1 if the policy was asked in this step, 0 if its torque was held */
  double age;         /* of the observation [s] */
  double range_score; /* 0: within the training range; 1: outside by its width */
  int range_element;  /* index in the robot's order of the worst observation, -1 if none is outside
                       */
  double soft_start;  /* factor on the torque, 1 when it is over */
} sinew_report;

SINEW_API void sinew_runtime_default_options(sinew_options* options);

/* Loads a policy file. options may be NULL. On failure *runtime is NULL and one line in `error`
 * (of error_size bytes, always terminated; may be NULL) says what is wrong and what is valid. */
SINEW_API sinew_status sinew_runtime_load(const char* path, const sinew_options* options,
                                          sinew_runtime** runtime, char* error, size_t error_size);
/* The same for a file's content in memory. */
SINEW_API sinew_status sinew_runtime_load_memory(const void* bytes, size_t size,
                                                 const sinew_options* options,
                                                 sinew_runtime** runtime, char* error,
                                                 size_t error_size);
SINEW_API void sinew_runtime_free(sinew_runtime* runtime);

/* One tick.
 *   observation  [observation_count] raw physical values, in the robot's order
 *   stamp_ns     when it was measured; an unchanged stamp means "nothing new"
 *   now_ns       the same clock, never going back
 *   torque       [joint_count] N·m or targets, in the robot's order, written unless the status is
 *                negative
 *   report       may be NULL */
SINEW_API sinew_status sinew_runtime_step(sinew_runtime* runtime, const float* observation,
                                          int64_t stamp_ns, int64_t now_ns, float* torque,
                                          sinew_report* report);
/* Begins anew: latched trips are cleared, the soft start begins, a policy that remembers forgets,
 * counters stay. Loading does it too, and the end of an emergency lets the policy forget as well.
 */
SINEW_API void sinew_runtime_start(sinew_runtime* runtime);
/* Damping from the next step on, until sinew_runtime_start. */
SINEW_API void sinew_runtime_stop(sinew_runtime* runtime);

/* Steps in which a trip acted, since loading. 0 for an unknown code. */
SINEW_API uint64_t sinew_runtime_trip_count(const sinew_runtime* runtime, sinew_trip trip);
/* "stale"; "unknown" for an unknown code. */
SINEW_API const char* sinew_trip_name(sinew_trip trip);

/* Of the robot's order, as loaded. Names live as long as the runtime; NULL beyond the last. */
SINEW_API size_t sinew_runtime_observation_count(const sinew_runtime* runtime);
SINEW_API size_t sinew_runtime_joint_count(const sinew_runtime* runtime);
SINEW_API const char* sinew_runtime_observation_name(const sinew_runtime* runtime, size_t index);
SINEW_API const char* sinew_runtime_joint_name(const sinew_runtime* runtime, size_t index);
/* [s] */
SINEW_API double sinew_runtime_control_period(const sinew_runtime* runtime);
/* Identity of the policy, as manifests and exports name it. */
SINEW_API const char* sinew_runtime_policy_hash(const sinew_runtime* runtime);
/* Name of the task that it was trained on. */
SINEW_API const char* sinew_runtime_task(const sinew_runtime* runtime);

#ifdef __cplusplus
}
#endif

#endif
