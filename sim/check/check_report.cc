#include "sim/check/check_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace sinew::sim {

const char* ToText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kNote:
      return "note";
    case Verdict::kFail:
      return "FAIL";
  }
  return "";
}

int CheckReport::Count(Verdict verdict) const {
  return static_cast<int>(std::ranges::count(results, verdict, &CheckResult::verdict));
}

std::string CheckReport::ToString() const {
  size_t width = 0;
  for (const CheckResult& result : results) width = std::max(width, result.name.size());
  std::string text = subject + "\n";
  for (const CheckResult& result : results) {
    text += fmt::format("  {:<4}  {:<{}}  {}\n", ToText(result.verdict), result.name, width,
                        result.detail);
  }
  return text + fmt::format("{} checks: {} ok, {} notes, {} failed\n", results.size(),
                            Count(Verdict::kOk), Count(Verdict::kNote), Count(Verdict::kFail));
}

}  // namespace sinew::sim
