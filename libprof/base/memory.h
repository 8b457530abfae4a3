/* Memory between two pieces of work of a process that runs for long. */
#pragma once

/* Gives what is free back to the kernel. To be called where a profile was made and the next one is
 * far off: making it takes many times the memory that lives in between, and glibc keeps that, once
 * for each thread that makes profiles. */
void memory_give_back(void);
