/* Libraries that are opened with RTLD_DEEPBIND: they find libc's malloc and free before ours. */
#pragma once

/* Such a library is about to be opened: wrong frees are no longer known for certain, and a leak
 * check must heed glibc's own account of its heap (leak/chunks.h). Called outside of malloc and
 * free. Allocates and frees a block of the next allocator's, once. */
void passed_by_note(void);
