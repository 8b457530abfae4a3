/* micro WORKLOAD OPS PARAMETER THREADS: prints "OPS NS", the operations done and the CPU time they
 * took together. */
#include "micro.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  workload_function *work;
  bool own_threads;
} workloads[] = {
    {"pair", work_pair, false},     {"set", work_set, false},    {"realloc", work_realloc, false},
    {"bignum", work_bignum, false}, {"deep", work_deep, false},  {"wander", work_wander, false},
    {"xfree", work_xfree, true},    {"churn", work_churn, true}, {"larson", work_larson, true},
};

struct job {
  workload_function *work;
  uint64_t ops, parameter, ns;
};

static void *run_job(void *p) {
  struct job *job = p;
  job->ns = job->work(job->ops, job->parameter);
  return NULL;
}

static uint64_t run_threads(const struct job *job, unsigned n) {
  struct job *jobs = calloc(n, sizeof(*jobs));
  pthread_t *threads = calloc(n, sizeof(*threads));
  uint64_t sum = 0;
  for (unsigned i = 0; i < n; i++) {
    jobs[i] = *job;
    jobs[i].ops /= n;
    if (pthread_create(&threads[i], NULL, run_job, &jobs[i]) != 0)
      abort();
  }
  for (unsigned i = 0; i < n; i++) {
    pthread_join(threads[i], NULL);
    sum += jobs[i].ns;
  }
  free(jobs);
  free(threads);
  return sum;
}

int main(int argc, char **argv) {
  struct job job = {0};
  bool own_threads = false;
  if (argc != 5)
    return 2;
  for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++)
    if (!strcmp(argv[1], workloads[i].name)) {
      job.work = workloads[i].work;
      own_threads = workloads[i].own_threads;
    }
  job.ops = strtoull(argv[2], NULL, 10);
  job.parameter = strtoull(argv[3], NULL, 10);
  unsigned threads = (unsigned)strtoul(argv[4], NULL, 10);
  if (!job.work || !threads)
    return 2;
  /* One thread is the main one: as far as glibc knows the process then has no other. */
  uint64_t ns =
      own_threads || threads == 1 ? job.work(job.ops, job.parameter) : run_threads(&job, threads);
  printf("%llu %llu\n", (unsigned long long)job.ops, (unsigned long long)ns);
  return 0;
}
