/* How many objects of a type a block may have (symbol/block_type.h). */
#pragma once

enum block_form {
  BLOCK_NONE,      /* not known */
  BLOCK_POINTER,   /* one, or as many as fit exactly */
  BLOCK_BYTES,     /* the same, and nothing but a pointer to characters */
  BLOCK_PASSED,    /* one, that a function of the type is called for */
  BLOCK_ONE,       /* one */
  BLOCK_CONTAINER, /* a node of a container, or the elements of one */
  BLOCK_TABLE,     /* a hash table of them */
  N_BLOCK_FORMS,
};
