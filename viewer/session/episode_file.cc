#include "viewer/session/episode_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>

#include "core/error.h"
#include "core/files.h"

namespace sinew::viewer {
namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the file's numbers are little-endian");

constexpr std::string_view kMagic = "SINEWEP1";
constexpr size_t kMostPushes = 64;  // in one step

class Writer {
 public:
  template <class T>
  void Put(T value) {
    static_assert(std::is_arithmetic_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
  void PutAll(const std::vector<T>& values) {
    for (const T value : values) Put(value);
  }
  void Put(const Eigen::Vector3d& vector) {
    for (const double x : vector) Put(x);
  }
  void Text(std::string_view text) { bytes_ += text; }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

class Reader {
 public:
  Reader(std::string_view bytes, std::string source) : bytes_(bytes), source_(std::move(source)) {}

  template <class T>
  T Take() {
    T value;
    std::memcpy(&value, Raw(sizeof(T)).data(), sizeof(T));
    return value;
  }
  template <class T>
  std::vector<T> TakeAll(size_t count) {
    if (count > bytes_.size() / sizeof(T)) Damaged("it is too short");
    const std::string_view raw = Raw(count * sizeof(T));
    std::vector<T> values(count);
    std::memcpy(values.data(), raw.data(), raw.size());
    return values;
  }
  Eigen::Vector3d TakeVector() {
    const auto values = TakeAll<double>(3);
    return {values[0], values[1], values[2]};
  }
  std::string_view Raw(size_t size) {
    if (size > bytes_.size()) Damaged("it is too short");
    const std::string_view raw = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return raw;
  }
  bool at_end() const { return bytes_.empty(); }
  [[noreturn]] void Damaged(std::string_view why) const {
    throw UserError(fmt::format("{}: the episode file is damaged: {}", source_, why));
  }

 private:
  std::string_view bytes_;
  std::string source_;
};

Json Header(const Episode& episode) {
  const sim::EnvState& start = episode.start;
  Json options = Json::array();
  for (const auto& [key, value] : episode.task_options) options.push_back({key, value});
  return {{"task", episode.task},
          {"task_options", options},
          {"model_hash", episode.model_hash},
          {"policy", episode.policy},
          {"policy_hash", episode.policy_hash},
          {"seed", episode.seed},
          {"episode", start.episode},
          {"step", start.step},
          {"random", start.random.words},
          {"random_has_spare", start.random.has_spare},
          {"hold", start.hold},
          {"sizes",
           {{"state", start.simulation.values.size()},
            {"observation", start.observation.size()},
            {"action", episode.steps.empty() ? 0 : episode.steps[0].action.size()},
            {"log_observations", episode.log.observations.size()},
            {"log_intents", episode.log.intents.size()},
            {"steps", episode.steps.size()}}}};
}

void ReadHeader(const Json& json, Episode* episode) {
  json.at("task").get_to(episode->task);
  for (const Json& option : json.at("task_options")) {
    episode->task_options.emplace_back(option.at(0), option.at(1));
  }
  json.at("model_hash").get_to(episode->model_hash);
  json.at("policy").get_to(episode->policy);
  json.at("policy_hash").get_to(episode->policy_hash);
  json.at("seed").get_to(episode->seed);
  json.at("episode").get_to(episode->start.episode);
  json.at("step").get_to(episode->start.step);
  json.at("random").get_to(episode->start.random.words);
  json.at("random_has_spare").get_to(episode->start.random.has_spare);
  json.at("hold").get_to(episode->start.hold);
}

void PutStep(const EpisodeStep& step, Writer* out) {
  out->PutAll(step.action);
  out->Put(static_cast<uint32_t>(step.pushes.size()));
  for (const Wrench& push : step.pushes) {
    out->Put(static_cast<int32_t>(push.body));
    out->Put(push.force);
    out->Put(push.torque);
  }
  out->Put(static_cast<uint8_t>(step.move.has_value()));
  if (step.move) {
    out->Put(static_cast<int32_t>(step.move->body));
    out->Put(step.move->position);
  }
  out->Put(step.reward);
  out->Put(step.state_hash);
}

EpisodeStep TakeStep(size_t act_dim, Reader* in) {
  EpisodeStep step;
  step.action = in->TakeAll<float>(act_dim);
  const auto pushes = in->Take<uint32_t>();
  if (pushes > kMostPushes) in->Damaged(fmt::format("{} pushes in one step", pushes));
  for (uint32_t i = 0; i < pushes; ++i) {
    Wrench& push = step.pushes.emplace_back();
    push.body = in->Take<int32_t>();
    push.force = in->TakeVector();
    push.torque = in->TakeVector();
  }
  if (in->Take<uint8_t>() != 0) {
    step.move.emplace();
    step.move->body = in->Take<int32_t>();
    step.move->position = in->TakeVector();
  }
  step.reward = in->Take<double>();
  step.state_hash = in->Take<uint64_t>();
  return step;
}

// whether the episode can be lived through in this environment at all
void CheckFits(const Episode& episode, const sim::Env& env) {
  const auto& spec = env.spec();
  if (episode.task != spec.name) {
    throw UserError(fmt::format("the episode is of task '{}', not '{}'", episode.task, spec.name));
  }
  const spec::ModelIdentity& model = env.simulation().identity();
  // older episodes carry the hash of the engine's bytes
  if (episode.model_hash != model.hash && episode.model_hash != model.engine_hash) {
    throw UserError(fmt::format("the episode is of the model {}, this one is {}",
                                episode.model_hash, model.hash));
  }
  const size_t obs_dim = spec.observation.size(), act_dim = spec.action.size();
  const auto before = static_cast<size_t>(std::max<int64_t>(0, episode.start.step));
  bool fits = episode.start.observation.size() == obs_dim &&
              episode.log.observations.size() == before * obs_dim &&
              episode.log.intents.size() == before * act_dim;
  const int bodies = env.simulation().model()->nbody;
  for (const EpisodeStep& step : episode.steps) {
    fits &= step.action.size() == act_dim;
    for (const Wrench& push : step.pushes) fits &= push.body > 0 && push.body < bodies;
    if (step.move) fits &= IsPlaceable(env.simulation().model(), step.move->body);
  }
  if (!fits) throw UserError("the episode's numbers do not fit the task's sizes");
}

}  // namespace

uint64_t StateHash(const sim::SimulationState& state) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const double value : state.values) {
    auto bits = std::bit_cast<uint64_t>(value);
    for (int byte = 0; byte < 8; ++byte, bits >>= 8) hash = (hash ^ (bits & 255)) * 0x100000001b3u;
  }
  return hash;
}

Episode CaptureEpisode(const Session& session, TaskOptions task_options) {
  const History& history = session.history();
  const size_t begin = history.EpisodeBegin(), end = history.EpisodeEnd();
  const Frame& first = history[begin];
  Episode episode;
  episode.task = session.spec().name;
  episode.task_options = std::move(task_options);
  episode.model_hash = session.env().simulation().model_hash();
  episode.policy = history[end - 1].policy->label;
  episode.policy_hash = history[end - 1].policy->hash;
  episode.seed = session.seed();
  episode.start = first.state;
  episode.log = *first.log;
  episode.log.observations.resize(first.state.step * session.spec().obs_dim());
  episode.log.intents.resize(first.state.step * session.spec().act_dim());
  for (size_t i = begin + 1; i < end; ++i) {
    const Frame& frame = history[i];
    episode.steps.push_back({frame.action, frame.pushes, frame.move, frame.result.reward,
                             StateHash(frame.state.simulation)});
  }
  return episode;
}

void SaveEpisode(const std::filesystem::path& path, const Episode& episode) {
  Writer out;
  const std::string header = Header(episode).dump();
  out.Text(kMagic);
  out.Put(static_cast<uint64_t>(header.size()));
  out.Text(header);
  out.PutAll(episode.start.simulation.values);
  out.PutAll(episode.start.observation);
  out.Put(episode.start.random.spare_normal);
  out.Put(episode.start.episode_return);
  out.PutAll(episode.log.observations);
  out.PutAll(episode.log.intents);
  for (const EpisodeStep& step : episode.steps) PutStep(step, &out);
  out.Put(static_cast<uint32_t>(Crc32(out.bytes())));
  WriteFileAtomically(path, out.bytes());
}

Episode LoadEpisode(const std::filesystem::path& path) {
  const std::string bytes = ReadFile(path);
  if (!bytes.starts_with(kMagic)) throw UserError(path.string() + ": not an episode file");
  Reader whole(bytes, path.string());
  if (bytes.size() < kMagic.size() + sizeof(uint64_t) + sizeof(uint32_t)) {
    whole.Damaged("it is too short");
  }
  const std::string_view body = std::string_view(bytes).substr(0, bytes.size() - sizeof(uint32_t));
  uint32_t checksum;
  std::memcpy(&checksum, bytes.data() + body.size(), sizeof checksum);
  if (checksum != Crc32(body)) whole.Damaged("its checksum is wrong");
  Reader in(body.substr(kMagic.size()), path.string());
  const Json json = Json::parse(in.Raw(in.Take<uint64_t>()), nullptr, /*allow_exceptions=*/false);
  Episode episode;
  try {
    ReadHeader(json, &episode);
    const Json& sizes = json.at("sizes");
    episode.start.simulation.values = in.TakeAll<double>(sizes.at("state").get<size_t>());
    episode.start.observation = in.TakeAll<double>(sizes.at("observation").get<size_t>());
    episode.start.random.spare_normal = in.Take<double>();
    episode.start.episode_return = in.Take<double>();
    episode.log.observations = in.TakeAll<float>(sizes.at("log_observations").get<size_t>());
    episode.log.intents = in.TakeAll<float>(sizes.at("log_intents").get<size_t>());
    const auto act_dim = sizes.at("action").get<size_t>(), steps = sizes.at("steps").get<size_t>();
    for (size_t i = 0; i < steps; ++i) episode.steps.push_back(TakeStep(act_dim, &in));
  } catch (const Json::exception&) {
    in.Damaged("its header lacks a field");
  }
  if (!in.at_end()) in.Damaged("it is too long");
  return episode;
}

std::string ReplayResult::Describe() const {
  if (parted_at) return fmt::format("parted at step {} of {}", *parted_at, steps);
  return fmt::format("{} steps, bit-exact", steps);
}

ReplayResult ReplayEpisode(const Episode& episode, sim::Env* env) {
  CheckFits(episode, *env);
  env->RestoreState(episode.start);
  ReplayResult result;
  for (const EpisodeStep& step : episode.steps) {
    if (step.move) {
      PlaceBody(env->simulation(), *step.move);
      env->Refresh();
    }
    spec::StepResult outcome;
    {
      const ScopedWrenches scoped(env->simulation().data(), step.pushes);
      outcome = env->Step(step.action);
    }
    ++result.steps;
    if (outcome.diverged || StateHash(env->SaveState().simulation) != step.state_hash) {
      result.parted_at = env->step();
      return result;
    }
  }
  return result;
}

ReplayResult ReplayEpisode(const Episode& episode, Session* session) {
  CheckFits(episode, session->env());
  session->BeginFrom(episode.start, episode.log);
  ReplayResult result;
  for (const EpisodeStep& step : episode.steps) {
    if (!session->StepWith(step.action, step.pushes, step.move)) {
      result.parted_at = session->frame().state.step + 1;
      return result;
    }
    ++result.steps;
    const bool same = StateHash(session->frame().state.simulation) == step.state_hash;
    if (!same && !result.parted_at) result.parted_at = session->frame().state.step;
  }
  session->Seek(session->history().EpisodeBegin());
  return result;
}

}  // namespace sinew::viewer
