/* Like a small SQLite: all memory through one wrapper with a header before each block, a page
 * cache, a parser whose nodes live for a statement, rows kept in pages. SEED says which change this
 * build has:
 *   SITE_1, SITE_5  the pages of read_page are 1% or 5% larger
 *   NEW_SITE        each statement makes a log record (record_statement)
 *   LEAK            the column names of every 10th statement are lost (column_names)
 *   LIFETIME        tokens are freed after all statements, not after theirs (free_tokens)
 *   MOVED           read_page stands elsewhere, and its caller is called through another function
 *   RENAMED         read_page and make_node have other names
 *   NOISE           sizes that come and go from run to run, below the floor */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS = 400, TOKENS = 40, PAGES = 3, PAGE = 4096 };
#define NOINLINE __attribute__((noinline, noclone))

struct token {
  struct token *next;
  char text[40];
};

static void *pages[STATEMENTS * PAGES];
static int n_pages;
static struct token *late;

NOINLINE static void *db_malloc_raw(size_t n) {
  size_t *block = malloc(n + sizeof(*block));
  if (!block)
    abort();
  *block = n;
  return block + 1;
}

NOINLINE static void *db_malloc(size_t n) {
  void *block = db_malloc_raw(n);
  memset(block, 0, n);
  return block;
}

NOINLINE static void db_free(void *block) {
  if (block)
    free((size_t *)block - 1);
}

#ifdef RENAMED
#define read_page fetch_page
#define make_node new_node
#endif

#ifdef MOVED
static void *read_page(int number);
NOINLINE static void *read_through_cache(int number) {
  void *page = read_page(number);
  __asm__ volatile("" : "+r"(page));
  return page;
}
#define load_page read_through_cache
#else
#define load_page read_page
#endif

#ifndef MOVED
NOINLINE static void *read_page(int number) {
#if defined(SITE_1)
  void *page = db_malloc(PAGE + PAGE / 100 + 1);
#elif defined(SITE_5)
  void *page = db_malloc(PAGE + PAGE / 20 + 1);
#else
  void *page = db_malloc(PAGE);
#endif
  memcpy(page, &number, sizeof(number));
  return page;
}
#endif

NOINLINE static struct token *make_node(struct token *next, int i) {
  struct token *token = db_malloc(sizeof(*token));
  token->next = next;
  snprintf(token->text, sizeof(token->text), "token %d", i);
  return token;
}

NOINLINE static struct token *parse(int statement) {
  struct token *list = NULL;
  for (int i = 0; i < TOKENS; i++)
    list = make_node(list, statement + i);
  return list;
}

NOINLINE static void free_tokens(struct token *list) {
  while (list) {
    struct token *next = list->next;
    db_free(list);
    list = next;
  }
}

#ifdef LIFETIME
NOINLINE static void keep_tokens(struct token *list) {
  struct token *last = list;
  while (last->next)
    last = last->next;
  last->next = late;
  late = list;
}
#endif

NOINLINE static char *column_names(int statement) {
  char *names = db_malloc(512);
  snprintf(names, 512, "a,b,c of %d", statement);
  return names;
}

#ifdef NEW_SITE
NOINLINE static char *record_statement(int statement) {
  char *record = db_malloc(200);
  snprintf(record, 200, "statement %d", statement);
  return record;
}
#endif

NOINLINE static void execute(int statement) {
  struct token *tokens = parse(statement);
  char *names = column_names(statement);
  for (int i = 0; i < PAGES; i++)
    pages[n_pages++] = load_page(statement * PAGES + i);
#ifdef NEW_SITE
  char *record = record_statement(statement);
  db_free(record);
#endif
#ifdef LIFETIME
  keep_tokens(tokens);
#else
  free_tokens(tokens);
#endif
#ifdef LEAK
  if (statement % 10 == 0)
    names = NULL;
#endif
  db_free(names);
}

#ifdef MOVED
NOINLINE static void *read_page(int number) {
  void *page = db_malloc(PAGE);
  memcpy(page, &number, sizeof(number));
  return page;
}
#endif

int main(int argc, char **argv) {
#ifdef NOISE
  /* Lengths differ from run to run in real programs: of a path, of an environment. */
  char *noise = malloc((size_t)(argc > 1 ? atoi(argv[1]) : 100) % 1000 + 1);
  noise[0] = 'x';
  free(noise);
#endif
  (void)argc, (void)argv;
  for (int i = 0; i < STATEMENTS; i++)
    execute(i);
  free_tokens(late);
  for (int i = 0; i < n_pages; i++)
    db_free(pages[i]);
  return 0;
}
