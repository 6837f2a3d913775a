#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "robots/mjcf/mjcf.h"
#include "robots/mjcf/schema.h"
#include "robots/tree/report.h"

namespace sinew::robots {

/// What a handler works on: the model with its default classes applied, and as it was before.
struct Downlevel {
  Mjcf& mjcf;
  const Element& original;
};

/// Something that MJCF has since a certain version of MuJoCo, and what import makes of it for an
/// older one.
struct Newer {
  const char* section;    // the top-level element that it stands below; of default: any
  const char* element;    // "*": any
  const char* attribute;  // empty: the element itself
  const char* value;      // empty: any
  const char* since;
  Report::Kind kind;  // of what is done
  const char* done;   // as it stands in the report
  void (*handler)(Downlevel&, const Newer&);

  /// "joint actuatorfrcrange" or "<replicate>".
  std::string Title() const;
};

/// All of them, in the order in which they are handled.
const std::vector<Newer>& NewerThings();

/// Whether an element (and its attributes) has it.
bool Has(const Newer& newer, const std::string& section, const Element& element);

/// The first thing of an MJCF that the MuJoCo of this program is too old for, as a sentence:
/// "robot.xml:12: <joint actuatorfrcrange> came with MuJoCo 3.0.0, this program has 2.2.2: ...".
/// None if there is nothing of the kind or if the file cannot be read.
std::optional<std::string> ExplainLoadFailure(const std::filesystem::path& mjcf);

/// What a model that does not load is said to lack: the message of the loader, or in its place the
/// line of ExplainLoadFailure.
std::string BetterMessage(const std::string& message, const std::filesystem::path& mjcf);

/// @throws UserError that names `sinew import` for a URDF.
void RefuseUrdf(const std::string& name);
/// @throws UserError that names `sinew import` for a URDF and for an MJCF.
void RefuseModel(const std::string& name);

}  // namespace sinew::robots
