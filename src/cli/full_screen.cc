#include "cli/full_screen.h"

// Names such as `move` and `timeout` are functions here, not macros.
#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <fmt/format.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "cli/live_trail.h"
#include "cli/signals.h"
#include "report/live_screen.h"

namespace aforo {
namespace {

constexpr int kLeastColumns = 80, kLeastRows = 24;
constexpr int kSleep = 100;  // ms between two looks at keys; chosen: a key is felt to be answered at once

// What puts the terminal back without a lock, memory or ncurses: for a process that ends at once.
struct WayBack {
  termios modes{};
  std::array<char, 256> text{};
  std::size_t size = 0;
};
WayBack way_back;
std::atomic<bool> open_now{false};

void put_back() noexcept {
  if (!open_now.exchange(false)) return;
  ::signal(SIGTTOU, SIG_IGN);  // a process in the background may still put it back
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, way_back.text.data(), way_back.size);
  ::tcsetattr(STDERR_FILENO, TCSANOW, &way_back.modes);
}

// What ncurses takes for itself where nobody did before.
class FoundHandlers {
 public:
  FoundHandlers() {
    each([](int signal, struct sigaction& found) { ::sigaction(signal, nullptr, &found); });
  }
  void restore() {
    each([](int signal, struct sigaction& found) { ::sigaction(signal, &found, nullptr); });
  }

 private:
  template <class Act>
  void each(Act act) {
    constexpr std::array kSignals = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    for (std::size_t i = 0; i < kSignals.size(); ++i) act(kSignals[i], found_[i]);
  }
  std::array<struct sigaction, 4> found_{};
};

std::atomic<bool> suspend_wanted{false};
void want_suspend(int /*signal*/) { suspend_wanted.store(true); }

// Not where it is ignored: then nobody could wake the process again.
void handle_suspend() {
  struct sigaction found {};
  if (::sigaction(SIGTSTP, nullptr, &found) != 0 || found.sa_handler == SIG_IGN) return;
  struct sigaction mine {};
  mine.sa_handler = want_suspend;
  mine.sa_flags = SA_RESTART;
  ::sigaction(SIGTSTP, &mine, nullptr);
}

void remember_way_back() {
  for (const char* const name : {"sgr0", "cnorm", "rmkx", "rmcup"}) {
    const char* const text = ::tigetstr(name);
    if (text == nullptr || text == reinterpret_cast<const char*>(-1)) continue;
    const std::string_view all = text;
    const std::size_t n = std::min(all.size(), way_back.text.size() - way_back.size);
    std::memcpy(way_back.text.data() + way_back.size, all.data(), n);
    way_back.size += n;
  }
}

// ncurses writes what the C library's locale has: only character types are taken from there, numbers stay ours.
bool unicode_possible(bool wanted) {
  std::setlocale(LC_CTYPE, "");
  if (!wanted) return false;
  if (std::string_view(::nl_langinfo(CODESET)) == "UTF-8") return true;
  return std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
}

constexpr short kGoodPair = 1, kBadPair = 2, kWarnPair = 3;

attr_t attributes(Tone tone, bool colour) {
  switch (tone) {
    case Tone::kPlain:
      return A_NORMAL;
    case Tone::kStrong:
      return A_BOLD;
    case Tone::kFaint:
      return A_DIM;
    case Tone::kGood:
      return colour ? static_cast<attr_t>(COLOR_PAIR(kGoodPair)) : A_NORMAL;
    case Tone::kBad:
      return colour ? static_cast<attr_t>(COLOR_PAIR(kBadPair)) : A_BOLD;
    case Tone::kWarn:
      return colour ? static_cast<attr_t>(COLOR_PAIR(kWarnPair)) : A_BOLD;
  }
  return A_NORMAL;
}

}  // namespace

void refuse_full_screen(const Console& console) {
  if (!console.err_is_terminal)
    throw UserError(
        "expected a terminal on standard error for --live, found none; leave it out: --json and the page say the same");
  if (console.err_kind.empty() || console.err_kind == "dumb")
    throw UserError(fmt::format(
        "expected a terminal that can place its cursor for --live, found TERM={}; leave it out, and one line is shown",
        console.err_kind.empty() ? "(not set)" : console.err_kind));
  if (console.err_columns < kLeastColumns || console.err_rows < kLeastRows)
    throw UserError(fmt::format(
        "expected a terminal of {} columns and {} lines at least for --live, found {} and {}; enlarge it, or leave it "
        "out, and one line is shown",
        kLeastColumns, kLeastRows, console.err_columns, console.err_rows));
}

