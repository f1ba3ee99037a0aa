/* Fuzzes the requests that the privileged monitor receives; an attacker who controls the daemon can
 * send any bytes. A request that is accepted must result in an argv that fits the kind of the
 * request. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "adapters/freebsd/privsep/request.h"
#include "core/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Checks the words of a command. They contain no control character and no blank. The interface name
 * for ifconfig(8) and dhclient(8) does not look like an option. */
static void check_argv(const struct vfj_request_program *program)
{
    const struct vfj_argv *argv = &program->argv;
    VFJ_CHECK(program->path[0] == '/'
              && (argv->program != VFJ_PROGRAM_SCRIPT || strstr(program->path, "/../") == NULL));
    VFJ_CHECK(argv->words[0] == program->path && argv->count <= VFJ_WORDS_MAX
              && argv->words[argv->count] == NULL);
    for (unsigned i = 0; i < argv->count; i++) {
        for (const char *c = argv->words[i]; *c != '\0'; c++)
            VFJ_CHECK((unsigned char)*c > ' ' && *c != 0x7f);
    }
}

/* Checks that ifconfig(8) loads no module but that of lagg(4), and creates, destroys, renames and
 * moves no interface. */
static void check_ifconfig(const struct vfj_request *request, const struct vfj_argv *argv)
{
    static const char *const refused[] = {"destroy", "unplumb", "name", "vnet", "-vnet"};
    struct vfj_name name;
    bool creates = request->command.kind == VFJ_COMMAND_CREATE;
    unsigned first = creates ? 1 : 2;
    VFJ_CHECK(creates || strcmp(argv->words[1], "-n") == 0);
    VFJ_CHECK(strcmp(argv->words[first], "-a") == 0
              || vfj_name_parse(vfj_span_of(argv->words[first]), &name));
    for (unsigned i = first + 1; i < argv->count; i++) {
        VFJ_CHECK(creates || strcmp(argv->words[i], "create") != 0);
        for (size_t k = 0; k < sizeof refused / sizeof refused[0]; k++)
            VFJ_CHECK(strcmp(argv->words[i], refused[k]) != 0);
    }
}

static void check_program(const struct vfj_request *request,
                          const struct vfj_request_program *program)
{
    const struct vfj_argv *argv = &program->argv;
    struct vfj_name name;
    if (request->kind != VFJ_REQUEST_COMMAND)
        return;
    check_argv(program);
    if (argv->program == VFJ_PROGRAM_IFCONFIG)
        check_ifconfig(request, argv);
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
    static struct vfj_request_program program;
    struct vfj_request request = {0};
    memcpy(&request, data, size < sizeof request ? size : sizeof request);
    if (paths.root[0] == '\0')
        VFJ_CHECK(vfj_paths_init(&paths, "/nonexistent") == VFJ_OK);
    if (!vfj_request_check(&request) || request.kind > VFJ_REQUEST_BOOT_TIME)
        return 0;
    if (vfj_request_prepare(&request, &paths, &program) == 0)
        check_program(&request, &program);
    return 0;
}
