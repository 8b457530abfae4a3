/* Writes the seeds of fuzz_pprof into a folder: small profiles that hold one of each thing,
 * compressed and not. */
#include "../unit/build_profile.h"

#include "pprof/encode.h"
#include "pprof/gzip.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const profiles[] = {
    "types alloc_objects/count alloc_space/bytes\n",
    "types space/bytes\nsample 1 | main\n",
    "types space/bytes\nsample 1 | \n",
    "types alloc_objects/count alloc_space/bytes\nperiod 512 space/bytes\ntime 1\nduration 5\n"
    "comment one\ndefault alloc_space\ndrop m.*c|[a-z]+(x|y)*\nkeep my.*\n"
    "mapping 0x1000 0x3000 0x100 /bin/a id\nmapping 0x8000 0x9000 0 [vdso] \n"
    "sample 1 100 | inl@i.h:2<f@a.c:1%0+0x1010;main%0+0x1020 | bytes=100bytes rate=512\n"
    "sample 2 20 | -%1+0x8010;malloc%0+0x1020;main%0+0x1020 | thread='a' thread_id=7\n"
    "sample 3 3 | f;f;f.part.0;f\nsample 3 0 | \n",
};

static void write_file(const char *folder, const char *kind, size_t i, const void *bytes,
                       size_t n) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/%zu.%s", folder, i, kind);
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0) {
    perror(path);
    exit(1);
  }
}

static void fail_on(struct error *err) {
  if (err) {
    fprintf(stderr, "%s\n", err->message);
    exit(1);
  }
}

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles) && argc == 2; i++) {
    struct profile *profile = build_profile(profiles[i]);
    struct strbuf raw = STRBUF_INIT;
    void *bytes;
    size_t n;
    fail_on(pprof_encode(profile, &bytes, &n));
    fail_on(gzip_inflate(bytes, n, &raw));
    write_file(argv[1], "pb.gz", i, bytes, n);
    write_file(argv[1], "pb", i, raw.data, raw.length);
    strbuf_deinit(&raw);
    free(bytes);
    profile_destroy(profile);
  }
  return argc == 2 ? 0 : 1;
}
