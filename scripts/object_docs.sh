#!/bin/sh
# Makes docs/objects anew from the dictionaries of the models.
set -eu
cd "$(dirname "$0")/.."
cmake --build --preset debug --target metering_tests
mkdir -p docs/objects
BLATHY_MAKE_OBJECT_DOCS=1 build/debug/tests/metering_tests --gtest_brief=1 --gtest_filter='ObjectDocs.*'
