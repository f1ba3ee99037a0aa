/* hn(4) and its VF: which VF belongs to which hn, which of both has the data path, and hn's link,
 * which is down while the VF has the data path.
 *
 * Follows sys/dev/hyperv/netvsc/if_hn.c. hn_rxvf_change() finds the hn by the MAC and acts only
 * when hn's own flag changes, so a second VF with the same MAC switches the data path too. Only the
 * attachment and the departure of a VF change the mapping. */
#include "tests/guest/net.h"

#include "tests/guest/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

bool guest_hn_transparent(struct guest_state *state)
{
    const struct guest_setting *setting
        = guest_setting_find(&state->sysctls, "hw.hn.vf_transparent");

    return setting != NULL && !setting->absent && strcmp(setting->value, "0") != 0;
}

void guest_hn_map(struct guest_state *state, struct guest_if *vf, const char *hn)
{
    struct guest_if *owner = guest_if_find(state, hn);

    guest_copy(vf->hn, sizeof vf->hn, hn);
    if (owner != NULL && owner->vf[0] == '\0') {
        guest_copy(owner->vf, sizeof owner->vf, vf->name);
    }
}

void guest_hn_unmap(struct guest_state *state, const char *vf)
{
    for (size_t i = 0; i < state->if_count; i++) {
        if (strcmp(state->ifs[i].vf, vf) == 0) {
            state->ifs[i].vf[0] = '\0';
        }
    }
}

bool guest_hn_is_switched(struct guest_state *state, const struct guest_if *hn)
{
    const struct guest_if *vf = hn->vf[0] == '\0' ? NULL : guest_if_find(state, hn->vf);

    return vf != NULL && vf->up;
}

/* Takes the VF up, unless it has left or the guest is no longer in transparent mode. Also does
 * nothing when a later call of guest_hn_switch_later() for this VF has replaced `time`, the value
 * of the setting `tune`. */
static void switch_now(const char *vf, const char *tune, const char *time)
{
    struct guest_state *state = guest_state_open();
    struct guest_if *ifp = guest_if_find(state, vf);
    const struct guest_setting *last = guest_setting_find(&state->tunes, tune);

    if (ifp == NULL || !guest_hn_transparent(state) || strcmp(last->value, time) != 0) {
        guest_state_close(state);
        return;
    }
    guest_if_set_up(state, ifp, true);
    guest_state_commit(state);
}

void guest_hn_switch_later(const char *vf)
{
    char tune[32], time[32];
    struct guest_state *state = guest_state_open();
    const struct guest_setting *wait = guest_setting_find(&state->sysctls, "hw.hn.vf_xpnt_attwait");
    const double seconds = wait != NULL ? strtod(wait->value, NULL) : 2;

    if (!guest_hn_transparent(state)) {
        guest_state_close(state);
        return;
    }
    guest_print(tune, sizeof tune, "attached_%s", vf);
    guest_print(time, sizeof time, "%.6f", guest_now());
    guest_setting_set(&state->tunes, tune, time);
    guest_state_commit(state);
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        guest_die("fork: %s", strerror(errno));
    }
    if (pid > 0) {
        return;
    }
    int null = open("/dev/null", O_RDWR);
    if (setsid() < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) {
        _exit(1);
    }
    guest_sleep(seconds);
    switch_now(vf, tune, time);
    _exit(0);
}

void guest_hn_link(struct guest_state *state, struct guest_if *hn)
{
    bool up = hn->carrier && hn->rxvf[0] == '\0';

    guest_if_set_link(state, hn, up ? GUEST_LINK_UP : GUEST_LINK_DOWN);
}

void guest_hn_vf_changed(struct guest_state *state, struct guest_if *vf, bool up)
{
    struct guest_if *hn = vf->hn[0] == '\0' ? NULL : guest_if_find(state, vf->hn);

    if (hn == NULL || guest_hn_transparent(state) || up == (hn->rxvf[0] != '\0')) {
        return;
    }
    guest_copy(hn->rxvf, sizeof hn->rxvf, up ? vf->name : "");
    guest_event(state, "!system=HYPERV_NIC_VF subsystem=%s type=%s", hn->name,
                up ? "VF_UP" : "VF_DOWN");
    guest_hn_link(state, hn);
}
