/* Writes the seeds of fuzz_budget into a folder: a budget with each key, in each of YAML's manners,
 * and the shapes that parsers of YAML are slow or wrong at. */
#include <stdio.h>

static const char *const seeds[] = {
    "version: 1\nlimits:\n  - metric: alloc_space\n    max: 4 MiB\n",
    "version: 1\nconfidence: 99.5\noperations: ^serve$\nowners:\n  - name: me\n    sites:\n"
    "      - function: ^a|b$\n      - {file: /src/, module: app}\nlimits:\n"
    "  - {metric: alloc_objects, owner: me, per: operation, growth: 2.5%, floor: 12k, name: n}\n"
    "  - {metric: lifetime, each: site, max: 250 us}\n  - {metric: live_sites, max: 3}\n",
    "%YAML 1.1\n---\n{\"version\": 1, 'limits': [{? metric : inuse_space, ? max : \"0\"}]}\n...\n",
    "# c\nversion: 1 # d\nowners: []\nlimits: [{metric: peak_space, function: \"a\\x41\\u263a\", "
    "max: 1e3}]",
    "version: >-\n  1\nlimits: |\n  x\n",
    "version: &a 1\nlimits: *a\n",
    "version: !!str 1\nlimits: !x []\n",
    "%TAG !a! b\n%TAG !b! c\n---\nversion: 1\n",
    "version: 1\nlimits: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{a: {a: {a: {a: ",
    "version: 1\nlimits:\n- - - - - - - - - - - - - - ? ? ? ? ? ? ? ? ? ? ? ?",
    "version: 1\r\nlimits:\r\n- metric: alloc_space\r\n  max: 0\r\n--- {}\n",
    "\xef\xbb\xbfversion: 1\nlimits: [{metric: alloc_space, max: \xe2\x98\xba}]\n",
};

int main(int argc, char **argv) {
  for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds) && argc == 2; i++) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/%zu.yaml", argv[1], i);
    FILE *f = fopen(path, "wb");
    if (!f || fputs(seeds[i], f) < 0 || fclose(f) != 0) {
      perror(path);
      return 1;
    }
  }
  return argc == 2 ? 0 : 1;
}
