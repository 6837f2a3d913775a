#pragma once

#include <stdexcept>
#include <string>

namespace sinew {

/// Something failed that the user did not get wrong: a full disk, a damaged file, a diverged
/// learner. The program prints `what()` on one line and exits with 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user's mistake: an unknown name, a value out of range, a file of the wrong kind.
/// `what()` says what is wrong, where, and which values are valid. The program exits with 2.
class UserError : public Error {
 public:
  using Error::Error;
};

}  // namespace sinew
