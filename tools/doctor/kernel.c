/* The checks of `vfjournal doctor` about the kernel. */
#include <string.h>
#include <unistd.h>

#include "tools/doctor/doctor.h"

static bool read_sysctl(struct vfj_doctor *doctor, const char *name, char value[VFJ_VALUE_SIZE])
{
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_SYSCTL};
    static struct vfj_observation answer;
    vfj_span_copy(command.text, sizeof command.text, vfj_span_of(name));
    vfj_query_probe(doctor->ask, &command, &answer);
    vfj_span_copy(value, VFJ_VALUE_SIZE, vfj_span_of(answer.ok ? answer.as.value : ""));
    return answer.ok;
}

static void check_hypervisor(struct vfj_doctor *doctor)
{
    char value[VFJ_VALUE_SIZE];
    if (read_sysctl(doctor, "kern.vm_guest", value) && strcmp(value, "hv") == 0)
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, "guest", "of Hyper-V (kern.vm_guest=hv)", "");
    else
        vfj_doctor_find2(doctor, VFJ_LEVEL_WARN, "guest",
                         "is none of Hyper-V's: kern.vm_guest=", value,
                         "vfjournal is of no use here but to read journals and traces");
}

static void check_transparency(struct vfj_doctor *doctor)
{
    const struct vfj_map *map = &doctor->map;
    if (!doctor->map_read)
        vfj_doctor_find(doctor, VFJ_LEVEL_FAIL, "hn mode", "sysctl(8) does not tell",
                        "see that sysctl runs: sysctl hw.hn");
    else if (map->transparent > 0 && doctor->acts)
        vfj_doctor_find(
            doctor, VFJ_LEVEL_WARN, "hn mode",
            "transparent: hn(4) itself moves the data path, and the daemon, in act mode, "
            "has nothing to act upon",
            "set vfjournal_mode=observe in rc.conf: it records the same");
    else if (map->transparent > 0)
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, "hn mode",
                        "transparent: hn(4) itself moves the data path, and vfjournal records it",
                        "");
    else if (map->transparent == VFJ_TRANSPARENT_ABSENT && !map->has_list)
        vfj_doctor_find(
            doctor, VFJ_LEVEL_FAIL, "hn mode",
            "the kernel knows neither hw.hn.vf_transparent nor hw.hn.vflist",
            "hn(4) is not there, or too old for VFs: FreeBSD 10.4 is the first that can");
    else
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, "hn mode",
                        "not transparent: VF events reach the guest", "");
}

static void check_queue(struct vfj_doctor *doctor)
{
    char value[VFJ_VALUE_SIZE];
    if (!read_sysctl(doctor, "hw.bus.devctl_queue", value))
        return;
    if (strcmp(value, "0") == 0)
        vfj_doctor_find(doctor, VFJ_LEVEL_FAIL, "devctl",
                        "the kernel sends no events (hw.bus.devctl_queue=0)",
                        "devd_enable=\"YES\" in /etc/rc.conf, and service devd start");
    else
        vfj_doctor_find2(doctor, VFJ_LEVEL_OK, "devctl", "the kernel queues events, at most ",
                         value, "");
}

static bool is_loaded(struct vfj_doctor *doctor, const char *module)
{
    char path[VFJ_PATHNAME_SIZE], output[256];
    const char *const argv[] = {"kldstat", "-q", "-m", module, NULL};
    struct vfj_program_end end;
    if (!vfj_paths_of_file(&doctor->paths, "/sbin/kldstat", path) || access(path, X_OK) != 0)
        return false;
    vfj_query_program(doctor->ask, path, argv, output, sizeof output, &end);
    return end.kind == VFJ_OUTCOME_EXITED && end.status == 0;
}

/* Checks if_lagg. Skips the check in transparent mode, in which nobody makes a lagg of hn and
 * VF. */
static void check_lagg(struct vfj_doctor *doctor)
{
    if (doctor->map_read && doctor->map.transparent > 0)
        return;
    char path[VFJ_PATHNAME_SIZE];
    bool available = vfj_paths_of_file(&doctor->paths, "/boot/kernel/if_lagg.ko", path)
        && access(path, R_OK) == 0;
    if (doctor->any_lagg || is_loaded(doctor, "if_lagg"))
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, "if_lagg", "is loaded", "");
    else if (available)
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, "if_lagg", "is loaded when the first lagg is made",
                        "");
    else
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "if_lagg",
                        "is not loaded, and its module is not there",
                        "kldload if_lagg, and if_lagg_load=\"YES\" in /boot/loader.conf");
}

/* Warns when ng_ether(4) is loaded, because netgraph nodes may be connected to an hn. The doctor
 * can read their hooks only with ng_socket(4), which it does not load. */
static void check_netgraph(struct vfj_doctor *doctor)
{
    bool may_join = doctor->map_read && doctor->map.transparent <= 0;
    if (may_join && doctor->hns.count > 0 && is_loaded(doctor, "ng_ether"))
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "netgraph",
                        "ng_ether(4) is loaded: nodes that are connected to an hn get no packets "
                        "once it is joined",
                        "ngctl show hnN: shows the hooks; connect those nodes to laggN instead");
}

static void find_laggs(struct vfj_doctor *doctor)
{
    static char output[64 * 1024];
    const char *const argv[] = {"ifconfig", "-l", NULL};
    struct vfj_program_end end;
    struct vfj_name name;
    struct vfj_span word;
    vfj_query_program(doctor->ask, doctor->paths.ifconfig, argv, output, sizeof output, &end);
    if (end.kind != VFJ_OUTCOME_EXITED || end.status != 0) {
        vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, "ifconfig", doctor->paths.ifconfig,
                         ": does not answer", "");
        return;
    }
    for (struct vfj_span rest = vfj_span_of(output); vfj_span_word(&rest, &word);)
        doctor->any_lagg |= vfj_name_parse(word, &name) && vfj_name_has_driver(name, "lagg");
}

void vfj_doctor_read_guest(struct vfj_doctor *doctor)
{
    doctor->rc_read
        = vfj_query_rc(doctor->ask, &doctor->rc, doctor->rc_complaint, sizeof doctor->rc_complaint);
    doctor->map_read = vfj_guest_observe_map(doctor->ask, &doctor->map);
    vfj_guest_hns(doctor->ask, &doctor->paths, &doctor->map, &doctor->rc, &doctor->hns);
}

bool vfj_doctor_is_elsewhere(struct vfj_doctor *doctor)
{
    char value[VFJ_VALUE_SIZE], what[VFJ_VALUE_SIZE + 128];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    const struct vfj_map *map = &doctor->map;
    bool has_hn = !doctor->map_read || map->transparent != VFJ_TRANSPARENT_ABSENT || map->has_list
        || doctor->hns.count > 0;
    if (has_hn || !read_sysctl(doctor, "kern.vm_guest", value) || strcmp(value, "hv") == 0)
        return false;
    vfj_text_format(&text,
                    "is none of Hyper-V or Azure (kern.vm_guest=%s) and has no hn(4): no VF comes "
                    "or goes here",
                    value);
    vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "guest", what,
                    "disable the daemon; vfjournal reads journals and traces on any machine");
    return true;
}

void vfj_doctor_check_kernel(struct vfj_doctor *doctor)
{
    check_hypervisor(doctor);
    check_transparency(doctor);
    check_queue(doctor);
    find_laggs(doctor);
    check_lagg(doctor);
    check_netgraph(doctor);
}
