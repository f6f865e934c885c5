# Puts files into the program: `embed_files(TARGET FOLDER)` gives TARGET the symbols that apps/blathy/panel/assets.hpp
# declares. A folder that is not there gives an empty list, so that the program builds without the pages.
function(embed_files target folder)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
    list(SORT files)
    set(data "    .section .rodata\n")
    set(externs "")
    set(entries "")
    set(paths "")
    set(index 0)
    foreach(file IN LISTS files)
        string(APPEND data "    .global blathy_asset_${index}\n    .global blathy_asset_${index}_end\n"
                           "blathy_asset_${index}:\n    .incbin \"${folder}/${file}\"\nblathy_asset_${index}_end:\n")
        string(APPEND externs "extern \"C\" const char blathy_asset_${index}[];\n"
                              "extern \"C\" const char blathy_asset_${index}_end[];\n")
        string(APPEND entries "        {\"/${file}\", {blathy_asset_${index}, blathy_asset_${index}_end}},\n")
        list(APPEND paths ${folder}/${file})
        math(EXPR index "${index} + 1")
    endforeach()
    string(APPEND data "    .section .note.GNU-stack,\"\",@progbits\n")
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/assets)
    file(CONFIGURE OUTPUT ${generated}.S CONTENT "${data}" @ONLY)
    file(CONFIGURE OUTPUT ${generated}.cpp CONTENT
"#include \"apps/blathy/panel/assets.hpp\"

${externs}
namespace blathy::apps {

const std::map<std::string_view, std::string_view>& assets() {
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
