/* The sysctls hw.hn, dev.hn and hw.hnvf. */
#include "hnvf.h"

static struct sysctl_ctx_list sysctls;
static struct sysctl_oid *dev_hn;

static int unit_vf_sysctl(SYSCTL_HANDLER_ARGS)
{
    char name[IFNAMSIZ] = "";

    sx_slock(&hnvf_lock);
    const void *id = arg1 != NULL ? hnvf_state.units[arg2].active : hnvf_state.units[arg2].vf;
    if (id != NULL)
        strlcpy(name, if_name((struct ifnet *)__DECONST(void *, id)), sizeof name);
    sx_sunlock(&hnvf_lock);
    return sysctl_handle_string(oidp, name, sizeof name, req);
}

static int unit_enabled_sysctl(SYSCTL_HANDLER_ARGS)
{
    int enabled = hnvf_state.units[arg2].is_enabled;
    return sysctl_handle_int(oidp, &enabled, 0, req);
}

/* Adds dev.hn.N. */
void hnvf_add_unit_sysctls(unsigned number)
{
    struct unit *unit = &hnvf_units[number];
    char name[4];

    if (unit->has_sysctls || dev_hn == NULL)
        return;
    snprintf(name, sizeof name, "%u", number);
    sysctl_ctx_init(&unit->ctx);
    unit->has_sysctls = true;
    struct sysctl_oid_list *parent
        = SYSCTL_CHILDREN(SYSCTL_ADD_NODE(&unit->ctx, SYSCTL_CHILDREN(dev_hn), OID_AUTO, name,
                                          CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, ""));
    SYSCTL_ADD_PROC(&unit->ctx, parent, OID_AUTO, "vf",
                    CTLTYPE_STRING | CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, number, unit_vf_sysctl, "A",
                    "Virtual Function's name");
    if (hnvf_state.is_transparent) {
        SYSCTL_ADD_PROC(&unit->ctx, parent, OID_AUTO, "vf_xpnt_enabled",
                        CTLTYPE_INT | CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, number,
                        unit_enabled_sysctl, "I", "Transparent VF enabled");
        SYSCTL_ADD_INT(&unit->ctx, parent, OID_AUTO, "vf_xpnt_accbpf", CTLFLAG_RW,
                       &hnvf_knobs.accbpf, 0, "Accurate BPF for transparent VF");
    } else {
        SYSCTL_ADD_PROC(&unit->ctx, parent, OID_AUTO, "rxvf",
                        CTLTYPE_STRING | CTLFLAG_RD | CTLFLAG_MPSAFE, unit, number, unit_vf_sysctl,
                        "A", "activated Virtual Function's name");
    }
    static const char *const directions[DIRECTIONS] = {[RX] = "rx", [TX] = "tx"};
    for (unsigned i = 0; i < DIRECTIONS; i++) {
        struct sysctl_oid *node = SYSCTL_ADD_NODE(&unit->ctx, parent, OID_AUTO, directions[i],
                                                  CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
        node = SYSCTL_ADD_NODE(&unit->ctx, SYSCTL_CHILDREN(node), OID_AUTO, "0",
                               CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
        SYSCTL_ADD_COUNTER_U64(&unit->ctx, SYSCTL_CHILDREN(node), OID_AUTO, "packets", CTLFLAG_RD,
                               &unit->packets[i], "packets of the synthetic path");
    }
}

/* Handles reading hw.hn.vflist (arg2 is 0) and hw.hn.vfmap (arg2 is 1). The VFs are in the order of
 * their interface indexes. */
static int map_sysctl(SYSCTL_HANDLER_ARGS)
{
    int error = sysctl_wire_old_buffer(req, 0);
    if (error != 0)
        return error;
    struct sbuf *text = sbuf_new_for_sysctl(NULL, NULL, 128, req);
    if (text == NULL)
        return ENOMEM;
    sx_slock(&hnvf_lock);
    const char *separator = "";
    for (int last = -1;;) {
        const struct hnvf_unit *next = NULL;
        int next_index = 0;
        for (unsigned i = 0; i < HNVF_UNITS_MAX; i++) {
            const struct ifnet *vf = hnvf_state.units[i].vf;
            if (vf == NULL || (int)vf->if_index <= last
                || (next != NULL && (int)vf->if_index >= next_index))
                continue;
            next = &hnvf_state.units[i];
            next_index = vf->if_index;
        }
        if (next == NULL)
            break;
        last = next_index;
        sbuf_printf(text, "%s%s", separator, ((const struct ifnet *)next->vf)->if_xname);
        if (arg2)
            sbuf_printf(text, ":%s", ((const struct ifnet *)next->hn)->if_xname);
        separator = " ";
    }
    sx_sunlock(&hnvf_lock);
    error = sbuf_finish(text);
    sbuf_delete(text);
    return error;
}

static int rescan_sysctl(SYSCTL_HANDLER_ARGS)
{
    int value = 0;
    int error = sysctl_handle_int(oidp, &value, 0, req);
    if (error == 0 && req->newptr != NULL && value != 0)
        hnvf_rescan();
    return error;
}

/* Handles reading and setting an integer sysctl. Its values are 0 to arg2. */
static int knob_sysctl(SYSCTL_HANDLER_ARGS)
{
    int value = *(int *)arg1;
    int error = sysctl_handle_int(oidp, &value, 0, req);
    if (error != 0 || req->newptr == NULL)
        return error;
    if (value < 0 || value > (int)arg2)
        return EINVAL;
    sx_xlock(&hnvf_lock);
    *(int *)arg1 = value;
    hnvf_publish();
    sx_xunlock(&hnvf_lock);
    return 0;
}

/* Handles writing hw.hnvf.inject: sends a devctl line made from "SYSTEM SUBSYSTEM TYPE [DATA]". */
static int inject_sysctl(SYSCTL_HANDLER_ARGS)
{
    char line[900] = "", *rest = line, *word[3];
    int error = sysctl_handle_string(oidp, line, sizeof line, req);
    if (error != 0 || req->newptr == NULL)
        return error;
    for (unsigned i = 0; i < nitems(word); i++)
        if ((word[i] = strsep(&rest, " ")) == NULL || *word[i] == '\0')
            return EINVAL;
    devctl_notify(word[0], word[1], word[2], rest);
    return 0;
}

/* One sysctl below hw.hn. The kernel GENERIC contains hn(4), whose sysctls exist even without a
 * device. hnvf replaces their handlers while it is loaded. */
struct leaf {
    const char *name;
    int kind;
    int (*handler)(SYSCTL_HANDLER_ARGS);
    void *arg1;
    intmax_t arg2;
    const char *format;
    struct sysctl_oid *taken;
    int (*old_handler)(SYSCTL_HANDLER_ARGS);
    void *old_arg1;
    intmax_t old_arg2;
};

static struct leaf leaves[] = {
    {"vflist", CTLTYPE_STRING | CTLFLAG_RD, map_sysctl, NULL, 0, "A"},
    {"vfmap", CTLTYPE_STRING | CTLFLAG_RD, map_sysctl, NULL, 1, "A"},
    {"vf_transparent", CTLTYPE_INT | CTLFLAG_RD, sysctl_handle_int, &hnvf_knobs.transparent, 0,
     "I"},
    {"vf_xpnt_accbpf", CTLTYPE_INT | CTLFLAG_RD, sysctl_handle_int, &hnvf_knobs.accbpf, 0, "I"},
    {"vf_xpnt_attwait", CTLTYPE_INT | CTLFLAG_RW, sysctl_handle_int, &hnvf_knobs.attwait_s, 0, "I"},
};

static struct sysctl_oid *find_oid(const char *path)
{
    int find[2] = {CTL_SYSCTL, 3 /* name to oid */}, mib[CTL_MAXNAME], index;
    size_t size = sizeof mib, used = 0;
    struct sysctl_oid *oid = NULL;

    if (kernel_sysctl(curthread, find, 2, mib, &size, __DECONST(char *, path), strlen(path), &used,
                      0)
        != 0)
        return NULL;
    sysctl_wlock();
    if (sysctl_find_oid(mib, used / sizeof(int), &oid, &index, NULL) != 0)
        oid = NULL;
    sysctl_wunlock();
    return oid;
}

/* Returns the node hw.hn and creates it if it does not exist. A node that belongs to the kernel
 * itself stays as it is, because sysctl_ctx_free() of this module could not remove it. */
static struct sysctl_oid *find_or_add_hw_hn(void)
{
    struct sysctl_oid *oid = find_oid("hw.hn");
    if (oid != NULL && (oid->oid_kind & CTLFLAG_DYN) == 0)
        return oid;
    return SYSCTL_ADD_NODE(&sysctls, SYSCTL_STATIC_CHILDREN(_hw), OID_AUTO, "hn",
                           CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "Hyper-V network interface");
}

static void add_leaf(struct sysctl_oid *hw_hn, struct leaf *leaf)
{
    char path[64];
    snprintf(path, sizeof path, "hw.hn.%s", leaf->name);
    struct sysctl_oid *oid = find_oid(path);
    if (oid == NULL) {
        sysctl_add_oid(&sysctls, SYSCTL_CHILDREN(hw_hn), OID_AUTO, leaf->name,
                       leaf->kind | CTLFLAG_MPSAFE, leaf->arg1, leaf->arg2, leaf->handler,
                       leaf->format, "", NULL);
        return;
    }
    sysctl_wlock();
    leaf->taken = oid;
    leaf->old_handler = oid->oid_handler;
    leaf->old_arg1 = oid->oid_arg1;
    leaf->old_arg2 = oid->oid_arg2;
    oid->oid_handler = leaf->handler;
    oid->oid_arg1 = leaf->arg1;
    oid->oid_arg2 = leaf->arg2;
    sysctl_wunlock();
}

static void return_leaves(void)
{
    bool has_waited = true;
    sysctl_wlock();
    for (unsigned i = 0; i < nitems(leaves); i++) {
        struct sysctl_oid *oid = leaves[i].taken;
        if (oid == NULL)
            continue;
        oid->oid_handler = leaves[i].old_handler;
        oid->oid_arg1 = leaves[i].old_arg1;
        oid->oid_arg2 = leaves[i].old_arg2;
        leaves[i].taken = NULL;
        has_waited = false;
    }
    sysctl_wunlock();
    if (!has_waited)
        /* the kernel does not count the threads that read a static sysctl: wait for them */
        pause("hnvfoid", hz);
}

static void add_knob(struct sysctl_oid *node, const char *name, int *value, int max,
                     const char *text)
{
    SYSCTL_ADD_PROC(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, name,
                    CTLTYPE_INT | CTLFLAG_RW | CTLFLAG_MPSAFE, value, max, knob_sysctl, "I", text);
}

void hnvf_add_sysctls(void)
{
    sysctl_ctx_init(&sysctls);
    struct sysctl_oid *hw_hn = find_or_add_hw_hn();
    for (unsigned i = 0; i < nitems(leaves); i++)
        add_leaf(hw_hn, &leaves[i]);
    dev_hn = SYSCTL_ADD_NODE(&sysctls, SYSCTL_STATIC_CHILDREN(_dev), OID_AUTO, "hn",
                             CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
    struct sysctl_oid *node
        = SYSCTL_ADD_NODE(&sysctls, SYSCTL_STATIC_CHILDREN(_hw), OID_AUTO, "hnvf",
                          CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "emulation of hn(4) and its VFs");
    add_knob(node, "datapath", &hnvf_knobs.datapath, HNVF_PATH_HANG,
             "the host: 0 switches the data path, 1 stays on hn, 2 hangs");
    add_knob(node, "mana", &hnvf_knobs.mana, 1, "VFs behave like mana(4)");
    add_knob(node, "down_ms", &hnvf_knobs.down_ms, 60000, "how long a VF takes to go down");
    SYSCTL_ADD_PROC(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "rescan",
                    CTLTYPE_INT | CTLFLAG_RW | CTLFLAG_MPSAFE, NULL, 0, rescan_sysctl, "I",
                    "1: look at all interfaces again");
    SYSCTL_ADD_PROC(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "inject",
                    CTLTYPE_STRING | CTLFLAG_RW | CTLFLAG_MPSAFE, NULL, 0, inject_sysctl, "A",
                    "system subsystem type [data]: send a devctl line");
    SYSCTL_ADD_COUNTER_U64(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "dropped", CTLFLAG_RD,
                           &hnvf_dropped, "packets of the path that the host does not use");
    SYSCTL_ADD_COUNTER_U64(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "relabelled", CTLFLAG_RD,
                           &hnvf_relabelled, "packets handed to the other interface of a pair");
}

void hnvf_remove_sysctls(void)
{
    return_leaves();
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        if (hnvf_units[unit].has_sysctls)
            sysctl_ctx_free(&hnvf_units[unit].ctx);
    sysctl_ctx_free(&sysctls);
}
