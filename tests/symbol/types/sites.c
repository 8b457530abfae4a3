/* Sites whose types are written beside them: tests/symbol/block_types.py reads `type:`, and after
 * `else` the builds in which it may be missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAR __attribute__((noinline))
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")

struct leaf {
  long a, b, c;
};
struct mid {
  int n;
  struct leaf *leaves;
};
struct top {
  struct mid *mid;
  char *name;
  struct leaf **table;
};
struct flexible {
  int n;
  char data[];
};
struct header {
  long length;
};
typedef struct {
  double x, y;
} point;

volatile int out_of_sight;

struct leaf *first_leaf;
void *anything;

FAR static struct top *make_top(void) { /* type: struct top */
  struct top *t = calloc(1, sizeof(*t));
  KEEP(t);
  return t;
}

FAR static void set_mid(struct top *t) { /* type: struct mid */
  t->mid = malloc(sizeof(*t->mid));
}

/* gcc loads t->mid before it calls. */
FAR static void set_leaves(struct top *t, int n) { /* type: struct leaf[] else gcc */
  t->mid->leaves = malloc((size_t)n * sizeof(struct leaf));
}

FAR static void grow_leaves(struct top *t, int n) { /* type: struct leaf[] */
  struct mid *m = t->mid;
  m->leaves = realloc(m->leaves, (size_t)n * sizeof(struct leaf));
  KEEP(m);
}

FAR static struct mid *one_more(int n) { /* type: struct mid[] */
  struct mid *m = calloc((size_t)n + 1, sizeof(*m));
  KEEP(m);
  return m;
}

FAR static void set_table(struct top *t) { /* type: struct leaf *[] */
  t->table = calloc(11, sizeof(*t->table));
}

FAR static void set_name(struct top *t, const char *name) { /* type: char[] */
  t->name = strdup(name);
}

FAR static void set_global(void) { /* type: struct leaf */
  first_leaf = malloc(sizeof(*first_leaf));
}

static struct leaf *leaves[8], **more_leaves = leaves;

FAR static void fill_array(int i) { /* type: struct leaf */
  leaves[i] = malloc(sizeof(struct leaf));
  KEEP(leaves);
}

/* gcc -O0 adds up the address. */
FAR static void fill_through_pointer(struct leaf **to, int i) { /* type: struct leaf else gcc */
  to[i] = malloc(sizeof(struct leaf));
}

struct link {
  struct link *next, *previous;
};
struct linked {
  struct link link;
  long value[4];
};
struct link links = {&links, &links};

static void link_in(struct link *new_one) {
  new_one->next = links.next;
  new_one->previous = &links;
  links.next = new_one;
}

/* The address goes to a function for the first member, of which three would fit. */
FAR static void add_linked(void) { /* type: struct linked | none */
  struct linked *l = malloc(sizeof(*l));
  link_in(&l->link);
}

static void *xmalloc(size_t n) {
  void *p = malloc(n);
  if (!p)
    abort();
  return p;
}

FAR static struct leaf *wrapped(void) { /* type: struct leaf */
  struct leaf *l = xmalloc(sizeof(*l));
  l->a = 1;
  return l;
}

FAR void *plain_alloc(size_t n) {
  void *p = malloc(n);
  KEEP(p);
  return p;
}

FAR static struct leaf *through_a_function(void) { /* type: struct leaf */
  struct leaf *l = plain_alloc(sizeof(*l));
  l->b = 1;
  return l;
}

FAR static point *points(int n) { /* type: point[] */
  point *p = malloc((size_t)n * sizeof(*p));
  for (int i = 0; i < n; i++)
    p[i].x = i;
  return p;
}

FAR static struct flexible *flexible(int n) { /* type: struct flexible */
  struct flexible *f = malloc(sizeof(*f) + (size_t)n);
  f->n = n;
  return f;
}

FAR static struct mid *checked(void) { /* type: struct mid */
  struct mid *m = malloc(sizeof(*m));
  if (!m)
    return NULL;
  m->n = 1;
  m->leaves = NULL;
  return m;
}

/* No variable has the type: the block is a header and text. */
FAR static char *with_header(int n) { /* type: none */
  struct header *h = malloc(sizeof(*h) + (size_t)n);
  h->length = n;
  return (char *)(h + 1);
}

/* The same, but its size happens to be a multiple of the header's. */
FAR static char *with_even_header(int n) { /* type: none */
  struct header *h = malloc(sizeof(*h) + (size_t)n);
  h->length = n;
  return (char *)(h + 1);
}

FAR static void untyped(void) { /* type: none */
  anything = malloc(33);
  memset(anything, 1, 33);
}

/* The second call's result is not the first's. */
FAR static long two(void) { /* type: struct leaf | struct mid */
  struct leaf *l = malloc(sizeof(*l));
  struct mid *m = malloc(sizeof(*m));
  l->a = 1;
  m->n = 2;
  KEEP(l);
  KEEP(m);
  return l->a + m->n;
}

int main(void) {
  struct top *t = make_top();
  set_mid(t);
  set_leaves(t, 7 + out_of_sight);
  grow_leaves(t, 14 + out_of_sight);
  set_table(t);
  set_name(t, "a name");
  set_global();
  fill_array(5);
  fill_through_pointer(more_leaves, 3);
  add_linked();
  untyped();
  KEEP(one_more(4 + out_of_sight));
  KEEP(wrapped());
  KEEP(through_a_function());
  KEEP(points(30 + out_of_sight));
  KEEP(flexible(21));
  KEEP(checked());
  KEEP(with_header(13));
  KEEP(with_even_header(24 + out_of_sight));
  KEEP(two());
  return 0;
}
