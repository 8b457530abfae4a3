/* The last cells of a table's rows, as they are printed: fitted into the line and told apart.
 *
 * Names that are equal once they are shortened are shortened elsewhere than where they differ. If
 * they do not differ, they get the first line of their hints; if that is equal too, the second.
 * Private to table.c. */
#pragma once

#include "report/table.h"

struct table_name {
  const char *text, *hint; /* the cell's, the hint may be "" */
  const char *below;       /* the lines behind the first */
  struct strbuf fitted;
};

/* One for each row. `room` columns hold the name; 0: as long as it is. The caller frees *ret with
 * table_names_destroy; NULL without memory. */
struct table_name *table_names_create(const struct table *table, int room);
void table_names_destroy(struct table_name *names, size_t n);
