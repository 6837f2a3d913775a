// Runs a TorchScript policy with LibTorch and none of our own code: the proof that the file is
// whole. Started by `sinew verify`.
//
// usage: sinew-torchscript FILE OBS_DIM NOISE_DIM ACT_DIM REMEMBERS
// writes the archive's policy_hash and contract.json, each behind its length in 32 bits; then, for
// every row of OBS_DIM + NOISE_DIM floats on standard input, the status in 32 bits and ACT_DIM
// floats. Where REMEMBERS is 1, each row begins with one more float: 1 at the start of an episode,
// 0 elsewhere.

#include <ATen/Parallel.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/types.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace {

void Write(const void* data, size_t size) {
  if (std::fwrite(data, 1, size, stdout) != size) throw std::runtime_error("cannot write");
}

void WriteText(const std::string& text) {
  const auto length = static_cast<uint32_t>(text.size());
  Write(&length, sizeof length);
  Write(text.data(), text.size());
}

int64_t Size(const char* text, const char* name) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (*end != '\0' || value < 0) {
    throw std::runtime_error(std::string(name) + " is '" + text + "', expected a number");
  }
  return value;
}

void Run(char** argv) {
  const int64_t obs_dim = Size(argv[2], "OBS_DIM"), noise_dim = Size(argv[3], "NOISE_DIM"),
                act_dim = Size(argv[4], "ACT_DIM");
  torch::jit::ExtraFilesMap extra{{"policy_hash", ""}, {"contract.json", ""}};
  torch::jit::Module module = torch::jit::load(argv[1], torch::kCPU, extra);
  module.eval();
  WriteText(extra.at("policy_hash"));
  WriteText(extra.at("contract.json"));
  std::fflush(stdout);
  const c10::InferenceMode guard;
  const bool remembers = Size(argv[5], "REMEMBERS") != 0;
  at::Tensor state;
  std::vector<float> row(remembers + obs_dim + noise_dim);
  while (std::fread(row.data(), sizeof(float), row.size(), stdin) == row.size()) {
    float* observation = row.data() + remembers;
    std::vector<torch::jit::IValue> inputs{torch::from_blob(observation, {1, obs_dim})};
    if (noise_dim > 0) inputs.push_back(torch::from_blob(observation + obs_dim, {1, noise_dim}));
    if (remembers && (row[0] != 0 || !state.defined())) {
      state = module.run_method("initial_state", 1).toTensor();
    }
    if (remembers) inputs.push_back(state);
    const auto outputs = module.forward(inputs).toTuple();
    const at::Tensor torque = outputs->elements()[0].toTensor().contiguous();
    const auto status = outputs->elements()[2].toTensor().item<int32_t>();
    if (torque.numel() != act_dim)
      throw std::runtime_error("the model gives another number of torques");
    if (remembers) state = outputs->elements()[3].toTensor();
    Write(&status, sizeof status);
    Write(torque.data_ptr<float>(), act_dim * sizeof(float));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: sinew-torchscript FILE OBS_DIM NOISE_DIM ACT_DIM REMEMBERS\n");
    return 2;
  }
  at::set_num_threads(1);
  try {
    Run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
