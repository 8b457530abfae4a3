#include "model/allocator_names.h"

#include "base/path.h"
#include "model/name_list.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
    /* C and POSIX */
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "reallocf",
    "memalign",
    "aligned_alloc",
    "valloc",
    "pvalloc",
    "posix_memalign",
    "strdup",
    "strndup",
    "wcsdup",
    "asprintf",
    "vasprintf",
    "__vasprintf_internal",
    "__asprintf",
    "__asprintf_chk",
    "___asprintf",
    "__strdup",
    "__strndup",
    "xmalloc",
    "xcalloc",
    "xzalloc",
    "xrealloc",
    "xreallocarray",
    "xnmalloc",
    "xnrealloc",
    "x2realloc",
    "x2nrealloc",
    "xmemdup",
    "xmemdupz",
    "xstrdup",
    "xstrndup",
    "xmallocz",
    "xstrdup_or_null",
    "do_xmalloc",
    "emalloc",
    "erealloc",
    "estrdup",
    "safe_malloc",
    "checked_malloc",
    "memprof_report_alloc",
    /* glibc's: directories, streams, lines and threads. model/responsible.c knows them by their
     * file; pprof's drop_frames and stacks without a mapping have their names alone. */
    "__alloc_dir",
    "__opendir",
    "__opendirat",
    "opendir_tail",
    "opendir",
    "fdopendir",
    "__fopen_internal",
    "__getdelim",
    "getdelim",
    "getline",
    "allocate_dtv",
    "_dl_allocate_tls",
    "allocate_stack",
    "pthread_create",
    /* C++ and Rust */
    "operator new",
    "operator new[]",
    "__rust_alloc",
    "__rdl_alloc",
    "__rust_realloc",
    "__rdl_realloc",
    "__rust_alloc_zeroed",
    "__rdl_alloc_zeroed",
    "__rg_alloc",
    "__rg_realloc",
    "__rg_alloc_zeroed",
    /* SQLite */
    "sqlite3Malloc",
    "sqlite3MallocZero",
    "sqlite3Realloc",
    "sqlite3MemMalloc",
    "sqlite3MemRealloc",
    "sqlite3_malloc",
    "sqlite3_malloc64",
    "sqlite3_realloc",
    "sqlite3_realloc64",
    "sqlite3DbMallocZero",
    "sqlite3DbMallocRaw",
    "sqlite3DbMallocRawNN",
    "sqlite3DbRealloc",
    "sqlite3DbReallocOrFree",
    "sqlite3DbStrDup",
    "sqlite3DbStrNDup",
    "dbMallocRawFinish",
    "dbReallocFinish",
    "mallocWithAlarm",
    "pcache1Alloc",
    "pcache1AllocPage",
    /* Redis */
    "zmalloc",
    "zcalloc",
    "zrealloc",
    "zmalloc_usable",
    "zcalloc_usable",
    "zrealloc_usable",
    "zcalloc_num",
    "ztrymalloc",
    "ztrymalloc_usable",
    "ztrymalloc_usable_internal",
    "ztrycalloc",
    "ztrycalloc_usable",
    "ztrycalloc_usable_internal",
    "ztryrealloc",
    "ztryrealloc_usable",
    "ztryrealloc_usable_internal",
    "zstrdup",
    "s_malloc",
    "s_realloc",
    "hi_malloc",
    "hi_calloc",
    /* CPython */
    "_PyMem_RawMalloc",
    "_PyMem_RawCalloc",
    "_PyMem_RawRealloc",
    "_PyMem_DebugRawAlloc",
    "_PyObject_Malloc",
    "_PyObject_Calloc",
    "_PyObject_Realloc",
    "_PyObject_GC_Alloc",
    "_PyObject_GC_Malloc",
    "_PyObject_GC_New",
    "_PyObject_GC_NewVar",
    "_PyObject_GC_Resize",
    "_PyObject_New",
    "_PyObject_NewVar",
    "PyObject_Malloc",
    "PyObject_Calloc",
    "PyObject_Realloc",
    "PyMem_Malloc",
    "PyMem_Calloc",
    "PyMem_Realloc",
    "PyMem_RawMalloc",
    "PyMem_RawCalloc",
    "PyMem_RawRealloc",
    "gc_alloc",
    "PyType_GenericAlloc",
    "_PyType_AllocNoTrack",
    "pymalloc_alloc",
    "new_arena",
    "_PyMem_Strdup",
    /* GCC */
    "ggc_internal_alloc",
    "ggc_internal_cleared_alloc",
    "ggc_realloc",
    "alloc_page",
    "alloc_anon",
    "_obstack_newchunk",
    "_obstack_begin",
    "call_chunkfun",
    "rtx_alloc",
    /* perl */
    "Perl_safesysmalloc",
    "Perl_safesyscalloc",
    "Perl_safesysrealloc",
    "Perl_more_bodies",
    "S_more_sv",
    "Perl_more_sv",
    "Perl_savepv",
    "Perl_savepvn",
    "Perl_sv_grow",
    "Perl_sv_grow_fresh",
    /* git */
    "do_xmallocz",
    "xmallocz_gently",
    "strbuf_grow",
    "strbuf_init",
    "strbuf_add",
    "strbuf_addch",
    "strbuf_addf",
    "strbuf_vaddf",
    "mem_pool_alloc",
    "mem_pool_alloc_block",
    "mem_pool_calloc",
    "xdl_cha_alloc",
    "xdl_cha_init",
    "xdl_alloc_grow_helper",
    "git_inflate_init",
    "git_inflate",
    "git_deflate_init",
    /* zlib: the state of a stream */
    "inflateInit_",
    "inflateInit2_",
    "inflate",
    "deflateInit_",
    "deflateInit2_",
    /* V8 and node */
    "v8::internal::AllocWithRetry",
    "v8::internal::AllocAtLeastWithRetry",
    "v8::internal::Malloced::operator new",
    "node::UncheckedRealloc",
    "node::UncheckedMalloc",
    "node::Realloc",
    "node::Malloc",
    "node::Calloc",
    "uv__malloc",
    "uv__calloc",
    "uv__realloc",
    "uv__strdup",
    /* FFmpeg */
    "av_malloc",
    "av_mallocz",
    "av_malloc_array",
    "av_mallocz_array",
    "av_calloc",
    "av_realloc",
    "av_realloc_f",
    "av_realloc_array",
    "av_reallocp",
    "av_reallocp_array",
    "av_strdup",
    "av_strndup",
    "av_memdup",
    "av_fast_realloc",
    "av_fast_malloc",
    "av_fast_mallocz",
    /* PostgreSQL */
    "palloc",
    "palloc0",
    "palloc_extended",
    "repalloc",
    "pstrdup",
    "pnstrdup",
    "AllocSetAlloc",
    "AllocSetRealloc",
    "AllocSetContextCreateInternal",
    "MemoryContextAlloc",
    "MemoryContextAllocZero",
    "MemoryContextAllocZeroAligned",
    "MemoryContextAllocExtended",
    "MemoryContextStrdup",
    "GenerationAlloc",
    "SlabAlloc",
    "guc_malloc",
    "guc_strdup",
};

