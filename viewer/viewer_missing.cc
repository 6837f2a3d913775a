// Stands in for viewer.cc where GLFW or Dear ImGui is not installed.
#include "core/error.h"
#include "viewer/viewer.h"

namespace sinew::viewer {

bool ViewerAvailable() { return false; }

FrameLog RunViewer(std::shared_ptr<const sim::Task>, std::unique_ptr<PolicySource>,
                   const ViewerOptions&) {
  throw Error(
      "this build has no viewer: install libglfw3-dev and libimgui-dev and build again, or use "
      "`sinew record`, which needs no window");
}

}  // namespace sinew::viewer
