/* Makes memory allocations fail when a test requests it. */
#include "tests/kit/fault_memory.h"

#include <sqlite3.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static struct {
    unsigned
        left; /* counts down to the allocation that fails, which is reached at 1; 0: none fails */
    bool stay;
    bool struck;
} plan;

static sqlite3_mem_methods real_methods;

static bool strike(void)
{
    if (plan.left == 0)
        return false;
    if (plan.left > 1) {
        plan.left--;
        return false;
    }
    plan.struck = true;
    if (!plan.stay)
        plan.left = 0;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return strike() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return strike() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return strike() ? NULL : __real_realloc(memory, size);
}

static void *fault_malloc(int size)
{
    return strike() ? NULL : real_methods.xMalloc(size);
}

static void *fault_realloc(void *memory, int size)
{
    return strike() ? NULL : real_methods.xRealloc(memory, size);
}

void kit_memory_install(void)
{
    if (real_methods.xMalloc != NULL
        || sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_methods) != SQLITE_OK)
        return;
    sqlite3_mem_methods methods = real_methods;
    methods.xMalloc = fault_malloc;
    methods.xRealloc = fault_realloc;
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    /* SQLite would otherwise take small allocations from its lookaside buffers, which are not
     * counted. */
    (void)sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

void kit_memory_arm(unsigned count, bool stay)
{
    plan.left = count;
    plan.stay = stay;
    plan.struck = false;
}

bool kit_memory_disarm(void)
{
    bool struck = plan.struck;
    plan.left = 0;
    plan.struck = false;
    return struck;
}
