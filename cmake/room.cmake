# aforo_room(NAME r SOURCES ... TESTS ... DEPS rooms... LIBS libraries...)
#
# One room of the house: a static library aforo_<room> from SOURCES and, from TESTS, one test program
# aforo_<room>_test. DEPS names the rooms it may include (tests/architecture_test.py holds it to that).
include(GoogleTest)

function(aforo_room)
  cmake_parse_arguments(R "" "NAME" "SOURCES;TESTS;DEPS;LIBS;TEST_LIBS" ${ARGN})
  set(target aforo_${R_NAME})
  add_library(${target} STATIC ${R_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM R_DEPS PREPEND aforo_ OUTPUT_VARIABLE deps)
  target_link_libraries(${target} PUBLIC ${deps} ${R_LIBS} Threads::Threads)
  if(R_TESTS)
    add_executable(${target}_test ${R_TESTS})
    target_link_libraries(${target}_test PRIVATE ${target} ${R_TEST_LIBS} GTest::gmock GTest::gtest GTest::gtest_main)
    gtest_discover_tests(${target}_test TEST_PREFIX ${R_NAME}. DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT 120 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
  endif()
endfunction()