// All calls of ncurses are made by the thread that constructs, by `draws_` while that runs, and by the first again.
class FullScreen::Terminal {
 public:
  Terminal(Console& console, std::string rate_word, std::stop_token stop)
      : console_(console), stop_(std::move(stop)), trail_(std::move(rate_word)) {
    keys_ = ::isatty(STDIN_FILENO) == 1 ? stdin : own_ = std::fopen("/dev/tty", "r");
    if (keys_ == nullptr || ::tcgetattr(STDERR_FILENO, &way_back.modes) != 0)
      throw UserError("expected a terminal to read keys from for --live, found none; leave it out");
    frame_.unicode = unicode_possible(console.unicode);
    ::use_env(FALSE);
    ::use_tioctl(TRUE);
    handle_suspend();
    ::signal(SIGWINCH, SIG_IGN);  // its size is looked at between two looks at keys
    screen_ = ::newterm(nullptr, stderr, keys_);
    if (screen_ == nullptr) {
      handlers_.restore();
      close_keys();
      throw UserError(fmt::format(
          "expected a terminal that ncurses knows for --live, found TERM={}; leave it out, and one line is shown",
          console.err_kind));
    }
    way_back.size = 0;
    remember_way_back();
    open_now.store(true);
    before_sudden_end(put_back);
    ::cbreak();
    ::noecho();
    forget_quit_key();
    ::curs_set(0);
    ::keypad(::stdscr, TRUE);
    ::nodelay(::stdscr, TRUE);
    ::set_escdelay(25);
    colour_ = console.err_colour && ::has_colors() && ::start_color() == OK;
    if (colour_) {
      ::use_default_colors();
      ::init_pair(kGoodPair, COLOR_GREEN, -1);
      ::init_pair(kBadPair, COLOR_RED, -1);
      ::init_pair(kWarnPair, COLOR_YELLOW, -1);
    }
    status_.line.phase = "opening the dataset";
    draws_ = std::jthread([this](const std::stop_token& end) { run(end); });
  }

  ~Terminal() {
    draws_.request_stop();
    draws_.join();
    if (open_now.exchange(false)) ::endwin();
    before_sudden_end(nullptr);
    ::delscreen(screen_);
    handlers_.restore();
    close_keys();
    for (const std::string& line : told_) console_.err << line << '\n' << std::flush;
  }

  void show(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    if (progress.job || !status_.accelerators) {
      LiveScreen now = trail_.take(progress);
      now.note = std::move(status_.note);
      status_ = std::move(now);
    } else {
      status_.line.phase = progress.phase;
    }
    changed_ = true;
  }

  void tell(const std::string& line) {
    const std::lock_guard lock(mutex_);
    told_.push_back(line);
    status_.note = line;
    changed_ = true;
  }

 private:
  void close_keys() {
    if (own_ != nullptr) std::fclose(own_);
  }

  // Ctrl-\ ends a process without a word: nobody would put the terminal back.
  static void forget_quit_key() {
    termios modes{};
    if (::tcgetattr(STDERR_FILENO, &modes) != 0) return;
    modes.c_cc[VQUIT] = _POSIX_VDISABLE;
    ::tcsetattr(STDERR_FILENO, TCSANOW, &modes);
    ::def_prog_mode();
  }

  void run(const std::stop_token& end) {
    bool drawn_ending = false;
    while (!end.stop_requested()) {
      const bool typed = take_keys(), resized = follow_size();
      const bool pressed = typed || resized;
      if (suspend_wanted.exchange(false)) suspend();
      const bool ending = ending_ || stop_.stop_requested();
      const std::lock_guard lock(mutex_);
      if (open_now.load() && (pressed || changed_ || ending != drawn_ending)) draw(ending);
      drawn_ending = ending;
      changed_ = false;
    }
  }

