#pragma once

#include <nlohmann/json.hpp>

namespace sinew::bench {

/// Time that a policy takes for one observation (20 numbers, 7 joints), on one thread: the policy
/// file as the program runs it ("artifact") and the exported C header through the system's compiler
/// ("c").
/// @param seconds  spent on each size.
/// @return  list of {backend, hidden, us}.
/// @throws Error if there is no C compiler.
nlohmann::ordered_json BenchPolicy(double seconds);

}  // namespace sinew::bench
