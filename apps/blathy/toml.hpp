// toml++ for files from anywhere.
//
// Of what its parser asserts, some does not hold for malformed files ("[[=" is enough), and in a release build that is
// an assumption for the optimiser. The checks behind the assertions are sound without them, so they go.
#pragma once

#define TOML_EXCEPTIONS 0
#include <toml++/impl/preprocessor.h>

#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expr) static_assert(true)

#include <toml++/toml.h>
