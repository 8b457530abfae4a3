/* A library whose thread-local storage glibc allocates when it is first used. */
static __thread char storage[5000];

char *storage_of(void) {
  return storage;
}
