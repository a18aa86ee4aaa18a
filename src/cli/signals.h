// Ctrl-C and its kin, turned into a stop request. Made before any other thread, so that every thread inherits
// the blocked signals and only the one here ever sees them.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace aforo {

// Runs `work` in a process of its own, and returns its exit code: for work on storage that may stop answering. A
// process cannot end while one of its requests hangs in the kernel; this one can, once the work has said that it is
// done, and leaves the other behind. Signals are passed on; what ends the work by a signal ends this process by the
// same. Where a stop was asked for and the work then neither ends nor computes for five seconds, it is given up: said
// on standard error, exit code 2. The work ends with this process, however that ends. Suspended (SIGTSTP), this process
// stops after the work has, so that the shell gets a terminal that the work has put in order; where a signal ended the
// work, this one puts it in order. Before any thread is started; where no process can be made, the work is done here.
int run_apart(const std::function<int()>& work);

// What Ctrl-C does, to this command alone and not to the script that called it.
void interrupt_this_command();

// Called on the thread of signals, once, where one is about to end the process at once: for what must not stay, as the
// modes of a terminal. Async-signal-safe. Null: nothing.
void before_sudden_end(void (*act)() noexcept);

// SIGINT, SIGTERM and SIGHUP: the first asks to stop, the second ends the process at once with the signal's
// default. SIGPIPE is ignored for good: a reader that has seen enough is no error. One per process. Not
// thread-safe.
// SIGHUP is left alone where it was ignored before (nohup). A signal within half a second of the
// first counts as its echo: timeout(1) and shells signal a process and its group, and that is one
// wish. Signals are read from a descriptor by a thread, so no code runs in a handler.
class StopOnSignal {
 public:
  // Blocks the signals in this thread and all that it starts. Throws UserError if the kernel
  // refuses a signalfd or an eventfd.
  StopOnSignal();
  // Joins its thread and unblocks the signals: they end the process again.
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  // Valid beyond this object.
  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }

 private:
  void watch();
  std::stop_source source_;
  // signals_: where signals are read from. farewell_: an eventfd that tells the thread to end.
  int signals_ = -1;
  int farewell_ = -1;
  std::thread thread_;
};

}  // namespace aforo
