#include "shim/sys/sandbox.h"

int sandbox;
