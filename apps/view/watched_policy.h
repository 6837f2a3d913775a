#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/policy_file.h"
#include "sim/task.h"
#include "training/run/run_folder.h"
#include "viewer/session/policy_source.h"

namespace sinew::apps {

/// A policy file as the viewer knows it, with its critic where one of the same policy lies beside.
/// @param label  empty: the file's name and its training steps.
/// @throws UserError if it cannot be read, or was made for another task than `spec` and
/// `model` say.
viewer::PolicyHandle WatchedPolicy(const std::filesystem::path& path, const std::string& label,
                                   const spec::TaskSpec& spec, const spec::ModelIdentity& model);

/// Policies from files, for a task that they must fit.
class FileSource : public viewer::PolicySource {
 public:
  FileSource(std::shared_ptr<const sim::Task> task, viewer::PolicyHandle first)
      : task_(std::move(task)),
        model_(task_->MakeSimulation().identity()),
        first_(std::move(first)) {}

  viewer::PolicyHandle Poll() override { return std::exchange(first_, nullptr); }
  viewer::PolicyHandle Open(const std::filesystem::path& path) override {
    return Read(path, path.filename().string());
  }

 protected:
  viewer::PolicyHandle Read(const std::filesystem::path& path, const std::string& label) const {
    return WatchedPolicy(path, label, task_->spec(), model_);
  }

 private:
  std::shared_ptr<const sim::Task> task_;
  spec::ModelIdentity model_;
  viewer::PolicyHandle first_;
};

/// The policies of a run by training age; with `follow` also what a running trainer publishes.
class RunSource : public FileSource {
 public:
  RunSource(std::shared_ptr<const sim::Task> task, viewer::PolicyHandle first,
            training::RunFolder folder, bool follow)
      : FileSource(std::move(task), std::move(first)),
        folder_(std::move(folder)),
        follow_(follow) {}

  viewer::PolicyHandle Poll() override;
  const std::vector<viewer::ShelfEntry>& Shelf() override;
  viewer::PolicyHandle Load(size_t index) override;

 private:
  void Rescan();

  training::RunFolder folder_;
  bool follow_;
  double scanned_ = -1;  // [s]
  std::vector<viewer::ShelfEntry> shelf_;
  std::vector<std::filesystem::path> files_;
  std::optional<std::filesystem::file_time_type> live_time_;
  int64_t newest_ = -1;  // training steps of what was handed out last
};

}  // namespace sinew::apps
