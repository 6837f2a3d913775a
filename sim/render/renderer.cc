#include "sim/render/renderer.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "core/error.h"

namespace sinew::sim {
namespace {

constexpr int kMaxSide =
    8192;  // [pixel]; what OpenGL implementations grant for a render buffer is 16384
constexpr int kMaxSamples = 16;

// a display with the context of one renderer; the display itself is shared by the process and never
// terminated, because that would end the contexts of all other renderers on it
struct EglContext {
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLSurface surface = EGL_NO_SURFACE;
  EGLContext context = EGL_NO_CONTEXT;
};

void Destroy(const EglContext& egl) {
  if (egl.context != EGL_NO_CONTEXT) eglDestroyContext(egl.display, egl.context);
  if (egl.surface != EGL_NO_SURFACE) eglDestroySurface(egl.display, egl.surface);
}

bool HasExtension(EGLDisplay display, const char* name) {
  const char* extensions = eglQueryString(display, EGL_EXTENSIONS);
  return extensions &&
         fmt::format(" {} ", extensions).find(fmt::format(" {} ", name)) != std::string::npos;
}

// Displays in the order of preference: each device (GPUs come first, Mesa's software device last),
// Mesa without a surface, whatever the system calls its default.
std::vector<EGLDisplay> CandidateDisplays() {
  std::vector<EGLDisplay> displays;
  const auto get_display = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(
      eglGetProcAddress("eglGetPlatformDisplayEXT"));
  const auto query_devices =
      reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(eglGetProcAddress("eglQueryDevicesEXT"));
  if (get_display && query_devices && HasExtension(EGL_NO_DISPLAY, "EGL_EXT_platform_device")) {
    EGLDeviceEXT devices[16];
    EGLint count = 0;
    if (query_devices(16, devices, &count)) {
      for (EGLint i = 0; i < count; ++i) {
        displays.push_back(get_display(EGL_PLATFORM_DEVICE_EXT, devices[i], nullptr));
      }
    }
  }
  if (get_display && HasExtension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless")) {
    displays.push_back(get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr));
  }
  displays.push_back(eglGetDisplay(EGL_DEFAULT_DISPLAY));
  std::erase(displays, EGL_NO_DISPLAY);
  return displays;
}

// A desktop OpenGL context in the compatibility profile, which MuJoCo's fixed-function drawing
// needs; `context` stays EGL_NO_CONTEXT if this display cannot give one.
EglContext TryContext(EGLDisplay display) {
  EglContext egl{.display = display};
  if (!eglInitialize(display, nullptr, nullptr) || !eglBindAPI(EGL_OPENGL_API)) return egl;
  const EGLint config_wanted[] = {EGL_SURFACE_TYPE,
                                  EGL_PBUFFER_BIT,
                                  EGL_RENDERABLE_TYPE,
                                  EGL_OPENGL_BIT,
                                  EGL_RED_SIZE,
                                  8,
                                  EGL_GREEN_SIZE,
                                  8,
                                  EGL_BLUE_SIZE,
                                  8,
                                  EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  if (!eglChooseConfig(display, config_wanted, &config, 1, &count) || count < 1) return egl;
  egl.context = eglCreateContext(display, config, EGL_NO_CONTEXT, nullptr);
  if (egl.context == EGL_NO_CONTEXT) return egl;
  // MuJoCo draws into its own framebuffer; a surface is there only for drivers that insist on one
  if (!HasExtension(display, "EGL_KHR_surfaceless_context")) {
    const EGLint size[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
    egl.surface = eglCreatePbufferSurface(display, config, size);
  }
  if (!eglMakeCurrent(display, egl.surface, egl.surface, egl.context)) {
    Destroy(egl);
    return EglContext{.display = display};
  }
  eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  return egl;
}

EglContext OpenContext() {
  for (EGLDisplay display : CandidateDisplays()) {
    const EglContext egl = TryContext(display);
    if (egl.context != EGL_NO_CONTEXT) return egl;
  }
  throw Error(
      fmt::format("cannot draw without a display: no EGL device gives an OpenGL context (EGL error "
                  "{:#x}); install the packages "
                  "libegl1 and libgl1-mesa-dri, or the graphics driver's EGL library",
                  eglGetError()));
}

// Makes a context current for a scope, then gives back what the thread had before.
class CurrentContext {
 public:
  explicit CurrentContext(const EglContext& egl)
      : egl_(egl),
        display_(eglGetCurrentDisplay()),
        draw_(eglGetCurrentSurface(EGL_DRAW)),
        read_(eglGetCurrentSurface(EGL_READ)),
        context_(eglGetCurrentContext()) {
    if (!eglMakeCurrent(egl.display, egl.surface, egl.surface, egl.context)) {
      throw Error(
          fmt::format("cannot make the offscreen renderer current (EGL error {:#x}): another "
                      "thread or a window holds this "
                      "thread's OpenGL",
                      eglGetError()));
    }
  }
  ~CurrentContext() {
    if (context_ != EGL_NO_CONTEXT) {
      eglMakeCurrent(display_, draw_, read_, context_);
    } else {
      eglMakeCurrent(egl_.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    }
  }
  CurrentContext(const CurrentContext&) = delete;
  CurrentContext& operator=(const CurrentContext&) = delete;

 private:
  EglContext egl_;
  EGLDisplay display_;
  EGLSurface draw_, read_;
  EGLContext context_;
};

void Validate(const mjModel* model, const RenderOptions& options) {
  if (options.width < 1 || options.width > kMaxSide || options.height < 1 ||
      options.height > kMaxSide) {
    throw UserError(fmt::format("picture size {}x{}: each side must be 1 to {} pixels",
                                options.width, options.height, kMaxSide));
  }
  if (options.multisamples < 0 || options.multisamples > kMaxSamples) {
    throw UserError(
        fmt::format("{} multisamples: must be 0 to {}", options.multisamples, kMaxSamples));
  }
  if (options.camera < -1 || options.camera >= model->ncam) {
    throw UserError(fmt::format("camera {}: the model has {} fixed camera(s), -1 is the free one",
                                options.camera, model->ncam));
  }
}

// MuJoCo takes the size of the offscreen buffer from the model; the caller's model stays as it is.
void MakeMujocoContext(const mjModel* model, const RenderOptions& options, mjrContext* context) {
  const std::unique_ptr<mjModel, void (*)(mjModel*)> sized(mj_copyModel(nullptr, model),
                                                           mj_deleteModel);
  sized->vis.global.offwidth = options.width;
  sized->vis.global.offheight = options.height;
  sized->vis.quality.offsamples = options.multisamples;
  if (!options.shadows) sized->vis.quality.shadowsize = 0;
  mjr_makeContext(sized.get(), context, options.height >= 1000 ? mjFONTSCALE_150 : mjFONTSCALE_100);
  if (context->offWidth < options.width || context->offHeight < options.height) {
    throw Error(fmt::format("the OpenGL driver grants no {}x{} offscreen buffer", options.width,
                            options.height));
  }
  mjr_setBuffer(mjFB_OFFSCREEN, context);
}

mjvCamera MakeCamera(const mjModel* model, int fixed_camera) {
  mjvCamera camera;
  mjv_defaultFreeCamera(model, &camera);
  if (fixed_camera >= 0) {
    camera.type = mjCAMERA_FIXED;
    camera.fixedcamid = fixed_camera;
  }
  return camera;
}

std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a UTF-8 sequence: one '?' for the whole
    out += c == '\n' || (byte >= 0x20 && byte < 0x7F) ? c : '?';
  }
  return out;
}

// OpenGL's rows go from the bottom up
void FlipRows(Image* image) {
  const size_t stride = 3 * static_cast<size_t>(image->width);
  for (int top = 0, bottom = image->height - 1; top < bottom; ++top, --bottom) {
    std::swap_ranges(image->rgb.begin() + top * stride, image->rgb.begin() + (top + 1) * stride,
                     image->rgb.begin() + bottom * stride);
  }
}

// MuJoCo looks OpenGL's functions up into process-wide pointers while it makes a context
std::mutex make_context_mutex;

}  // namespace

struct Renderer::Impl {
  RenderOptions settings;
  EglContext egl;
  mjvScene scene;
  mjrContext context;
  mjvCamera camera;
  mjvOption visual;
  std::string labels, values, device;

