/* Our files as `go tool pprof` reads them: it has to accept them in every report, and its figures
 * have to be those of our own graph. */
#include "model/prune.h"
#include "pprof/read_file.h"
#include "pprof/write_file.h"
#include "same_profile.h"
#include "test.h"

#include "model/graph.h"
#include "model/merge.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const PROFILE =
    "types alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes "
    "peak_objects/count peak_space/bytes\n"
    "period 524288 space/bytes\ntime 1700000000000000000\nduration 5000000000\n"
    "default inuse_space\ncomment cmd: prog\ndrop malloc|calloc\n"
    "mapping 0x400000 0x500000 0 /bin/prog 0123456789abcdef\n"
    "mapping 0x7f0000000000 0x7f0000100000 0x1000 /lib/libfoo.so fedcba9876543210\n"
    "sample 10 10240 5 5120 7 7168 | malloc@m.c:1%0+0x400100;inl@i.h:2<f@a.cc:1%0+0x400200;"
    "main@main.cc:3%0+0x400300 | bytes=1024bytes rate=4096bytes\n"
    "sample 1 1048576 1 1048576 1 1048576 | ns::g(int)@a.cc:9%0+0x400400;main@main.cc:4%0+0x400310 "
    "| bytes=1048576bytes rate=4096bytes\n"
    "sample 100 100 0 0 50 50 | -%1+0x7f0000000100;rec@a.cc:20%0+0x400500;rec@a.cc:20%0+0x400500;"
    "main@main.cc:5%0+0x400320 | bytes=1bytes rate=4096bytes thread='worker'\n"
    "sample 3 333 3 333 3 333 | f@a.cc:1%0+0x400210;main@main.cc:3%0+0x400300\n";

static char folder[] = "/tmp/memprof-go-XXXXXX";

/* With a raw name beside it pprof leaves a demangled name as it is. */
static struct profile *go_profile_build(void) {
  struct profile *profile = build_profile(PROFILE);
  for (size_t i = 0; i < profile->n_functions; i++)
    if (strcmp(profile->functions[i].name, "ns::g(int)") == 0)
      profile->functions[i].system_name = profile_string(profile, "_ZN2ns1gEi");
  return profile;
}

static int go_folder_enter(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *profile = go_profile_build(), *twice = NULL;
  if (!mkdtemp(folder) || chdir(folder) != 0)
    return -1;
  assert_ok(pprof_write_file(profile, "a.pb.gz"));
  assert_ok(profile_merge((const struct profile *[]){profile, profile}, NULL, 2, &twice));
  assert_ok(pprof_write_file(twice, "twice.pb.gz"));
  setenv("PPROF_TMPDIR", folder, 1);
  setenv("PPROF_BINARY_PATH", folder, 1);
  return 0;
}

static int go_folder_leave(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof(command), "rm -rf %s", folder);
  return chdir("/") || system(command);
}

/* Standard output of go tool pprof with these arguments; the test fails if it does. */
static const char *pprof(const char *arguments) {
  static char output[1 << 16];
  char command[1000];
  snprintf(command, sizeof(command), "%s tool pprof %s 2>errors", GO, arguments);
  FILE *pipe = popen(command, "r");
  size_t n = fread(output, 1, sizeof(output) - 1, pipe);
  output[n] = '\0';
  if (pclose(pipe) != 0)
    fail_msg("%s failed: %s", command, output);
  return output;
}

static void assert_says(const char *arguments, const char *expected) {
  const char *output = pprof(arguments);
  if (!strstr(output, expected))
    fail_msg("pprof %s does not say \"%s\" but: %s", arguments, expected, output);
}

/* The figures of one line of -top -unit=B: "5120B 0.5% 0.5% 5120B 0.5%  name". */
static const char *parse_top_line(char *line, int64_t *flat, int64_t *cum) {
  char unit_a[8], unit_b[8];
  long long a, b;
  int end = 0;
  *unit_a = *unit_b = '\0';
  for (char *c = line; *c; c++) /* "5120B" -> "5120 " */
    if (*c == 'B' && c > line && c[-1] >= '0' && c[-1] <= '9' && c[1] == ' ')
      *c = ' ';
  if (sscanf(line, " %lld %*s %*s %lld %*s %n", &a, &b, &end) != 2 || !end)
    return NULL;
  *flat = a;
  *cum = b;
  for (const char *mark = " (inline)"; strlen(line) > strlen(mark);) {
    char *at = strstr(line, mark);
    if (at)
      *at = '\0';
    break;
  }
  return line + end;
}

static const struct graph_node *find_node(const struct graph *graph, const char *name) {
  for (size_t i = 0; i < graph->n_nodes; i++)
    if (strcmp(graph->nodes[i].name, name) == 0)
      return &graph->nodes[i];
  fail_msg("we have no node \"%s\"", name);
  return NULL;
}

