#pragma once

#include <memory>
#include <string>
#include <vector>

#include "deploy/base/backend.h"
#include "deploy/base/golden.h"
#include "deploy/base/manifest.h"
#include "deploy/verify/verify.h"

namespace sinew::deploy {

/// A folder's policy file, golden vectors and manifest, each checked on its own.
struct VerifySubject {
  std::filesystem::path folder;
  ExportManifest manifest;
  policy::PolicyGraph artifact;
  GoldenVectors golden;  // with actions and torques of the policy file, not of the folder's
};

/// One of a folder's files, ready to run.
struct Candidate {
  std::shared_ptr<Backend> backend;  // null where it was skipped
  BackendReport report;              // name, tolerance, skipped and what is wrong so far
  bool stochastic = false;
};

/// Every back end that the folder's files have.
/// @param folder_failures  gets a line for each contract or hash inside a file that is not the
/// folder's.
/// @throws UserError and Error as Verify.
std::vector<Candidate> LoadBackends(const VerifySubject& subject, const VerifyOptions& options,
                                    std::vector<std::string>* folder_failures);

}  // namespace sinew::deploy
