/* The labels of a heap profile's samples by which it says what a leak check found of their blocks: how
 * many bytes can still be reached, and how many are lost (definitely, indirectly or possibly), when the
 * process was checked. A stack has them once, whatever the number of its samples. */
#pragma once

#define REACH_LABEL_REACHABLE "reachable" /* number, bytes */
#define REACH_LABEL_LOST "lost"           /* number, bytes */
