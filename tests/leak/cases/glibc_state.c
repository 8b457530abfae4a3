// Blocks that glibc keeps for itself are reachable, and so nothing is lost.
// flags: -pthread
// expect:
#include "case.h"
#include <dlfcn.h>
#include <grp.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <time.h>
static void handler(void) {}
static void *run(void *unused) {
  strerror(12345);
  dlopen("/nowhere.so", RTLD_NOW);
  return unused;
}
int main(void) {
  pthread_t t;
  FILE *f = fopen("/dev/null", "w");
  fprintf(f, "x");
  printf("x\n");
  setenv("A", "B", 1);
  putenv("C=D");
  setlocale(LC_ALL, "C.UTF-8");
  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  dlopen("/nowhere.so", RTLD_NOW);
  dlopen("libm.so.6", RTLD_NOW);
  getpwuid(0), getgrgid(0);
  getpwent();
  strerror(54321);
  for (int i = 0; i < 100; i++)
    atexit(handler);
  for (int i = 0; i < 5; i++) {
    pthread_create(&t, NULL, run, NULL);
    if (i % 2)
      pthread_join(t, NULL);
  }
  usleep(20000);
  return 0;
}
