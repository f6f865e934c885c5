# A room of the house is one static library made of every source file below its folder.
# docs/architecture.md says who may include whom; tests/house holds the rule.

add_library(blathy_flags INTERFACE)
target_include_directories(blathy_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(blathy_flags INTERFACE -Wall -Wextra -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 warns of overlapping copies within std::string's own operator+ (its bug 105651).
    target_compile_options(blathy_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # The dictionaries of the models are made by the compiler, in more steps than it takes by default.
    target_compile_options(blathy_flags INTERFACE -fconstexpr-steps=10000000)
    target_compile_options(blathy_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wreserved-identifier>)
endif()
if(BLATHY_SANITIZE)
    target_compile_options(blathy_flags INTERFACE -fsanitize=${BLATHY_SANITIZE} -fno-sanitize-recover=all
                                                  -fno-omit-frame-pointer)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        # clang 14 can't compile a coroutine with it.
        target_compile_options(blathy_flags INTERFACE -fno-sanitize=function)
    endif()
    target_link_options(blathy_flags INTERFACE -fsanitize=${BLATHY_SANITIZE})
endif()
if(BLATHY_FUZZ)
    target_compile_options(blathy_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# A local variable of a test may be called like a helper of the test that is compiled together with it, and clang takes
# what a header names for a shadow of what a source before it has.
set(blathy_warn_of_shadows $<$<CXX_COMPILER_ID:GNU>:-Wshadow>)

# Sources that are compiled together share what they include, which is most of what is compiled; names in their
# anonymous namespaces must differ. The firmware's build compiles each by itself, and so shows that it includes all that
# it needs.
function(blathy_compile_together target sources_at_a_time)
    if(BLATHY_UNITY AND NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${sources_at_a_time})
    endif()
endfunction()

function(blathy_room name)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cpp ${PROJECT_SOURCE_DIR}/${name}/*.hpp)
    add_library(blathy_${name} STATIC ${sources})
    set_target_properties(blathy_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_compile_options(blathy_${name} PRIVATE ${blathy_warn_of_shadows})
    blathy_compile_together(blathy_${name} 12)
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
