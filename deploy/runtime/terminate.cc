// Ends the process without libstdc++'s verbose handler, which would bring its demangler
// into the library. Only for a copy of libstdc++ that is the library's own.

#include <cstdlib>
#include <exception>

namespace __cxxabiv1 {

extern std::terminate_handler __terminate_handler;
std::terminate_handler __terminate_handler = std::abort;

}  // namespace __cxxabiv1
