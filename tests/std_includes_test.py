"""Every source reads the standard headers of what it names: python3 std_includes_test.py ROOT.

Builds read those headers once for all sources (cmake/precompile.cmake), where nothing tells that one is missing; this
does. A name's header is included by the file itself or by a file of ours that it includes.
"""

import pathlib
import re
import sys

from cxx_text import without_comments, without_strings
from include_graph import INCLUDE

SYSTEM = re.compile(r"^\s*#\s*include\s+<([^>]+)>", re.MULTILINE)
NAME = re.compile(r"(?<![\w:])(?:::)?(std|fmt|tl|nlohmann)::((?:ranges::)?\w+)")

# A header, and the names that it is the home of.
HOMES = """
algorithm: adjacent_find all_of any_of binary_search clamp copy_if count_if equal_range fill fill_n find_if
  find_if_not is_sorted lower_bound make_heap max_element min_element minmax_element none_of nth_element
  partial_sort partition pop_heap push_heap ranges::all_of ranges::any_of ranges::copy ranges::find ranges::find_if
  ranges::max_element ranges::min_element ranges::none_of ranges::reverse ranges::sort remove_if reverse rotate
  shuffle sort stable_partition stable_sort transform unique upper_bound
array: array to_array
atomic: atomic atomic_flag memory_order_relaxed
bit: bit_cast bit_ceil bit_width countl_zero popcount
chrono: chrono
cmath: abs cbrt ceil erf erfc exp expm1 floor fmod hypot isfinite isinf isnan llround log log10 log1p log2 lround
  pow round sqrt trunc
condition_variable: condition_variable condition_variable_any
coroutine: coroutine_handle noop_coroutine suspend_always suspend_never
cstdint: int16_t int32_t int64_t int8_t uint16_t uint32_t uint64_t uint8_t uintptr_t
cstdio: FILE fclose fopen fputs fwrite perror snprintf
cstdlib: abort getenv malloc strtod strtoull
cstring: memcmp memcpy memmove memset strerror strlen strncmp
deque: deque
exception: current_exception exception exception_ptr rethrow_exception uncaught_exceptions
filesystem: filesystem
fstream: fstream ifstream ofstream
functional: function greater hash invoke less reference_wrapper
future: async future packaged_task promise
iterator: back_inserter istreambuf_iterator make_move_iterator
limits: numeric_limits
list: list
map: map multimap
memory: addressof enable_shared_from_this make_shared make_unique shared_ptr unique_ptr weak_ptr
mutex: call_once lock_guard mutex once_flag scoped_lock unique_lock
numbers: numbers
numeric: accumulate gcd iota lcm reduce
optional: make_optional nullopt optional
queue: priority_queue queue
random: mt19937 mt19937_64 random_device
regex: regex regex_search smatch
set: multiset set
span: as_bytes as_writable_bytes span
sstream: istringstream ostringstream stringstream
stdexcept: invalid_argument logic_error out_of_range runtime_error
stop_token: stop_callback stop_source stop_token
string: getline stod stoull string to_string
string_view: string_view
system_error: errc error_code generic_category system_error
thread: jthread this_thread thread
tuple: apply make_tuple tie tuple
type_traits: conditional_t decay_t enable_if_t invoke_result_t is_enum_v is_same_v is_trivially_copyable_v
  remove_cvref_t underlying_type_t
unordered_map: unordered_map
unordered_set: unordered_set
utility: exchange forward in_place index_sequence make_pair move pair swap
variant: get_if holds_alternative monostate variant visit
vector: vector
fmt/format.h: fmt::format fmt::format_to fmt::join
tl/expected.hpp: tl::expected tl::make_unexpected tl::unexpected
nlohmann/json.hpp: nlohmann::json nlohmann::ordered_json
"""

# A header, and what else brings its names.
ALSO = """
array: span
cmath: cstdlib
cstdlib: cmath
exception: stdexcept
fmt/format.h: fmt/chrono.h fmt/ranges.h
fstream: filesystem
functional: map memory set
iterator: algorithm deque list map set string vector
limits: chrono random
memory: future
mutex: condition_variable
stop_token: condition_variable thread
string: filesystem fstream iostream sstream
string_view: string
system_error: charconv filesystem fstream
thread: future
type_traits: concepts coroutine functional memory optional tuple utility variant
utility: algorithm array deque functional list map memory optional queue set string thread tl/expected.hpp tuple
  unordered_map variant vector
"""


def entries(block):
    """{header: words} of "header: words", where lines that begin with a space go on."""
    joined = re.sub(r"\n +", " ", block.strip())
    return {header: words.split() for header, words in (line.split(": ", 1) for line in joined.splitlines())}


HOME = {tuple(word.split("::", 1)) if word.startswith(("fmt::", "tl::", "nlohmann::")) else ("std", word): header
        for header, words in entries(HOMES).items() for word in words}
BRINGS = {header: {header, *words} for header, words in entries(ALSO).items()}


def missing(root):
    """A sentence for every header that a file names something of without reaching it: the first place."""
    texts = {path.relative_to(root / "src").as_posix(): path.read_text()
             for path in sorted((root / "src").rglob("*")) if path.suffix in (".h", ".cc")}
    reached = {}

    def reach(name, on_the_way=()):
        if name not in reached:
            found = set(SYSTEM.findall(texts[name]))
            for other in INCLUDE.findall(texts[name]):
                if other in texts and other not in on_the_way:
                    found |= reach(other, (*on_the_way, name))
            reached[name] = found
        return reached[name]

    for name, text in texts.items():
        code, told = without_strings(without_comments(text)), set()
        for match in NAME.finditer(code):
            header = HOME.get(match.groups())
            if header is None or header in told or BRINGS.get(header, {header}) & reach(name):
                continue
            told.add(header)
            line = code.count("\n", 0, match.start()) + 1
            yield f"src/{name}:{line}: names {match.group(0)}, but reads no <{header}>"


def main():
    found = list(missing(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
