# Everything comes from the system's packages; nothing is downloaded.
find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(PNG REQUIRED)

include(SinewMujoco)

pkg_check_modules(TINYXML2 REQUIRED IMPORTED_TARGET tinyxml2)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(AV REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
pkg_check_modules(BLAS REQUIRED IMPORTED_TARGET openblas)
find_package(Protobuf REQUIRED)

# LibTorch: its config file adds flags and targets to every directory that includes it, so it is wrapped once here. Its
# own downloads bring headers of the protobuf and the fmt that they were built with, which shadow the system's: no target
# that includes protobuf's headers links this.
if(NOT TORCH_CUDA_ARCH_LIST)
  set(TORCH_CUDA_ARCH_LIST 8.0)  # of CUDA code, of which there is none; unset, LibTorch's package compiles a probe
endif()
find_package(Torch REQUIRED)
# the compiler's own default, said again: it would only make precompiled headers unfit
get_target_property(torch_options torch INTERFACE_COMPILE_OPTIONS)
list(REMOVE_ITEM torch_options -D_GLIBCXX_USE_CXX11_ABI=1)
set_target_properties(torch PROPERTIES INTERFACE_COMPILE_OPTIONS "${torch_options}")
add_library(sinew_torch INTERFACE)
target_link_libraries(sinew_torch INTERFACE ${TORCH_LIBRARIES})
target_include_directories(sinew_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})

# ONNX: Debian's libonnx has no CMake package that names its namespace and its operators' dialect.
find_library(ONNX_LIBRARY onnx REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(sinew_onnx INTERFACE)
target_link_libraries(sinew_onnx INTERFACE ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
target_compile_definitions(sinew_onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)

# OpenGL: the offscreen renderer needs EGL and GL; the window needs GLFW and Dear ImGui on top.
find_package(OpenGL COMPONENTS OpenGL EGL)
find_package(glfw3 3.3 QUIET)
pkg_check_modules(IMGUI IMPORTED_TARGET imgui)
