# find_package(blathy): target blathy::station, the DLMS/COSEM client.
include(CMakeFindDependencyMacro)

find_dependency(tl-expected)  # which its headers include
include(${CMAKE_CURRENT_LIST_DIR}/blathy-targets.cmake)
