#pragma once

#include "deploy/verify/verify_backends.h"

namespace sinew::deploy {

/// Its torques against float64 over the golden vectors, and the time of a call.
void CompareNumbers(const VerifySubject& subject, Candidate* candidate);

/// One element after the other NaN or infinite: a status and zero torques must come back.
void CheckRefusal(const VerifySubject& subject, Candidate* candidate);

/// Floats from one to the other; 0 for equal ones.
int64_t UlpDistance(float a, float b);

}  // namespace sinew::deploy
