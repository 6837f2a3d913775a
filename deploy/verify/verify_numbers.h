#pragma once

#include "deploy/verify/verify_backends.h"

namespace sinew::deploy {

/// Its commands against float64 over the golden vectors, and the time of a call.
void CompareNumbers(const VerifySubject& subject, Candidate* candidate);

/// What a file with a servo law of its own makes of commands, against the contract's law, within
/// the limits and beyond.
void CompareServoLaws(const VerifySubject& subject, Candidate* candidate);

/// One element after the other NaN or infinite: a status, zero torques and held targets must come
/// back.
void CheckRefusal(const VerifySubject& subject, Candidate* candidate);

/// Floats from one to the other; 0 for equal ones.
int64_t UlpDistance(float a, float b);

}  // namespace sinew::deploy
