# aforo_precompile(target [TEST])
#
# The target's sources begin with headers that were read once for all rooms: the standard library, fmt and JSON, which
# cost most files more than their own lines do. TEST adds GoogleTest. Every source still includes what it uses
# (tests/std_includes_test.py); clang-tidy reads them without this (AFORO_PRECOMPILE=OFF).
option(AFORO_PRECOMPILE "Read the common headers once (OFF: every source reads its own)" ON)

set(AFORO_COMMON_HEADERS
  <algorithm> <array> <atomic> <cerrno> <chrono> <cmath> <condition_variable> <coroutine> <cstdint> <cstring> <filesystem>
  <fstream> <functional> <map> <memory> <mutex> <optional> <set> <span> <sstream> <stop_token> <string> <string_view>
  <thread> <utility> <vector> <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp>)

# One library that owns the read headers; its targets must be compiled with the same options as those that use them.
function(aforo_precompiled name)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "// What ${name} reads stands in cmake/precompile.cmake.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE fmt::fmt tl::expected nlohmann_json::nlohmann_json Threads::Threads)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")  # ccache would never find it again
  endif()
endfunction()

if(AFORO_PRECOMPILE)
  aforo_precompiled(aforo_common ${AFORO_COMMON_HEADERS})
  aforo_precompiled(aforo_common_test ${AFORO_COMMON_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(aforo_common_test PRIVATE GTest::gmock GTest::gtest)
  target_compile_options(aforo_common_test PRIVATE ${AFORO_TEST_OPTIONS})
  set_property(TARGET aforo_common_test PROPERTY EXCLUDE_FROM_ALL ON)
endif()

function(aforo_precompile target)
  if(NOT AFORO_PRECOMPILE)
    return()
  endif()
  if("TEST" IN_LIST ARGN)
    target_precompile_headers(${target} REUSE_FROM aforo_common_test)
  else()
    target_precompile_headers(${target} REUSE_FROM aforo_common)
  endif()
endfunction()
