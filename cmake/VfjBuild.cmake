# vfj::build carries what every target of ours is compiled and linked with, and vfj_add_layer()
# makes a layer's library. Nothing here is global: code that does not link vfj::build is not touched
# by it.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

add_library(vfj_build INTERFACE)
add_library(vfj::build ALIAS vfj_build)

target_compile_features(vfj_build INTERFACE c_std_17)
target_include_directories(vfj_build INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(vfj_build INTERFACE VFJ_VERSION="${PROJECT_VERSION}")
target_compile_options(vfj_build INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wvla
    $<$<BOOL:${VFJ_WERROR}>:-Werror>)

# Hardening belongs to what is shipped; the sanitizers of the other presets watch the same things
# more closely.
function(vfj_harden)
    foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection)
        string(MAKE_C_IDENTIFIER "VFJ_HAS${flag}" has)
        check_c_compiler_flag("${flag}" ${has})
        if(${has})
            target_compile_options(vfj_build INTERFACE $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:${flag}>)
        endif()
    endforeach()
    target_compile_options(vfj_build INTERFACE
        $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE>
        $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-D_FORTIFY_SOURCE=2>)
    foreach(flag IN ITEMS -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
        string(MAKE_C_IDENTIFIER "VFJ_HAS${flag}" has)
        check_linker_flag(C "${flag}" ${has})
        if(${has})
            target_link_options(vfj_build INTERFACE $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:${flag}>)
        endif()
    endforeach()
endfunction()
if(NOT VFJ_SANITIZE)
    vfj_harden()
endif()

if(VFJ_SANITIZE)
    target_compile_options(vfj_build INTERFACE
        -fsanitize=${VFJ_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(vfj_build INTERFACE -fsanitize=${VFJ_SANITIZE})
endif()
if(VFJ_FUZZ)
    target_compile_options(vfj_build INTERFACE -fsanitize=fuzzer-no-link)
endif()

# vfj::counted is for what is shipped, and not for its tests. The counters are a mapped file (%c):
# they are right even of a process that is killed. Programs that run at the same time share it, so
# that a count that were not atomic would be lost; the way that is told by difference, a condition's
# false, would then be "never" taken. Where it lies is built in: so it holds in every environment.
add_library(vfj_counted INTERFACE)
add_library(vfj::counted ALIAS vfj_counted)
if(VFJ_COVERAGE)
    set(vfj_counters "-fprofile-instr-generate=${PROJECT_BINARY_DIR}/coverage/%m%c.profraw")
    target_compile_options(vfj_counted INTERFACE
        ${vfj_counters} -fprofile-update=atomic -fcoverage-mapping "SHELL:-mllvm -runtime-counter-relocation")
    target_link_options(vfj_build INTERFACE ${vfj_counters})
endif()

# vfj_add_layer(NAME source...): the library vfj_NAME, known to others as vfj::NAME.
function(vfj_add_layer name)
    add_library(vfj_${name} STATIC ${ARGN})
    add_library(vfj::${name} ALIAS vfj_${name})
    set_target_properties(vfj_${name} PROPERTIES LINKER_LANGUAGE C POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(vfj_${name} PRIVATE vfj::build vfj::counted)
endfunction()
