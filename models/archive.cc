#include "models/archive.h"

namespace sinew::models {

void Archive::Value(const std::string& name, Random& random) {
  Random::State state = random.state();
  uint64_t has_spare = state.has_spare;
  for (size_t i = 0; i < state.words.size(); ++i)
    Value(name + ".word" + std::to_string(i), state.words[i]);
  Value(name + ".spare_normal", state.spare_normal);
  Value(name + ".has_spare", has_spare);
  state.has_spare = has_spare != 0;
  random.set_state(state);
}

void Archive::Text(const std::string& name, std::string& text) {
  if (loading()) {
    text = file_->Metadata(name);
  } else {
    writer_->SetMetadata(name, text);
  }
}

}  // namespace sinew::models
