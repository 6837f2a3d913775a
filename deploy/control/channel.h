#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace sinew::deploy {

/// What controller and robot send each other: an observation, or torques [N·m].
struct Message {
  static constexpr size_t kMostValues = 360;  // a datagram stays within one Ethernet frame

  uint64_t sequence = 0;  // of the sender, from 1
  int64_t stamp_ns = 0;   // of the observation, or of the one that the torques answer
  int64_t sent_ns = 0;
  uint64_t episode = 0;
  uint32_t count = 0;  // of values
  std::array<float, kMostValues> values{};

  std::span<const float> data() const { return {values.data(), count}; }
};

/// One end of a connection that keeps messages apart and in order, but may lose them when its
/// buffer is full. Neither call blocks or allocates.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual void Send(const Message& message) = 0;
  /// @return false if nothing has come. A message that is damaged is skipped.
  virtual bool Receive(Message* message) = 0;
};

struct ChannelPair {
  std::unique_ptr<Channel> controller, robot;
};

/// Both ends, to be made before the process forks.
/// @param transport  "shm" (shared memory) or "udp" (two ports of 127.0.0.1, and nothing else).
/// @throws UserError for another name; Error if the system refuses.
ChannelPair MakeChannels(const std::string& transport);

}  // namespace sinew::deploy