/* The beginnings of names. */
static const char *const families[] = {
    /* glibc's streams: a buffer is made at the first use of one */
    "_IO_",
    "__GI__IO_",
    /* glib */
    "g_malloc",
    "g_realloc",
    "g_try_malloc",
    "g_try_realloc",
    "g_new",
    "g_slice_alloc",
    "g_slice_copy",
    "g_strdup",
    "g_strndup",
    "g_memdup",
    "g_aligned_alloc",
    "g_calloc",
    "magazine_chain_pop",
    "thread_memory_magazine",
    "slab_allocator_",
    /* OpenSSL */
    "CRYPTO_malloc",
    "CRYPTO_zalloc",
    "CRYPTO_realloc",
    "CRYPTO_clear_realloc",
    "CRYPTO_strdup",
    "CRYPTO_strndup",
    "CRYPTO_memdup",
    "CRYPTO_secure_malloc",
    "CRYPTO_secure_zalloc",
    "CRYPTO_aligned_alloc",
    "OPENSSL_malloc",
    /* APR */
    "apr_palloc",
    "apr_pcalloc",
    "apr_pstrdup",
    "apr_pstrndup",
    "apr_pmemdup",
    "apr_allocator_alloc",
    "allocator_alloc",
    "__cxa_allocate_",
    /* clang's allocation tokens */
    "__alloc_token_",
};

/* Classes whose allocating members allocate; others (construct) run user code. */
static const char *const allocators[] = {
    "std::allocator<",
    "std::__new_allocator<",
    "std::allocator_traits<",
    "__gnu_cxx::new_allocator<",
    "__gnu_cxx::__alloc_traits<",
    "<std::alloc::System as ",
    "std::alloc::System::",
    "<alloc::alloc::Global",
    "alloc::alloc::",
    "std::pmr::",
};
static const char *const members[] = {"::allocate",
                                      "::alloc",
                                      "::realloc",
                                      "::alloc_zeroed",
                                      "::grow",
                                      "::alloc_impl",
                                      "::alloc_impl_runtime",
                                      "::grow_impl",
                                      "::grow_impl_runtime",
                                      "::exchange_malloc",
                                      "::allocate_zeroed",
                                      "::grow_zeroed"};

