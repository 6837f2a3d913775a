# cmake --install: the program, the headers, and a CMake package whose components are the folders of the repository.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Sinew)

# sinew_component(<name> <target>...): the targets sinew::<name> and what only it brings along. What is installed is
# what is built by default, so a component is there only if all of it is.
function(sinew_component component)
  foreach(target ${ARGN})
    string(REGEX REPLACE "^sinew_" "" name ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  endforeach()
  install(TARGETS ${ARGN} EXPORT Sinew-${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
  install(EXPORT Sinew-${component} NAMESPACE sinew:: DESTINATION ${package_dir} COMPONENT ${component})
endfunction()

sinew_component(runtime sinew_runtime)
sinew_component(core sinew_options sinew_core sinew_version)
sinew_component(spec sinew_spec)
sinew_component(policy sinew_policy)
sinew_component(sim sinew_mujoco sinew_sim)
sinew_component(robots sinew_robots)
sinew_component(tasks sinew_tasks)
sinew_component(models sinew_torch sinew_models)
sinew_component(agents sinew_agent_list sinew_agents)
sinew_component(training sinew_event_proto sinew_runs sinew_training)
sinew_component(deploy sinew_onnx sinew_onnx_reader sinew_golden sinew_torchscript sinew_runtime_parts sinew_control sinew_deploy)

install(FILES deploy/runtime/sinew_runtime.h deploy/runtime/sinew_runtime.hpp
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT runtime)
install(FILES ${CMAKE_BINARY_DIR}/deploy/runtime/libsinew_runtime.a
  DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
foreach(folder core spec policy sim robots tasks models agents training deploy)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sinew COMPONENT ${folder}
    FILES_MATCHING PATTERN "*.h")
endforeach()

configure_file(cmake/SinewConfig.cmake.in SinewConfig.cmake @ONLY)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/SinewConfigVersion.cmake COMPATIBILITY SameMinorVersion)
# relative, so that the tree may be moved
file(RELATIVE_PATH SINEW_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set(SINEW_PC_PREFIX "\${pcfiledir}/${SINEW_PC_PREFIX}")
configure_file(cmake/sinew-runtime.pc.in sinew-runtime.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/SinewConfig.cmake ${CMAKE_BINARY_DIR}/SinewConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT runtime)
install(FILES ${CMAKE_BINARY_DIR}/sinew-runtime.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT runtime)

install(TARGETS sinew sinew-view sinew-learn sinew-torchscript RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(DIRECTORY assets DESTINATION ${CMAKE_INSTALL_DATADIR}/sinew COMPONENT program)
