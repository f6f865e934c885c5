// What `make bench` prints of whole servers. Figures of one machine are compared with the echo on the same machine in
// the same minute; the ratio is what counts.
#pragma once

namespace blathy::bench {

void print_throughput();  // requests a second over each link
void print_secured();     // the same ciphered
void print_profile();     // seconds for a long profile
void print_memory();      // octets a meter

}  // namespace blathy::bench
