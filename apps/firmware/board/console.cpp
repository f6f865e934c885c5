#include "apps/firmware/board/console.hpp"

#include "apps/firmware/board/uart.hpp"

namespace blathy::board {

void print(const Line& line) {
    uart2.write_all(line.octets());
}

}  // namespace blathy::board
