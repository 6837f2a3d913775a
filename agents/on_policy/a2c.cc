#include "agents/on_policy/a2c.h"

#include "agents/base/options_builder.h"
#include "agents/on_policy/ppo.h"

namespace sinew::agents {

void A2cOptions::Describe(OptionTable& table) {
  OnPolicyOptions::Describe(table);
  table.Add("actor_lr", &actor_lr, {0, 1}, "Adam step size of the actor");
  table.Add("desired_kl", &desired_kl, {0, 10},
            "KL per update that the actor's step size follows (0: its schedule alone)", "nats");
  table.Add("critic_epochs", &critic_epochs, {1, 1000},
            "the critic's steps, each on the whole rollout, per update");
  table.Add("entropy_coef", &entropy_coef, {0, 10}, "weight of the policy's entropy");
  table.Renamed("entropy_bonus", "entropy_coef");
}

std::unique_ptr<Agent> MakeA2cAgent(const A2cOptions& options, const AgentContext& context) {
  PpoOptions ppo;
  static_cast<OnPolicyOptions&>(ppo) = options;
  ppo.actor_lr = options.actor_lr;
  ppo.desired_kl = options.desired_kl;
  ppo.critic_epochs = options.critic_epochs;
  ppo.entropy_coef = options.entropy_coef;
  ppo.epochs = 1;
  ppo.batch_size = options.rollout_steps * context.num_envs;
  return MakePpoAgent(ppo, context);
}

std::unique_ptr<AgentBuilder> MakeA2c() {
  return std::make_unique<OptionsBuilder<A2cOptions>>(A2cOptions{}, MakeA2cAgent);
}

}  // namespace sinew::agents
