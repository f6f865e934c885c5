# A room of the house is one static library made of every source file below its folder.
# docs/architecture.md says who may include whom; tests/house holds the rule.

add_library(blathy_flags INTERFACE)
target_include_directories(blathy_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(blathy_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 warns of overlapping copies within std::string's own operator+ (its bug 105651).
    target_compile_options(blathy_flags INTERFACE -Wno-restrict)
endif()
if(BLATHY_SANITIZE)
    target_compile_options(blathy_flags INTERFACE -fsanitize=${BLATHY_SANITIZE} -fno-sanitize-recover=all
                                                  -fno-omit-frame-pointer)
    target_link_options(blathy_flags INTERFACE -fsanitize=${BLATHY_SANITIZE})
endif()
if(BLATHY_FUZZ)
    target_compile_options(blathy_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(blathy_room name)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cpp ${PROJECT_SOURCE_DIR}/${name}/*.hpp)
    add_library(blathy_${name} STATIC ${sources})
    set_target_properties(blathy_${name} PROPERTIES LINKER_LANGUAGE CXX)
    # How these sources are compiled is nobody's business who uses the installed package.
    target_link_libraries(blathy_${name} PUBLIC $<BUILD_INTERFACE:blathy_flags>)
    foreach(other IN LISTS ARGN)
        target_link_libraries(blathy_${name} PUBLIC blathy_${other})
    endforeach()
endfunction()

# A core room is firmware on every platform: no exceptions and no RTTI, and floating point neither fused nor reordered,
# so that the same samples give the same registers everywhere.
function(blathy_core_room name)
    blathy_room(${name} ${ARGN})
    target_compile_options(blathy_${name} PRIVATE -fno-exceptions -fno-rtti -ffp-contract=off)
endfunction()
