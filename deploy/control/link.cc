#include "deploy/control/link.h"

#include <cmath>

namespace sinew::deploy {
namespace {

constexpr size_t kMostWaiting = 2048;  // two seconds at 1 kHz

}  // namespace

Link::Link(Channel* channel, const LinkOptions& options, std::string_view name)
    : channel_(channel), options_(options), random_(options.seed, name), waiting_(kMostWaiting) {}

void Link::Send(Message* message, int64_t now_ns) {
  message->sequence = ++sent_;
  message->sent_ns = now_ns;
  if (options_.loss > 0 && random_.Uniform() < options_.loss) {
    ++lost_;
  } else {
    channel_->Send(*message);
  }
}

const Message* Link::Receive(int64_t now_ns) {
  while (count_ < kMostWaiting && channel_->Receive(&waiting_[(begin_ + count_) % kMostWaiting])) {
    ++count_;
  }
  bool found = false;
  const auto latency_ns = static_cast<int64_t>(std::llround(options_.latency * 1e9));
  while (count_ > 0 && now_ns - waiting_[begin_].sent_ns >= latency_ns) {
    current_ = waiting_[begin_];
    begin_ = (begin_ + 1) % kMostWaiting;
    --count_;
    found = true;
  }
  return found ? &current_ : nullptr;
}

}  // namespace sinew::deploy
