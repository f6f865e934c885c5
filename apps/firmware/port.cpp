#include "apps/firmware/port.hpp"

#include <algorithm>

namespace blathy::firmware {

void Port::receive() {
    size_ += uart_.read(MutableBytes(received_).subspan(size_));
}

void Port::poll(meter::Meter& meter) {
    receive();
    // The next request waits until the queue takes the largest answer whole.
    while (uart_.writable() >= send_buffer_.size()) {
        const auto step = link_.receive(meter, Bytes(received_).first(size_), send_buffer_);
        // A serial line can't be closed: what is not the wrapper is noise, and goes.
        const std::size_t done = step.close ? size_ : step.consumed;
        if (done == 0) return;
        std::copy(received_.begin() + done, received_.begin() + size_, received_.begin());
        size_ -= done;
        uart_.write(step.answer);
        receive();
    }
}

}  // namespace blathy::firmware
