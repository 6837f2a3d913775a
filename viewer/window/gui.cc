#include "viewer/window/gui.h"

#include <imgui/backends/imgui_impl_glfw.h>
#include <imgui/backends/imgui_impl_opengl3.h>
#include <imgui/imgui.h>

#include "core/error.h"
#include "viewer/window/settings.h"

namespace sinew::viewer {

Gui::Gui(GLFWwindow* window, float scale, float pixels) : layout_file_(LayoutFile().string()) {
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = layout_file_.empty() ? nullptr : layout_file_.c_str();
  fonts_ = ApplyTheme(scale, pixels);
  ImGui_ImplGlfw_InitForOpenGL(window, true);
  // the shading language that goes with MuJoCo's compatibility profile
  if (!ImGui_ImplOpenGL3_Init("#version 120")) {
    throw Error("OpenGL 2.1 is needed for the viewer; `sinew record` makes a video without it");
  }
}

Gui::~Gui() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
}

void Gui::BeginFrame() {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
}

void Gui::Rescale(float scale, float pixels) {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui::GetIO().Fonts->Clear();
  fonts_ = ApplyTheme(scale, pixels);
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void Gui::EndFrame() { ImGui::Render(); }
void Gui::Draw() { ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData()); }

}  // namespace sinew::viewer
