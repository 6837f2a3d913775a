// The TOML and command-line readers of the configuration: any text is taken or refused with a
// UserError, and what was taken is within its range and reads back to the same values.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/options.h"

namespace {

struct Fields {
  double number = 0.5;
  int64_t count = 3;
  bool flag = false;
  std::string choice = "ou", text;
  std::vector<int64_t> sizes{64, 64};
  sinew::OptionTable table{"agent"};
  sinew::Config config;

  Fields() {
    table.Add("number", &number, {0, 1}, "a number");
    table.Add("count", &count, {1, 100}, "a count");
    table.Add("flag", &flag, "a flag");
    table.Add("choice", &choice, {"ou", "gaussian"}, "a choice");
    table.Add("text", &text, {}, "any text");
    table.Add("sizes", &sizes, {1, 4096}, "sizes");
    config.AddSection(&table);
  }
};

template <class Set>
bool Taken(Set set) {
  try {
    set();
    return true;
  } catch (const sinew::UserError&) {
    return false;
  }
}

void Check(const Fields& fields) {
  if (!(fields.number >= 0 && fields.number <= 1) || fields.count < 1 || fields.count > 100) {
    std::abort();
  }
  for (const int64_t size : fields.sizes) {
    if (size < 1 || size > 4096) std::abort();
  }
  const std::string toml = fields.config.ToToml();
  Fields again;
  again.config.SetFromToml(toml, "again");
  if (again.config.ToToml() != toml) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Fields from_toml, from_text;
  if (Taken([&] { from_toml.config.SetFromToml(text, "fuzz"); })) Check(from_toml);
  if (Taken([&] { from_text.config.SetFromText(text); })) Check(from_text);
  return 0;
}
