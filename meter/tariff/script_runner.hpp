// Who runs the scripts that a day profile of the tariff calendar calls beside those of the tariffs.
#pragma once

#include <cstdint>

#include "dlms/obis.hpp"

namespace blathy::meter {

struct ScriptRunner {
    // `table` is the logical name of a Script table (IC 9), `selector` its script. It is run at its time, and at most
    // once; when several were missed, only the last one is.
    void (*run)(void* context, const dlms::Obis& table, std::uint16_t selector) = nullptr;
    void* context = nullptr;

    [[nodiscard]] bool connected() const { return run != nullptr; }
    void operator()(const dlms::Obis& table, std::uint16_t selector) const {
        if (run != nullptr) run(context, table, selector);
    }
};

}  // namespace blathy::meter
