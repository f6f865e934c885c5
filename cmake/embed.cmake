# Puts files into the program: `embed_files(TARGET FOLDER FUNCTION HEADER [SUFFIX])` gives TARGET the function that HEADER
# declares, a map from "/path" below the folder to content; with a suffix only of files that end so, by their names
# without it. A folder that is not there gives an empty map, so that the program builds without it.
function(embed_files target folder function header)
    set(suffix "${ARGV4}")
    file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*${suffix})
    list(SORT files)
    set(data "    .section .rodata\n")
    set(externs "")
    set(entries "")
    set(paths "")
    set(index 0)
    foreach(file IN LISTS files)
        set(name "/${file}")
        if(suffix)
            string(REGEX REPLACE "${suffix}$" "" name ${file})
        endif()
        set(symbol blathy_${function}_${index})
        string(APPEND data "    .global ${symbol}\n    .global ${symbol}_end\n"
                           "${symbol}:\n    .incbin \"${folder}/${file}\"\n${symbol}_end:\n")
        string(APPEND externs "extern \"C\" const char ${symbol}[];\n"
                              "extern \"C\" const char ${symbol}_end[];\n")
        string(APPEND entries "        {\"${name}\", {${symbol}, ${symbol}_end}},\n")
        list(APPEND paths ${folder}/${file})
        math(EXPR index "${index} + 1")
    endforeach()
    string(APPEND data "    .section .note.GNU-stack,\"\",@progbits\n")
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/${function})
    file(CONFIGURE OUTPUT ${generated}.S CONTENT "${data}" @ONLY)
    file(CONFIGURE OUTPUT ${generated}.cpp CONTENT
"#include \"${header}\"

${externs}
namespace blathy::apps {

const std::map<std::string_view, std::string_view>& ${function}() {
    static const std::map<std::string_view, std::string_view> all = {
${entries}    };
    return all;
}

}  // namespace blathy::apps
" @ONLY)
    # clang's assembler can't describe data to a debugger.
    set_source_files_properties(${generated}.S PROPERTIES OBJECT_DEPENDS "${paths}" COMPILE_OPTIONS -g0)
    target_sources(${target} PRIVATE ${generated}.S ${generated}.cpp)
endfunction()
