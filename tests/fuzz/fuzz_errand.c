/* Whatever a daemon that is not itself any more asks of its warden: what is let through builds an argv of its kind. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "adapters/freebsd/errand.h"
#include "core/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Without control characters and blanks; and the interface of ifconfig(8) and dhclient(8) is none of their options. */
static void check_argv(const struct vfj_errand_program *program)
{
    const struct vfj_argv *argv = &program->argv;
    VFJ_CHECK(program->path[0] == '/'
              && (argv->program != VFJ_PROGRAM_SCRIPT || strstr(program->path, "/../") == NULL));
    VFJ_CHECK(argv->words[0] == program->path && argv->count <= VFJ_WORDS_MAX && argv->words[argv->count] == NULL);
    for (unsigned i = 0; i < argv->count; i++) {
        for (const char *c = argv->words[i]; *c != '\0'; c++)
            VFJ_CHECK((unsigned char)*c > ' ' && *c != 0x7f);
    }
}

static void check_program(const struct vfj_errand *errand, const struct vfj_errand_program *program)
{
    const struct vfj_argv *argv = &program->argv;
    struct vfj_name name;
    if (errand->kind != VFJ_ERRAND_COMMAND)
        return;
    check_argv(program);
    if (argv->program == VFJ_PROGRAM_IFCONFIG && strcmp(argv->words[1], "-a") != 0)
        VFJ_CHECK(vfj_name_parse(vfj_span_of(argv->words[1]), &name));
    if (argv->program == VFJ_PROGRAM_DHCLIENT)
        VFJ_CHECK(vfj_name_parse(vfj_span_of(argv->words[argv->count - 1]), &name));
    for (unsigned i = 1; argv->program == VFJ_PROGRAM_SYSCTL && i < argv->count; i++)
        VFJ_CHECK(strchr(argv->words[i], '=') == NULL);
    for (unsigned i = 2; argv->program == VFJ_PROGRAM_KILL && i < argv->count; i++)
        VFJ_CHECK(argv->words[i][0] >= '0' && argv->words[i][0] <= '9');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vfj_paths paths;
    static struct vfj_errand_program program;
    struct vfj_errand errand = {0};
    memcpy(&errand, data, size < sizeof errand ? size : sizeof errand);
    if (paths.root[0] == '\0')
        VFJ_CHECK(vfj_paths_init(&paths, "/nonexistent") == VFJ_OK);
    if (!vfj_errand_check(&errand) || errand.kind > VFJ_ERRAND_BOOT_TIME)
        return 0;
    if (vfj_errand_prepare(&errand, &paths, &program) == 0)
        check_program(&errand, &program);
    return 0;
}
