# Cross-compiles for x86_64 FreeBSD. The environment's VFJ_CROSS is the directory that
# tools/dev/cross-freebsd fills: bin/freebsd-{cc,ar,ranlib}, and include/ and lib/ with the
# libraries built for FreeBSD.
if(NOT IS_DIRECTORY "$ENV{VFJ_CROSS}")
    message(FATAL_ERROR "VFJ_CROSS is not set: run tools/dev/cross-freebsd")
endif()

set(CMAKE_SYSTEM_NAME FreeBSD)
set(CMAKE_SYSTEM_VERSION 13.0)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

set(CMAKE_C_COMPILER "$ENV{VFJ_CROSS}/bin/freebsd-cc")
set(CMAKE_AR "$ENV{VFJ_CROSS}/bin/freebsd-ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "$ENV{VFJ_CROSS}/bin/freebsd-ranlib" CACHE FILEPATH "")

# What crt1.o needs beside the libc of a release before 14.
set(CMAKE_C_STANDARD_LIBRARIES_INIT "$ENV{VFJ_CROSS}/lib/libstart.a")

set(CMAKE_FIND_ROOT_PATH "$ENV{VFJ_CROSS}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# pkg-config must not answer with the libraries of the machine that compiles.
set(ENV{PKG_CONFIG_LIBDIR} "$ENV{VFJ_CROSS}/lib/pkgconfig")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "")
