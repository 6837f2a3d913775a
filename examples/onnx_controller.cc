// A controller that runs the exported ONNX file in ONNX Runtime: it reads the contract inside the
// file, refuses a policy that was made for another robot, and maps its own sensors and joints by
// their names. (ONNX brings no safety gate with it: that is sinew_runtime's.)
//   onnx_controller cart/policy.onnx

#include <onnxruntime_c_api.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

const OrtApi* const ort = OrtGetApiBase()->GetApi(ORT_API_VERSION);

void Check(OrtStatus* status) {
  if (!status) return;
  const std::string message = ort->GetErrorMessage(status);
  ort->ReleaseStatus(status);
  throw std::runtime_error(message);
}

// the robot: its sensors and joints in an order of its own
struct Sensor {
  std::string name, unit;
};
struct Joint {
  std::string name;
  double torque_limit;  // [N·m], of a slide [N]
};
const std::vector<Sensor> kSensors{{"battery", "V"}, {"velocity_slide", "m/s"}, {"position", "m"}};
const std::vector<Joint> kJoints{{"slide", 5}};
constexpr double kPeriod = 0.02;  // [s]

// @return the place of each of the policy's names in the robot's list
template <class Parts>
std::vector<size_t> Places(const nlohmann::json& wanted, const char* key, const Parts& parts,
                           std::string* differences) {
  std::vector<size_t> places;
  for (const auto& element : wanted) {
    size_t place = 0;
    while (place < parts.size() && parts[place].name != element.at(key)) ++place;
    if (place == parts.size()) *differences += "\n  the robot has no " + element.at(key).dump();
    places.push_back(place);
  }
  return places;
}

struct Mapping {
  std::vector<size_t> sensors, joints;
};

// @throws std::runtime_error with every field in which policy and robot differ
Mapping MapToRobot(const nlohmann::json& contract) {
  std::string differences;
  const auto &observation = contract.at("observation"), &action = contract.at("action");
  const Mapping mapping{Places(observation, "name", kSensors, &differences),
                        Places(action, "joint", kJoints, &differences)};
  for (size_t i = 0; i < observation.size(); ++i) {
    if (mapping.sensors[i] == kSensors.size()) continue;
    const Sensor& sensor = kSensors[mapping.sensors[i]];
    if (observation[i].at("unit") == sensor.unit) continue;
    differences += "\n  " + sensor.name + ": policy " + observation[i].at("unit").dump() +
                   ", robot \"" + sensor.unit + "\"";
  }
  for (size_t i = 0; i < action.size(); ++i) {
    if (mapping.joints[i] == kJoints.size()) continue;
    const Joint& joint = kJoints[mapping.joints[i]];
    for (const char* limit : {"torque_low", "torque_high"}) {
      if (std::abs(action[i].at(limit).get<double>()) <= joint.torque_limit) continue;
      differences += "\n  " + joint.name + ": " + limit + " " + action[i].at(limit).dump() +
                     " is beyond the robot's " + std::to_string(joint.torque_limit);
    }
  }
  if (std::abs(contract.at("control_dt").get<double>() - kPeriod) > 1e-9) {
    differences += "\n  control period: policy " + contract.at("control_dt").dump() + " s, robot " +
                   std::to_string(kPeriod) + " s";
  }
  if (!differences.empty()) throw std::runtime_error("made for another robot:" + differences);
  return mapping;
}

class Policy {
 public:
  explicit Policy(const char* file) {
    OrtSessionOptions* options = nullptr;
    Check(ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "controller", &env_));
    Check(ort->CreateSessionOptions(&options));
    Check(ort->SetIntraOpNumThreads(options, 1));
    Check(ort->CreateSession(env_, file, options, &session_));
    ort->ReleaseSessionOptions(options);
    const nlohmann::json contract = nlohmann::json::parse(Metadata("sinew.contract"));
    mapping_ = MapToRobot(contract);
    observation_.resize(mapping_.sensors.size());
    OrtMemoryInfo* memory = nullptr;
    const std::array<int64_t, 2> shape{1, static_cast<int64_t>(observation_.size())};
    Check(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
    Check(ort->CreateTensorWithDataAsOrtValue(
        memory, observation_.data(), observation_.size() * sizeof(float), shape.data(),
        shape.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &input_));
    ort->ReleaseMemoryInfo(memory);
  }
  ~Policy() {
    if (input_) ort->ReleaseValue(input_);
    if (session_) ort->ReleaseSession(session_);
    if (env_) ort->ReleaseEnv(env_);
  }
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  // both in the robot's order. @return 0, or what was not finite; the torques are zero then
  int Torque(const std::vector<float>& sensors, std::vector<float>* torque) {
    for (size_t i = 0; i < observation_.size(); ++i) observation_[i] = sensors[mapping_.sensors[i]];
    const char* const inputs[] = {"observation"};
    const char* const outputs[] = {"torque", "status"};
    std::array<OrtValue*, 2> values{};
    Check(ort->Run(session_, nullptr, inputs, &input_, 1, outputs, 2, values.data()));
    void *torques = nullptr, *status = nullptr;
    Check(ort->GetTensorMutableData(values[0], &torques));
    Check(ort->GetTensorMutableData(values[1], &status));
    for (size_t i = 0; i < mapping_.joints.size(); ++i) {
      (*torque)[mapping_.joints[i]] = static_cast<const float*>(torques)[i];
    }
    const int code = *static_cast<const int32_t*>(status);
    for (OrtValue* value : values) ort->ReleaseValue(value);
    return code;
  }

 private:
  std::string Metadata(const char* key) const {
    OrtModelMetadata* metadata = nullptr;
    OrtAllocator* allocator = nullptr;
    char* text = nullptr;
    Check(ort->GetAllocatorWithDefaultOptions(&allocator));
    Check(ort->SessionGetModelMetadata(session_, &metadata));
    Check(ort->ModelMetadataLookupCustomMetadataMap(metadata, allocator, key, &text));
    ort->ReleaseModelMetadata(metadata);
    if (!text) throw std::runtime_error(std::string("the file holds no ") + key);
    const std::string value = text;
    Check(ort->AllocatorFree(allocator, text));
    return value;
  }

  OrtEnv* env_ = nullptr;
  OrtSession* session_ = nullptr;
  OrtValue* input_ = nullptr;
  Mapping mapping_;
  std::vector<float> observation_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  if (!ort) throw std::runtime_error("the library is older than the header");
  Policy policy(argv[1]);
  float position = 0.5f, velocity = 0;  // a cart of 1 kg
  std::vector<float> torque(kJoints.size());
  for (int step = 0; step < 100; ++step) {
    const bool broken = step == 75;
    const float measured = broken ? std::numeric_limits<float>::quiet_NaN() : position;
    const int status = policy.Torque({24.1f, velocity, measured}, &torque);
    if ((status != 0) != broken || (broken && torque[0] != 0)) return 1;
    velocity += torque[0] * static_cast<float>(kPeriod);
    position += velocity * static_cast<float>(kPeriod);
    if (step % 25 == 0) {
      std::printf("%.2f s  position %+.3f m  force %+.3f N\n", step * kPeriod, position, torque[0]);
    }
  }
  return std::isfinite(position) ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