  // Whether the terminal has another size.
  bool follow_size() {
    winsize size{};
    int rows = 0, columns = 0;
    getmaxyx(::stdscr, rows, columns);
    if (!open_now.load() || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return false;
    if (size.ws_row == 0 || size.ws_col == 0 || (size.ws_row == rows && size.ws_col == columns)) return false;
    ::resizeterm(size.ws_row, size.ws_col);
    ::clearok(::stdscr, TRUE);
    return true;
  }

  // Whether there was one.
  bool take_keys() {
    pollfd waiting{::fileno(keys_), POLLIN, 0};
    if (::poll(&waiting, 1, kSleep) == 1 && (waiting.revents & (POLLERR | POLLHUP)) != 0)
      ::poll(nullptr, 0, kSleep);  // the terminal has gone: do not spin
    bool any = false;
    for (int key = ::wgetch(::stdscr); key != ERR; key = ::wgetch(::stdscr)) {
      any = true;
      take_key(key);
    }
    return any;
  }

  void take_key(int key) {
    const auto page = static_cast<std::size_t>(std::max(1, getmaxy(::stdscr) / 2));
    switch (key) {
      case 'q':
        if (!ending_) interrupt_this_command();
        ending_ = true;
        break;
      case 'h':
      case '?':
        frame_.help = !frame_.help;
        break;
      case KEY_DOWN:
      case 'j':
        ++frame_.first;
        break;
      case KEY_UP:
      case 'k':
        frame_.first -= std::min<std::size_t>(frame_.first, 1);
        break;
      case KEY_NPAGE:
        frame_.first += page;
        break;
      case KEY_PPAGE:
        frame_.first -= std::min(frame_.first, page);
        break;
      case KEY_HOME:
        frame_.first = 0;
        break;
      case KEY_END:
        frame_.first = ~std::size_t{0} / 2;
        break;
      default:
        break;
    }
  }

  // The terminal as it was, then asleep until somebody says to go on.
  void suspend() {
    if (!open_now.load()) return;
    ::endwin();
    ::signal(SIGTSTP, SIG_DFL);
    ::kill(::getpid(), SIGTSTP);
    ::poll(nullptr, 0, kSleep);  // the process stops meanwhile
    handle_suspend();
    suspend_wanted.store(false);
    ::clearok(::stdscr, TRUE);
    ::refresh();
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }

  void draw(bool ending) {
    int rows = 0, columns = 0;
    getmaxyx(::stdscr, rows, columns);
    if (rows < 1 || columns < 1) return;
    frame_.rows = static_cast<std::size_t>(rows);
    frame_.columns = static_cast<std::size_t>(columns);
    frame_.first = std::min(frame_.first, last_first(status_, frame_));
    status_.ending = ending;
    ::erase();
    const std::vector<LiveRow> drawn = live_screen(status_, frame_);
    for (std::size_t row = 0; row < drawn.size(); ++row) {
      ::move(static_cast<int>(row), 0);
      for (const LiveSpan& span : drawn[row]) {
        ::attrset(static_cast<int>(attributes(span.tone, colour_)));
        ::addnstr(span.text.c_str(), static_cast<int>(span.text.size()));
      }
    }
    ::refresh();
  }

  Console& console_;
  const std::stop_token stop_;
  FILE* own_ = nullptr;  // of the keys, where they are not standard input's
  FILE* keys_ = nullptr;
  SCREEN* screen_ = nullptr;
  bool colour_ = false;
  FoundHandlers handlers_;
  // Of the drawing thread.
  LiveFrame frame_;
  bool ending_ = false;
  std::mutex mutex_;
  // Under it.
  LiveTrail trail_;
  LiveScreen status_;
  std::vector<std::string> told_;
  bool changed_ = true;
  // Last: ends before the rest does.
  std::jthread draws_;
};

FullScreen::FullScreen(Console& console, std::string rate_word, std::stop_token stop)
    : terminal_(std::make_unique<Terminal>(console, std::move(rate_word), std::move(stop))) {}

FullScreen::~FullScreen() = default;

ProgressSink FullScreen::sink() {
  return [this](const Progress& progress) {
    if (terminal_) terminal_->show(progress);
  };
}

void FullScreen::tell(const std::string& line) {
  if (terminal_) terminal_->tell(line);
}

void FullScreen::close() { terminal_.reset(); }

}  // namespace aforo