  Impl(const mjModel* model, const RenderOptions& options) : settings(options) {
    Validate(model, options);
    mjv_defaultScene(&scene);
    mjr_defaultContext(&context);
    mjv_defaultOption(&visual);
    camera = MakeCamera(model, options.camera);
    egl = OpenContext();
    try {
      const std::lock_guard lock(make_context_mutex);
      const CurrentContext current(egl);
      MakeMujocoContext(model, options, &context);
      device = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
    } catch (...) {
      Destroy(egl);
      throw;
    }
    mjv_makeScene(model, &scene, 2000 + 4 * model->ngeom);
    scene.flags[mjRND_SHADOW] = options.shadows;
    scene.flags[mjRND_REFLECTION] = options.reflections;
  }

  ~Impl() {
    if (eglMakeCurrent(egl.display, egl.surface, egl.surface, egl.context)) {
      mjr_freeContext(&context);
      eglMakeCurrent(egl.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    }
    mjv_freeScene(&scene);
    Destroy(egl);
  }
};

Renderer::Renderer(const mjModel* model, const RenderOptions& options)
    : impl_(std::make_unique<Impl>(model, options)) {}

Renderer::~Renderer() = default;

void Renderer::Render(const mjModel* model, mjData* data, Image* image) {
  Impl& r = *impl_;
  const CurrentContext current(r.egl);
  const mjrRect viewport{0, 0, r.settings.width, r.settings.height};
  // the camera first: an endless floor is drawn around where the scene's camera last was
  mjv_updateCamera(model, data, &r.camera, &r.scene);
  mjv_updateScene(model, data, &r.visual, nullptr, &r.camera, mjCAT_ALL, &r.scene);
  mjr_render(viewport, &r.scene, &r.context);
  if (!r.labels.empty() || !r.values.empty()) {
    mjr_overlay(mjFONT_NORMAL, mjGRID_TOPLEFT, viewport, r.labels.c_str(), r.values.c_str(),
                &r.context);
  }
  image->width = viewport.width;
  image->height = viewport.height;
  image->rgb.resize(3 * static_cast<size_t>(viewport.width) * viewport.height);
  mjr_readPixels(image->rgb.data(), nullptr, viewport, &r.context);
  FlipRows(image);
}

mjvCamera& Renderer::camera() { return impl_->camera; }

mjvOption& Renderer::options() { return impl_->visual; }

void Renderer::SetCaption(std::string_view labels, std::string_view values) {
  impl_->labels = Printable(labels);
  impl_->values = Printable(values);
}

const std::string& Renderer::device() const { return impl_->device; }

}  // namespace sinew::sim
