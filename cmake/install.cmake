# What `cmake --install` puts below its prefix: the program, and the client library as a CMake package
# (find_package(blathy), target blathy::station). Neither needs the tests.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS blathy RUNTIME COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/blathy COMPONENT program)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/blathy)
foreach(room IN ITEMS base dlms station)
    set_target_properties(blathy_${room} PROPERTIES EXPORT_NAME ${room})
    target_compile_features(blathy_${room} INTERFACE cxx_std_20)
    # The headers include each other from the root of the source tree, which this is for whoever uses the package.
    target_include_directories(blathy_${room} INTERFACE
        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR};${CMAKE_INSTALL_INCLUDEDIR}/blathy>")
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/blathy
            COMPONENT library FILES_MATCHING PATTERN "*.hpp")
endforeach()
if(BLATHY_SANITIZE)
    # Instrumented archives can't be linked without it.
    target_link_options(blathy_base INTERFACE "$<INSTALL_INTERFACE:-fsanitize=${BLATHY_SANITIZE}>")
endif()

install(FILES ${PROJECT_SOURCE_DIR}/station/station.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/blathy
        COMPONENT library)
install(TARGETS blathy_base blathy_dlms blathy_station EXPORT blathy ARCHIVE COMPONENT library)
install(EXPORT blathy NAMESPACE blathy:: FILE blathy-targets.cmake DESTINATION ${package_directory} COMPONENT library)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/blathy-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/blathy-config.cmake ${PROJECT_BINARY_DIR}/blathy-config-version.cmake
        DESTINATION ${package_directory} COMPONENT library)
