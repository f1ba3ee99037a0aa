/* Serves requests, in the process that has root's rights. */
#include "adapters/freebsd/privsep/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/act_lock.h"
#include "adapters/freebsd/devd/socket.h"
#include "adapters/freebsd/guest/kernel_read.h"
#include "core/check.h"

struct vfj_server {
    const struct vfj_paths *paths;
    struct vfj_programs *programs;
    pid_t daemon;
    int act_lock; /* descriptor of the act lock; -1: the lock was not taken yet */
    vfj_reply_fn *replied;
    void *context;
};

static void reply_with(struct vfj_server *server, const struct vfj_reply *reply, int descriptor)
{
    server->replied(server->context, reply, descriptor);
}

static struct vfj_reply reply_of(const struct vfj_request *request, enum vfj_reply_kind kind)
{
    return (struct vfj_reply){.number = request->number, .kind = kind};
}

static void on_ended(void *context, uint64_t number, const struct vfj_program_end *end)
{
    const struct vfj_reply reply
        = {.number = number, .kind = VFJ_REPLY_ENDED, .as.ended.end = *end};
    reply_with(context, &reply, -1);
}

/* Replies for a program that was not started. When a kill command names a process that does not
 * exist, the reply is exit status 1, as of kill(1). */
static void reply_not_started(struct vfj_server *server, const struct vfj_request *request,
                              int error, const char *complaint)
{
    struct vfj_reply reply = reply_of(request, VFJ_REPLY_ENDED);
    bool is_gone = error == ESRCH;
    reply.as.ended.end.kind = is_gone ? VFJ_OUTCOME_EXITED : VFJ_OUTCOME_ABSENT;
    reply.as.ended.end.status = is_gone ? 1 : error;
    vfj_span_copy(reply.as.ended.complaint, sizeof reply.as.ended.complaint,
                  vfj_span_of(complaint));
    reply_with(server, &reply, -1);
}

void vfj_server_run(struct vfj_server *server, const struct vfj_request *request, const char *path,
                    const char *const *argv, enum vfj_stderr errors)
{
    int output = -1;
    const struct vfj_program_spec spec = {
        .path = path,
        .argv = argv,
        .errors = errors,
        .limit_ms = request->command.limit_ms,
        .number = request->number,
        .ended = on_ended,
        .context = server,
    };
    int error = vfj_programs_start(server->programs, &spec, &output);
    if (error != 0) {
        reply_not_started(server, request, error, "");
        return;
    }
    const struct vfj_reply started = reply_of(request, VFJ_REPLY_STARTED);
    reply_with(server, &started, output);
}

static void run_program(struct vfj_server *server, const struct vfj_request *request)
{
    struct vfj_request_program program;
    int error = vfj_request_prepare(request, server->paths, &program);
    if (error != 0)
        reply_not_started(server, request, error, program.complaint);
    else
        vfj_server_run(server, request, program.path, program.argv.words, program.errors);
}

/* Sends the body of an observation in parts. `more` is false in the last part. */
static void reply_body(struct vfj_server *server, const struct vfj_request *request,
                       struct vfj_span body)
{
    struct vfj_reply reply = reply_of(request, VFJ_REPLY_READ);
    struct vfj_reply_part *part = &reply.as.part;
    do {
        part->length = body.length < sizeof part->bytes ? (uint32_t)body.length
                                                        : (uint32_t)sizeof part->bytes;
        memcpy(part->bytes, body.text, part->length);
        body = (struct vfj_span){body.text + part->length, body.length - part->length};
        part->more = body.length > 0;
        reply_with(server, &reply, -1);
    } while (part->more);
}