/* Compares pprof's -top of file, for one sample type, with our graph of it, node by node. */
static void compare_top(const char *path, int type) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_graph_ struct graph *graph = NULL;
  char arguments[300];
  size_t n = 0;
  assert_ok(pprof_read_file(path, &profile));
  assert_ok(profile_prune(profile));
  assert_ok(graph_create(profile, &(struct graph_options){.type = type}, &graph));
  snprintf(arguments, sizeof(arguments),
           "-top -unit=B -nodecount=10000 -nodefraction=0 -edgefraction=0 -sample_index=%s %s",
           profile->sample_types[type].type, path);
  char *rest = (char *)pprof(arguments);
  for (char *line; (line = strsep(&rest, "\n"));) {
    int64_t flat, cum;
    const char *name = parse_top_line(line, &flat, &cum);
    if (!name)
      continue;
    const struct graph_node *node = find_node(graph, name);
    if (node->flat != flat || node->cum != cum)
      fail_msg("%s: %s is %lld/%lld to us, %lld/%lld to pprof", arguments, name,
               (long long)node->flat, (long long)node->cum, (long long)flat, (long long)cum);
    n++;
  }
  if (n != graph->n_nodes)
    fail_msg("%s: pprof has %zu nodes, we have %zu", arguments, n, graph->n_nodes);
}

static void figures_are_equal_for_every_sample_type(void **state) {
  (void)state;
  for (int type = 0; type < 6; type++)
    compare_top("a.pb.gz", type);
}

static void figures_are_equal_for_gos_own_profile(void **state) {
  (void)state;
  for (int type = 0; type < 4; type++)
    compare_top(TEST_DATA "/go-heap.pb.gz", type);
}

static void every_report_opens_our_file(void **state) {
  (void)state;
  assert_says("-raw a.pb.gz", "peak_objects/count");
  assert_says("-raw a.pb.gz", "/lib/libfoo.so fedcba9876543210");
  assert_says("-top a.pb.gz", "Type: inuse_space"); /* the default type */
  assert_says("-tree a.pb.gz", "ns::g");
  assert_says("-peek=ns::g a.pb.gz", "main");
  assert_says("-traces a.pb.gz", "bytes:  1kB");
  assert_says("-traces -sample_index=alloc_space a.pb.gz", "thread:  worker");
  assert_says("-tags -sample_index=alloc_space a.pb.gz", "worker");
  assert_says("-comments a.pb.gz", "cmd: prog");
  assert_says("-svg a.pb.gz", "</svg>");
  assert_int_equal(system("mkdir -p src && seq 30 > src/a.cc"), 0);
  assert_says("-list=ns::g -source_path=src a.pb.gz", "1MB        1MB (flat, cum)");
}

static void drop_frames_hide_the_allocator(void **state) {
  (void)state;
  assert_null(strstr(pprof("-top -nodefraction=0 a.pb.gz"), "malloc"));
}

static void the_difference_to_itself_is_nothing(void **state) {
  (void)state;
  assert_says("-top -unit=B -diff_base=a.pb.gz a.pb.gz", "accounting for 0, ");
  /* base: twice - once = once. */
  assert_says("-top -unit=B -base=a.pb.gz twice.pb.gz", "of 1054029B total");
  assert_says("-top -unit=B -diff_base=a.pb.gz twice.pb.gz", "of 1054029B total");
}

static void what_pprof_writes_we_read(void **state) {
  (void)state;
  _cleanup_profile_ struct profile *ours = go_profile_build(), *theirs = NULL, *merged = NULL;
  _cleanup_profile_ struct profile *proto = NULL;
  pprof("-proto -output=proto.pb.gz a.pb.gz");
  assert_ok(pprof_read_file("proto.pb.gz", &proto));
  assert_int_equal(proto->n_samples, ours->n_samples);
  assert_int_equal(proto->n_sample_types, ours->n_sample_types);
  /* pprof adds up what we merge to the same. */
  pprof("-proto -output=merged.pb.gz a.pb.gz a.pb.gz");
  assert_ok(pprof_read_file("merged.pb.gz", &theirs));
  assert_ok(pprof_read_file("twice.pb.gz", &merged));
  assert_int_equal(theirs->n_samples, merged->n_samples);
  for (int type = 0; type < 6; type++) {
    _cleanup_graph_ struct graph *a = NULL, *b = NULL;
    assert_ok(graph_create(theirs, &(struct graph_options){.type = type}, &a));
    assert_ok(profile_prune(merged));
    assert_ok(graph_create(merged, &(struct graph_options){.type = type}, &b));
    assert_int_equal(a->n_nodes, b->n_nodes);
    for (size_t i = 0; i < a->n_nodes; i++) {
      assert_string_equal(a->nodes[i].name, b->nodes[i].name);
      assert_int_equal(a->nodes[i].flat, b->nodes[i].flat);
      assert_int_equal(a->nodes[i].cum, b->nodes[i].cum);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {TEST(figures_are_equal_for_every_sample_type),
                                     TEST(figures_are_equal_for_gos_own_profile),
                                     TEST(every_report_opens_our_file),
                                     TEST(drop_frames_hide_the_allocator),
                                     TEST(the_difference_to_itself_is_nothing),
                                     TEST(what_pprof_writes_we_read)};
  return cmocka_run_group_tests(tests, go_folder_enter, go_folder_leave);
}
