#pragma once

#include <functional>
#include <memory>

namespace sinew {

/// A fixed set of threads for data-parallel loops. The calling thread works too, so `threads` = 1
/// starts none.
///
/// Which thread runs which index is fixed (contiguous blocks), so that code whose indices do not
/// share state gives the same bits for any number of threads. One loop at a time; not re-entrant.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;
  /// Calls body(index) for every index in [0, count) and returns when all are done. The first
  /// exception that a body throws (lowest block) is rethrown here.
  void ParallelFor(int count, const std::function<void(int)>& body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs two parts that share no state, side by side where there are threads.
/// @param pool  null: one after the other.
template <class First, class Second>
void RunBoth(ThreadPool* pool, First first, Second second) {
  if (!pool) {
    first();
    second();
    return;
  }
  pool->ParallelFor(2, [&](int half) { half == 0 ? first() : second(); });
}

}  // namespace sinew
