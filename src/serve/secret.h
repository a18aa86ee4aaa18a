// What nobody can guess: the token of the printed address and the session's cookie.
#pragma once

#include <string>
#include <string_view>

namespace aforo {

// 32 letters 0-9 a-f: 128 bits from the kernel. Throws UserError where the kernel gives none.
std::string random_secret();

// Takes as long for any `found` of that length, so that nobody can feel his way to it.
bool same_secret(std::string_view expected, std::string_view found);

}  // namespace aforo
