/* shim/frees/arch.h for x86-64. */
#pragma once

#define ARCH_LOADER "ld-linux-x86-64.so.2"
