#include "training/run/train_options.h"

namespace sinew::training {

void TrainOptions::Describe(OptionTable& table) {
  table.Add("steps", &steps, {1, 1e12}, "environment steps of the whole run", "steps");
  table.Add("num_envs", &num_envs, {1, 4096}, "environments stepped together");
  table.Add("episode_steps", &episode_steps, {0, 1e9},
            "training episodes are cut off (truncated, not terminated) after this many steps, for "
            "more start states a run; evaluation never is (0: the task's limit alone)",
            "steps");
  table.Add("threads", &threads, {1, 256}, "threads; the result does not depend on them");
  table.Add("eval_every", &eval_every, {0, 1e12},
            "steps between evaluations (0: a twentieth of the run)", "steps");
  table.Add("eval_episodes", &eval_episodes, {1, 1e6},
            "episodes of such an evaluation, the same ones each time");
  table.Add("final_episodes", &final_episodes, {1, 1e6}, "episodes of the evaluation at the end");
  table.Add("checkpoint_every", &checkpoint_every, {0, 1e12},
            "steps between checkpoints (0: a quarter of the run)", "steps");
  table.Add("keep_checkpoints", &keep_checkpoints, {1, 1000}, "newest checkpoints kept");
  table.Add("ignore_warnings", &ignore_warnings,
            "go on where MuJoCo drops contacts or constraints, or finds an inertia singular; the "
            "physics is then not that of the model");
}

}  // namespace sinew::training
