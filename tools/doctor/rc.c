/* The checks of `vfjournal doctor` about rc.conf and the delay. */
#include <string.h>

#include "core/data/rc.h"
#include "tools/doctor/doctor.h"

static void check_delay(struct vfj_doctor *doctor)
{
    char value[VFJ_VALUE_SIZE], file[VFJ_VALUE_SIZE], what[2 * VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    int64_t delay_s = vfj_rc_delay_s(&doctor->rc);
    bool set = vfj_rc_get(&doctor->rc, "hyperv_vf_delay", value, sizeof value);
    vfj_text_add_i64(&text, delay_s);
    vfj_text_add(&text, " s");
    bool clamped = set && vfj_delay_is_clamped(value, delay_s);
    if (!set) {
        vfj_text_add(&text, ", the least: hyperv_vf_delay is not set");
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, "delay", what, "");
        return;
    }
    vfj_text_add(&text, ", hyperv_vf_delay=\"");
    vfj_text_add(&text, value);
    vfj_text_add(&text, "\"");
    if (vfj_rc_get(&doctor->origin, "hyperv_vf_delay", file, sizeof file)) {
        vfj_text_add(&text, " in ");
        vfj_text_add(&text, file);
    }
    vfj_doctor_find(doctor, clamped ? VFJ_LEVEL_WARN : VFJ_LEVEL_OK, "delay", what,
                    clamped ? "the value is not a number of seconds of at least 2: it counts as 2"
                            : "");
}

void vfj_doctor_check_rc(struct vfj_doctor *doctor)
{
    char complaint[256];
    if (!doctor->rc_read) {
        vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, "rc.conf", "can't be read: ", doctor->rc_complaint,
                         "mend it (sh -n says where it is wrong), or reinstall vfjournal's helper");
        return;
    }
    (void)vfj_query_rc_origin(doctor->ask, &doctor->origin, complaint, sizeof complaint);
    vfj_doctor_find2(doctor, VFJ_LEVEL_OK, "rc.conf", "is read: ", doctor->paths.rc_conf, "");
    check_delay(doctor);
}