/* Standard libraries and containers: between an allocation and who wanted it. */
static const char *const libraries[] = {
    "std::",
    "__gnu_cxx::",
    "void std::",
    "boost::container::",
    "absl::container_internal::",
    "__cxxabiv1::",
    "alloc::",
    "<alloc::",
    "core::",
    "<core::",
    "<std::",
    "hashbrown::",
    "<hashbrown::",
    "<T as alloc::",
    "<T as core::",
};

static bool is_member(const char *name) {
  for (size_t i = 0; i < NAMES(members); i++)
    if (ends_with(name, members[i]))
      return true;
  return false;
}

bool allocator_name_allocates(const char *name) {
  return name_is_in(name, names, NAMES(names)) ||
         name_begins_with(name, families, NAMES(families)) ||
         (name_begins_with(name, allocators, NAMES(allocators)) && is_member(name));
}

/* "<u8 as alloc::vec::spec_from_elem::SpecFromElem>::from_elem": Rust's library for one of its own
 * types. A trait of the library on a program's type is the program's. */
static bool is_of_primitive(const char *name) {
  static const char *const types[] = {"<u", "<i", "<f", "<bool as ", "<char as ", "<str as "};
  static const char *const crates[] = {"alloc::", "core::", "std::"};
  const char *as = strstr(name, " as ");
  if (!as || !name_begins_with(name, types, NAMES(types)))
    return false;
  const char *digits = name + 2;
  bool is_number =
      (size_t)(as - digits) == strspn(digits, "0123456789") || !strncmp(digits, "size as ", 8);
  return (is_number || name[1] == 'b' || name[1] == 'c' || name[1] == 's') &&
         name_begins_with(as + 4, crates, NAMES(crates));
}

/* "<[app::Name]>::to_vec_in", "<app::Name as <[_]>::to_vec_in::ConvertVec>::to_vec": functions and
 * traits that slices have for themselves. */
static bool is_of_slices(const char *name) {
  return !strncmp(name, "<[", 2) || !strncmp(name, "<str>::", 7) ||
         (name[0] == '<' && strstr(name, " as <[_]>::"));
}

/* "<&dyn core::ops::function::Fn<()> as ...>::call", "<&mut alloc::string::String as ...>::..." */
static bool is_of_reference(const char *name) {
  static const char *const crates[] = {"core::", "alloc::", "std::"};
  if (name[0] != '<' || name[1] != '&')
    return false;
  const char *type = name + 1 + strspn(name + 1, "&");
  type += strncmp(type, "mut ", 4) ? 0 : 4;
  type += strncmp(type, "dyn ", 4) ? 0 : 4;
  return name_begins_with(type, crates, NAMES(crates));
}

bool allocator_name_is_known(const char *name) {
  return is_of_primitive(name) || is_of_slices(name) || is_of_reference(name) ||
         name_begins_with(name, libraries, NAMES(libraries)) || allocator_name_allocates(name);
}

bool allocator_name_is_library(const char *name) {
  static const char *const calls[] = {"operator new", "__rust_", "__rdl_", "__rg_"};
  return is_of_primitive(name) || is_of_reference(name) ||
         name_begins_with(name, libraries, NAMES(libraries)) ||
         name_begins_with(name, calls, NAMES(calls));
}

/* Copies the name without its template arguments, as far as it fits. */
static void copy_outside_brackets(const char *name, char *to, size_t size) {
  int depth = 0;
  for (const char *c = name; *c && size > 1; c++) {
    bool is_operator = c - name >= 8 && !memcmp(c - 8, "operator", 8);
    depth += *c == '<' && !is_operator;
    if (depth <= 0) {
      *to++ = *c;
      size--;
    }
    depth -= *c == '>' && depth > 0 && c > name && c[-1] != '-';
  }
  *to = '\0';
}

bool allocator_name_is_likely(const char *whole) {
  char name[256];
  copy_outside_brackets(whole, name, sizeof(name));
  return strcasestr(name, "alloc") || strcasestr(name, "strdup") || strcasestr(name, "strndup") ||
         strcasestr(name, "memdup");
}
