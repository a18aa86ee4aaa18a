# aforo_room(NAME r SOURCES ... TESTS ... THREADED ... FUZZ ... DEPS rooms... LIBS libraries... TEST_LIBS libraries...
#   TEST_DEFINES D=x...)
#
# One room of the house: a static library aforo_<room> from SOURCES and, from TESTS, one test program
# aforo_<room>_test, compiled with TEST_DEFINES. SERIAL: nothing in it knows of threads (tests/architecture_test.py holds
# it to that), so that the thread sanitizer has nothing to find in its tests, which are not built for it. THREADED: those of
# TESTS that are, where few sources of a large room know of threads (without it: all). Each file of FUZZ, x_fuzz.cc with an LLVMFuzzerTestOneInput, becomes a program aforo_x_fuzz where AFORO_FUZZ is on. ONCE: what the
# room does is done once in a command; it is optimised less, for the newcomer's first build, as all tests are. DEPS names
# the rooms it may include (tests/architecture_test.py holds it to that). A test program is not there in every build, so
# that rooms name it nowhere but here.
include(GoogleTest)

# Of tests. Under a sanitizer, optimising them would take longer than running them does.
set(AFORO_TEST_OPTIONS $<$<CONFIG:Release>:-O1>)
if(AFORO_SANITIZE)
  set(AFORO_TEST_OPTIONS -O0)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/precompile.cmake)

# Whoever comes first builds everything once: sixteen sources that are read together save most of the reading, eight
# where they are tests, which are longer. So names in a room's anonymous namespaces are its own: one name, one thing.
option(AFORO_UNITY "Compile the sources of a room sixteen at a time (first builds: faster; after a change of one: slower)" OFF)

if(AFORO_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-subobject-linkage)  # takes a source that is included for a header
endif()

add_custom_target(aforo_fuzz)  # every fuzz program

# Under a sanitizer a program takes longer to start than most tests take: there a room's are one ctest test for every
# eight sources, which runs its share of them in one process. GTEST_FILTER says which.
function(aforo_add_shards room)
  list(LENGTH ARGN shards)
  math(EXPR shards "(${shards} + 7) / 8")
  foreach(shard RANGE 1 ${shards})
    math(EXPR index "${shard} - 1")
    add_test(NAME ${room}.${shard} COMMAND aforo_${room}_test)
    set_tests_properties(${room}.${shard} PROPERTIES TIMEOUT 600
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()

function(aforo_room)
  cmake_parse_arguments(R "ONCE;SERIAL" "NAME" "SOURCES;TESTS;THREADED;FUZZ;DEPS;LIBS;TEST_LIBS;TEST_DEFINES" ${ARGN})
  if(R_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "aforo_room(${R_NAME}): unexpected '${R_UNPARSED_ARGUMENTS}'")
  endif()
  set(target aforo_${R_NAME})
  add_library(${target} STATIC ${R_SOURCES})
  aforo_precompile(${target})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${AFORO_UNITY} UNITY_BUILD_BATCH_SIZE 16)
  if(R_ONCE)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY AFORO_ROOMS ${target})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM R_DEPS PREPEND aforo_ OUTPUT_VARIABLE deps)
  target_link_libraries(${target} PUBLIC ${deps} ${R_LIBS} Threads::Threads)
  if(R_THREADED AND AFORO_SANITIZE STREQUAL "thread")
    set(R_TESTS ${R_THREADED})
  endif()
  if(R_TESTS AND NOT (R_SERIAL AND AFORO_SANITIZE STREQUAL "thread"))
    add_executable(${target}_test ${R_TESTS})
    target_link_libraries(${target}_test PRIVATE ${target} ${R_TEST_LIBS} GTest::gmock GTest::gtest GTest::gtest_main)
    target_compile_options(${target}_test PRIVATE ${AFORO_TEST_OPTIONS})
    target_compile_definitions(${target}_test PRIVATE ${R_TEST_DEFINES})
    aforo_precompile(${target}_test TEST)
    set_target_properties(${target}_test PROPERTIES UNITY_BUILD ${AFORO_UNITY} UNITY_BUILD_BATCH_SIZE 8)
    if(AFORO_SANITIZE)
      aforo_add_shards(${R_NAME} ${R_TESTS})
    else()
      gtest_discover_tests(${target}_test TEST_PREFIX ${R_NAME}. NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
        PROPERTIES TIMEOUT 300 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
    endif()
  endif()
  if(AFORO_FUZZ)
    foreach(source ${R_FUZZ})
      cmake_path(GET source STEM stem)
      add_executable(aforo_${stem} ${source})
      target_link_libraries(aforo_${stem} PRIVATE ${target})
      target_link_options(aforo_${stem} PRIVATE -fsanitize=fuzzer)
      set_target_properties(aforo_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
      add_dependencies(aforo_fuzz aforo_${stem})
    endforeach()
  endif()
endfunction()
