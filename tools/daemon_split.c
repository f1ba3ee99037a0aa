/* The daemon as two processes: a user without rights, who reads, decides and writes the journal, and root's warden. */
#include "tools/daemon_split.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/capability.h"
#include "adapters/freebsd/owner.h"
#include "adapters/freebsd/user.h"
#include "tools/daemon_log.h"

static char description[384];

static struct vfj_warden_settings settings_of(const struct vfj_daemon_options *options)
{
    struct vfj_warden_settings settings = {
        .paths = options->world.paths,
        .acts = options->mode == VFJ_MODE_ACT,
        .stream_only = options->world.stream_only,
        .detached = options->daemonise,
        .log = vfj_daemon_log_line,
    };
    memcpy(settings.pidfile, options->pidfile, sizeof settings.pidfile);
    return settings;
}

/* Why we stay one process; "" when we need not. */
static void judge(const struct vfj_daemon_options *options, struct vfj_user *user, struct vfj_text *why)
{
    const char *name = options->user != NULL ? options->user : VFJ_USER_DEFAULT;
    if (options->one_process) {
        vfj_text_add(why, "as told");
    } else if (geteuid() != 0) {
        vfj_text_add(why, "not root");
    } else if (!vfj_user_find(name, user)) {
        vfj_text_add(why, "no user ");
        vfj_text_add(why, name);
    } else if (user->uid == 0) {
        vfj_text_add(why, "root is the user");
    } else {
        (void)vfj_user_own_journal(user, options->journal, why);
    }
}

static bool split(struct vfj_daemon_options *options, const struct vfj_user *user)
{
    const struct vfj_warden_settings settings = settings_of(options);
    struct vfj_text text = vfj_text_begin(description, sizeof description);
    options->world.warden = vfj_warden_start(&settings);
    if (options->world.warden == NULL) {
        vfj_daemon_log("warden", "can't be started: ", strerror(errno));
        return false;
    }
    if (!vfj_user_become(user)) {
        vfj_daemon_log("daemon", "can't become user ", user->name);
        vfj_warden_end(options->world.warden);
        return false;
    }
    vfj_text_add(&text, ", user ");
    vfj_text_add(&text, user->name);
    vfj_text_add(&text, ", warden ");
    vfj_text_add_i64(&text, vfj_warden_pid(options->world.warden));
    return true;
}

/* A daemon that stays root opens no journal that others can replace. */
static bool is_roots(const struct vfj_daemon_options *options)
{
    char bytes[VFJ_PATHNAME_SIZE + 64];
    struct vfj_user owner;
    struct vfj_text why = vfj_text_begin(bytes, sizeof bytes);
    if (geteuid() != 0 || (vfj_owner_find(options->journal, VFJ_OWNER_OPENS, &owner, &why) && owner.uid == 0))
        return true;
    vfj_daemon_log("journal", "root as one process does not open it: ", bytes);
    return false;
}

bool vfj_daemon_split(struct vfj_daemon_options *options)
{
    char why[VFJ_PATHNAME_SIZE + 256];
    struct vfj_user user = {.uid = 0};
    struct vfj_text text = vfj_text_begin(why, sizeof why);
    judge(options, &user, &text);
    if (text.length == 0)
        return split(options, &user);
    if (options->user != NULL) {
        vfj_daemon_log("daemon", "can't run as another user: ", why);
        return false;
    }
    if (!is_roots(options))
        return false;
    text = vfj_text_begin(description, sizeof description);
    vfj_text_add(&text, ", one process: ");
    vfj_text_add(&text, why);
    return true;
}

void vfj_daemon_split_describe(struct vfj_text *text)
{
    vfj_text_add(text, description);
}

void vfj_daemon_enter_capability_mode(const struct vfj_daemon_options *options)
{
    if (!options->capsicum)
        return;
    if (options->world.warden == NULL) {
        vfj_daemon_log("capsicum", "not in capability mode: one process does it all", "");
        return;
    }
    vfj_daemon_log_connect();
    if (vfj_capability_enter())
        vfj_daemon_log("capsicum", "in capability mode", "");
    else
        vfj_daemon_log("capsicum", "not in capability mode: ", strerror(errno));
}
