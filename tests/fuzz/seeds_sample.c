/* Writes the seeds of fuzz_sample into a folder: samples as various writers encode them. */
#include <stdio.h>

static const struct {
  const char *name, *bytes;
  size_t n;
} seeds[] = {
#define SEED(name, bytes)                                                                          \
  { name, bytes, sizeof(bytes) - 1 }
    SEED("packed", "\x0a\x04\x01\x02\x80\x01\x12\x02\x05\x06"),
    SEED("unpacked", "\x08\x01\x08\xac\x02\x10\x05\x10\x06"),
    SEED("mixed", "\x10\x05\x0a\x02\x01\x02\x08\x7f\x12\x01\x06"),
    SEED("labels", "\x12\x02\x01\x01\x1a\x06\x08\x03\x18\x40\x20\x02\x1a\x04\x08\x05\x10\x06"),
    SEED("large", "\x0a\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x12\x0b\x01\xff\xff\xff\xff\xff"
                  "\xff\xff\xff\xff\x01"),
    SEED("unknown", "\x12\x02\x01\x01\x28\x01\x32\x01x\x3d....\x41........"),
};

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds) && argc == 2; i++) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", argv[1], seeds[i].name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(seeds[i].bytes, 1, seeds[i].n, f) != seeds[i].n || fclose(f) != 0) {
      perror(path);
      return 1;
    }
  }
  return argc == 2 ? 0 : 1;
}
