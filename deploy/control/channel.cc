#include "deploy/control/channel.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/names.h"
#include "deploy/control/shared_memory.h"

namespace sinew::deploy {
namespace {

// One writer, one reader, in memory that two processes see.
struct Ring {
  static constexpr size_t kSlots = 256;
  std::atomic<uint64_t> written{0}, read{0};
  std::array<Message, kSlots> slots;
};
static_assert(std::atomic<uint64_t>::is_always_lock_free);

struct RingPair {
  Ring to_robot, to_controller;
};

class SharedChannel : public Channel {
 public:
  SharedChannel(std::shared_ptr<SharedMemory<RingPair>> memory, Ring* out, Ring* in)
      : memory_(std::move(memory)), out_(out), in_(in) {}

  void Send(const Message& message) override {
    const uint64_t written = out_->written.load(std::memory_order_relaxed);
    if (written - out_->read.load(std::memory_order_acquire) >= Ring::kSlots) return;
    out_->slots[written % Ring::kSlots] = message;
    out_->written.store(written + 1, std::memory_order_release);
  }

  bool Receive(Message* message) override {
    while (true) {
      const uint64_t read = in_->read.load(std::memory_order_relaxed);
      if (read == in_->written.load(std::memory_order_acquire)) return false;
      *message = in_->slots[read % Ring::kSlots];
      in_->read.store(read + 1, std::memory_order_release);
      if (message->count <= Message::kMostValues) return true;
    }
  }

 private:
  std::shared_ptr<SharedMemory<RingPair>> memory_;
  Ring *out_, *in_;
};

[[noreturn]] void ThrowSocket(const char* action) {
  throw Error(fmt::format("cannot {} a UDP socket on 127.0.0.1: {}", action, std::strerror(errno)));
}

// A UDP socket on a free port of the loopback interface.
class UdpChannel : public Channel {
 public:
  UdpChannel() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) ThrowSocket("open");
    sockaddr_in address = Loopback(0);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      ThrowSocket("bind");
    }
  }
  ~UdpChannel() override { ::close(socket_); }
  UdpChannel(const UdpChannel&) = delete;
  UdpChannel& operator=(const UdpChannel&) = delete;

  // from then on the kernel drops whatever another port sends
  void ConnectTo(const UdpChannel& peer) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(peer.socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ThrowSocket("connect");
    }
  }

  void Send(const Message& message) override {
    // a full buffer or a peer that is gone loses the message, as a wire would
    (void)!::send(socket_, &message, SizeOf(message.count), MSG_NOSIGNAL);
  }

  bool Receive(Message* message) override {
    while (true) {
      const ssize_t got = ::recv(socket_, message, sizeof *message, 0);
      if (got < 0 && errno != EINTR && errno != ECONNREFUSED) return false;
      const bool whole = got >= static_cast<ssize_t>(SizeOf(0)) &&
                         message->count <= Message::kMostValues &&
                         static_cast<size_t>(got) == SizeOf(message->count);
      if (whole) return true;
    }
  }

 private:
  static sockaddr_in Loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  static size_t SizeOf(uint32_t count) { return offsetof(Message, values) + count * sizeof(float); }

  int socket_;
};

ChannelPair MakeSharedChannels() {
  const auto memory = std::make_shared<SharedMemory<RingPair>>();
  RingPair& rings = **memory;
  return {std::make_unique<SharedChannel>(memory, &rings.to_robot, &rings.to_controller),
          std::make_unique<SharedChannel>(memory, &rings.to_controller, &rings.to_robot)};
}

ChannelPair MakeUdpChannels() {
  auto controller = std::make_unique<UdpChannel>(), robot = std::make_unique<UdpChannel>();
  controller->ConnectTo(*robot);
  robot->ConnectTo(*controller);
  return {std::move(controller), std::move(robot)};
}

}  // namespace

ChannelPair MakeChannels(const std::string& transport) {
  if (transport == "shm") return MakeSharedChannels();
  if (transport == "udp") return MakeUdpChannels();
  static const std::vector<std::string> kNames{"shm", "udp"};
  throw UserError(UnknownName("transport", transport, kNames));
}

}  // namespace sinew::deploy
