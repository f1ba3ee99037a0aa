/* hn(4) and its VF: which VF belongs to which hn, which of both has the data path, and hn's link,
 * which is down while the VF has the data path.
 *
 * Follows sys/dev/hyperv/netvsc/if_hn.c. hn_rxvf_change() finds the hn by the MAC and acts only
 * when hn's own flag changes, so a second VF with the same MAC switches the data path too. Only the
 * attachment and the departure of a VF change the mapping. */
#include "tests/guest/net.h"

#include "tests/guest/text.h"

#include <string.h>

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
