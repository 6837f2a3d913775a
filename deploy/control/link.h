#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "deploy/control/channel.h"

namespace sinew::deploy {

/// One end of a connection with the faults of a real one.
struct LinkOptions {
  double latency = 0;  // of every message [s]
  double loss = 0;     // probability that a message does not arrive
  uint64_t seed = 1;   // of what is lost
};

/// Sends with losses, receives with delay. Allocates in the constructor only.
class Link {
 public:
  /// @param name  of this end: each has a random stream of its own.
  Link(Channel* channel, const LinkOptions& options, std::string_view name);

  /// Numbers the message and sends it, or loses it.
  void Send(Message* message, int64_t now_ns);
  /// The newest message that is due; older ones are passed over. @return nullptr if none has become
  /// due since the last call.
  const Message* Receive(int64_t now_ns);

  uint64_t sent() const { return sent_; }
  uint64_t lost() const { return lost_; }

 private:
  Channel* channel_;
  LinkOptions options_;
  Random random_;
  uint64_t sent_ = 0, lost_ = 0;
  std::vector<Message> waiting_;  // ring
  size_t begin_ = 0, count_ = 0;
  Message current_;
};

}  // namespace sinew::deploy
