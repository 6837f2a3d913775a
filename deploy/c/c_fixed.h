#pragma once

#include <string>

#include "deploy/c/c_contract.h"
#include "deploy/c/fixed_point.h"

namespace sinew::deploy {

CCost CostInFixedC(const FixedPolicy& policy);

/// Text of `<prefix>_policy.h` in 16-bit whole numbers, for processors without a floating-point
/// unit: the same functions as CHeader's, deterministic actions only. Floating point is left at the
/// two ends: the observation's normalisation and the torque.
std::string CFixedHeader(const policy::PolicyGraph& artifact, const FixedPolicy& policy,
                         const std::string& prefix);

}  // namespace sinew::deploy
