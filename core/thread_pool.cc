#include "core/thread_pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sinew {
namespace {

// Loops are short and follow each other closely: waking a thread that sleeps costs some 50 us, a
// hand-over to one that looks for work about 1 us. So a thread looks for a while before it sleeps;
// it gives way to others in between, in case they have no CPU of their own.
constexpr auto kPatience = std::chrono::microseconds(300);
constexpr int kLooksBetweenYields = 200;

void Relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// Looks until `ready` or until patience ends. @return  whether it is ready.
template <class Ready>
bool Await(Ready ready) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + kPatience;
  while (true) {
    for (int i = 0; i < kLooksBetweenYields; ++i) {
      if (ready()) return true;
      Relax();
    }
    if (Clock::now() > end) return ready();
    std::this_thread::yield();
  }
}

}  // namespace

struct ThreadPool::Impl {
  explicit Impl(int threads) : errors(threads) {
    for (int i = 1; i < threads; ++i) workers.emplace_back([this, i] { Work(i); });
  }

  ~Impl() {
    {
      std::lock_guard lock(mutex);
      stop = true;
      generation.fetch_add(1, std::memory_order_release);
    }
    wake.notify_all();
    for (std::thread& worker : workers) worker.join();
  }

  void RunBlock(int block) {
    const int blocks = static_cast<int>(errors.size());
    const int begin = static_cast<int>(static_cast<int64_t>(count) * block / blocks);
    const int end = static_cast<int>(static_cast<int64_t>(count) * (block + 1) / blocks);
    try {
      for (int i = begin; i < end; ++i) (*body)(i);
    } catch (...) {
      errors[block] = std::current_exception();
    }
  }

  void RethrowFirstError() {
    std::exception_ptr first;
    for (std::exception_ptr& error : errors) {
      // all are taken, or the next loop would throw what is left of this one
      std::exception_ptr taken = std::exchange(error, nullptr);
      if (!first) first = taken;
    }
    if (first) std::rethrow_exception(first);
  }

  void Work(int block) {
    uint64_t seen = 0;
    while (true) {
      const auto called = [&] { return generation.load(std::memory_order_acquire) != seen; };
      if (!Await(called)) {
        std::unique_lock lock(mutex);
        wake.wait(lock, called);
      }
      ++seen;
      if (stop) return;
      RunBlock(block);
      if (pending.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        std::lock_guard lock(mutex);
        done.notify_one();
      }
    }
  }

  void Run(int new_count, const std::function<void(int)>& new_body) {
    {
      std::lock_guard lock(mutex);
      count = new_count;
      body = &new_body;
      pending.store(static_cast<int>(workers.size()), std::memory_order_relaxed);
      generation.fetch_add(1, std::memory_order_release);
    }
    if (!workers.empty()) wake.notify_all();
    RunBlock(0);
    const auto finished = [&] { return pending.load(std::memory_order_acquire) == 0; };
    if (!Await(finished)) {
      std::unique_lock lock(mutex);
      done.wait(lock, finished);
    }
    RethrowFirstError();
  }

  std::vector<std::exception_ptr> errors;  // one a block
  std::mutex mutex;
  std::condition_variable wake, done;
  std::atomic<uint64_t> generation{0};
  std::atomic<int> pending{0};
  std::atomic<bool> stop{false};
  int count = 0;
  const std::function<void(int)>* body = nullptr;
  std::vector<std::thread> workers;
};

ThreadPool::ThreadPool(int threads) : impl_(std::make_unique<Impl>(threads < 1 ? 1 : threads)) {}
ThreadPool::~ThreadPool() = default;

int ThreadPool::threads() const { return static_cast<int>(impl_->errors.size()); }

void ThreadPool::ParallelFor(int count, const std::function<void(int)>& body) {
  impl_->Run(count, body);
}

}  // namespace sinew
