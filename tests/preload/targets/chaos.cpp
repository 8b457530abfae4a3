// chaos SECONDS PLUGIN PLUGIN: everything at once that has ever made a malloc shim hang or crash.
// Ends with status 0 and one line, or not at all.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

static std::atomic<bool> stop;
static std::atomic<long> loads, throws, walks, forks, signals, threads_ended;
static const char *plugins[2];

// glibc's own loader locks are not async-signal-safe, nor is malloc: signals are taken only where
// their handler may call both.
static void with_signal_blocked(bool block) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, nullptr);
}

static void on_signal(int) {
  int saved = errno;
  free(malloc(300));
  signals++;
  errno = saved;
}

static void load_and_unload() {
  for (unsigned i = 0; !stop; i++) {
    void *library = dlopen(plugins[i % 2], RTLD_NOW | RTLD_LOCAL);
    auto function =
        library ? reinterpret_cast<int (*)(int)>(dlsym(library, "chaos_plugin")) : nullptr;
    if (!function || function(static_cast<int>(i)) != 'x')
      abort();
    dlclose(library);
    loads++;
  }
}

static void throw_here() {
  while (!stop) {
    try {
      std::vector<std::string> many(10, std::string(200, 'y'));
      throw std::runtime_error(many[3]);
    } catch (const std::exception &e) {
      if (strlen(e.what()) != 200)
        abort();
      throws++;
    }
  }
}

static int allocating_callback(dl_phdr_info *info, size_t, void *) {
  free(strdup(info->dlpi_name));
  free(malloc(64));
  return 0;
}

static void walk_objects() {
  while (!stop) {
    dl_iterate_phdr(allocating_callback, nullptr);
    walks++;
  }
}

static void fork_children() {
  while (!stop) {
    pid_t pid = fork();
    if (pid == 0) {
      for (int i = 0; i < 200; i++)
        free(malloc(static_cast<size_t>(i) * 10));
      _exit(17);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 17)
      abort();
    forks++;
    usleep(2000);
  }
}

static thread_local std::string at_exit_of_thread;

static void end_threads() {
  while (!stop) {
    std::thread([] {
      at_exit_of_thread.assign(500, 'z');
      free(malloc(10));
    }).join();
    threads_ended++;
  }
}

static void take_signals() {
  while (!stop) {
    free(malloc(77));
    raise(SIGUSR1);
  }
}

// Its signal comes from elsewhere, at any moment but during its calls of malloc.
static void be_signalled() {
  while (!stop) {
    with_signal_blocked(true);
    free(malloc(88));
    with_signal_blocked(false);
    for (volatile int i = 0; i < 100; i = i + 1)
      ;
  }
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  plugins[0] = argv[2];
  plugins[1] = argv[3];
  signal(SIGUSR1, on_signal);
  with_signal_blocked(true); // inherited by all; be_signalled() and raise() see to themselves
  std::vector<std::thread> threads;
  void (*const works[])() = {load_and_unload, load_and_unload, throw_here, walk_objects,
                             fork_children,   fork_children,   end_threads};
  for (auto work : works)
    threads.emplace_back(work);
  threads.emplace_back([] {
    with_signal_blocked(false);
    take_signals();
  });
  std::thread signalled(be_signalled);
  for (long i = 0, n = 1000L * atol(argv[1]); i < n; i++) {
    pthread_kill(signalled.native_handle(), SIGUSR1);
    usleep(1000);
  }
  stop = true;
  for (auto &thread : threads)
    thread.join();
  signalled.join();
  bool all = loads && throws && walks && forks && signals && threads_ended;
  puts(all ? "all of it happened" : "something never happened");
  return all ? 0 : 1;
}