static void read_guest(struct vfj_server *server, const struct vfj_request *request)
{
    struct vfj_observation observation;
    char bytes[VFJ_BODY_MAX];
    struct vfj_text body = vfj_text_begin(bytes, sizeof bytes);
    if (vfj_kernel_read(server->paths, &request->command, &observation)) {
        vfj_observation_encode(&observation, &body);
        VFJ_CHECK(!body.overflow);
        reply_body(server, request, (struct vfj_span){body.bytes, body.length});
    } else {
        struct vfj_reply reply = reply_of(request, VFJ_REPLY_READ);
        reply.status = ENOSYS;
        reply_with(server, &reply, -1);
    }
}

static void read_files(struct vfj_server *server, const struct vfj_request *request)
{
    struct vfj_reply reply = reply_of(request, VFJ_REPLY_FILES);
    vfj_files_read(server->paths, &request->command, &reply.as.files);
    reply_with(server, &reply, -1);
}

static void stamp_rc(struct vfj_server *server, const struct vfj_request *request)
{
    struct vfj_reply reply = reply_of(request, VFJ_REPLY_STAMP);
    vfj_rc_stamp_take(server->paths, &reply.as.stamp);
    reply_with(server, &reply, -1);
}

static void connect_to_devd(struct vfj_server *server, const struct vfj_request *request)
{
    const struct vfj_paths *paths = server->paths;
    struct vfj_reply reply = reply_of(request, VFJ_REPLY_DEVD);
    bool records = false;
    int fd = vfj_devd_socket_open(paths->devd_seqpacket, paths->devd_stream,
                                  request->index == VFJ_DEVD_STREAM_ONLY, &records);
    reply.records = records;
    reply.status = fd < 0 ? errno : 0;
    reply_with(server, &reply, fd);
}

/* Takes the act lock. Does not send the lock's descriptor, since a process that has it could
 * write another pid into root's file. */
static void take_act_lock(struct vfj_server *server, const struct vfj_request *request)
{
    struct vfj_reply reply = reply_of(request, VFJ_REPLY_LOCK);
    server->act_lock = vfj_act_lock_take(server->paths->act_lock, server->daemon);
    reply.status = server->act_lock < 0 ? errno : 0;
    reply_with(server, &reply, -1);
}

bool vfj_server_has_act_lock(const struct vfj_server *server)
{
    return server->act_lock >= 0;
}

void vfj_server_serve(struct vfj_server *server, const struct vfj_request *request)
{
    switch ((enum vfj_request_kind)request->kind) {
    case VFJ_REQUEST_COMMAND:
    case VFJ_REQUEST_RC:
    case VFJ_REQUEST_RC_ORIGIN:
    case VFJ_REQUEST_BOOT_ID:
    case VFJ_REQUEST_BOOT_TIME:
        run_program(server, request);
        break;
    case VFJ_REQUEST_RC_STAMP:
        stamp_rc(server, request);
        break;
    case VFJ_REQUEST_READ:
        read_guest(server, request);
        break;
    case VFJ_REQUEST_FILES:
        read_files(server, request);
        break;
    case VFJ_REQUEST_DEVD:
        connect_to_devd(server, request);
        break;
    case VFJ_REQUEST_ACT_LOCK:
        take_act_lock(server, request);
        break;
    case VFJ_REQUEST_END: /* the monitor handles END itself, without the server */
    case VFJ_REQUEST_COUNT:
        VFJ_CHECK(false);
    }
}

struct vfj_server *vfj_server_open(struct event_base *base, const struct vfj_paths *paths,
                                   pid_t daemon, vfj_reply_fn *replied, void *context)
{
    struct vfj_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    server->paths = paths;
    server->daemon = daemon;
    server->act_lock = -1;
    server->replied = replied;
    server->context = context;
    server->programs = vfj_programs_open(base);
    if (server->programs == NULL) {
        free(server);
        return NULL;
    }
    return server;
}

void vfj_server_close(struct vfj_server *server)
{
    if (server == NULL)
        return;
    vfj_programs_close(server->programs);
    vfj_act_lock_drop(server->act_lock);
    free(server);
}
