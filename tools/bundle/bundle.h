/* The parts of `vfjournal bundle`. */
#ifndef VFJ_TOOLS_BUNDLE_BUNDLE_H
#define VFJ_TOOLS_BUNDLE_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "store/identity.h"
#include "store/publish.h"
#include "tools/bundle/capture.h"
#include "tools/export/cloudevent.h"
#include "tools/input.h"
#include "tools/redact.h"

enum {
    VFJ_BUNDLE_IDS_MAX = 16,
    VFJ_BUNDLE_LINE_ROOM = 4 * VFJ_EVENT_LINE_MAX,
};

struct vfj_bundle_options {
    const char *path, *to, *key, *root;
    bool all, redacts, no_guest;
    unsigned id_count;
    const char *ids[VFJ_BUNDLE_IDS_MAX];
};

/* The verbs whose output about the guest is in the bundle. They run after root's rights were given
 * up. */
enum vfj_bundle_said {
    VFJ_BUNDLE_STATUS,
    VFJ_BUNDLE_DOCTOR,
    VFJ_BUNDLE_CONFIG,
    VFJ_BUNDLE_SAID_COUNT
};

/* A bundle while it is made. */
struct vfj_bundle {
    const struct vfj_bundle_options *options;
    struct vfj_input input;
    struct vfj_captured said[VFJ_BUNDLE_SAID_COUNT];
    struct vfj_identity identity;
    struct vfj_redactor *redactor; /* NULL: nothing is redacted */
    uint64_t first, last;          /* the first and the last record of the bundle */
    unsigned id_count;
    /* ids of the migrations in the bundle; if there are none, the bundle has all records */
    uint64_t ids[VFJ_BUNDLE_IDS_MAX];
    /* a temporary journal that is made from the exported lines of the bundle's records */
    struct vfj_publish scratch;
    bool has_journal;
    int64_t now;
    FILE *out;
    int exit_status; /* exit status of the export: 5 or 6 when some records are missing */
    char text[VFJ_BUNDLE_LINE_ROOM];
    char notes[2048]; /* text for README.txt: what is missing in the bundle, and why */
    struct vfj_text notes_text;
};

/* Runs a verb as vfj_capture() does. `words` ends with NULL. */
void vfj_bundle_capture(struct vfj_captured *captured, bool messages, const char *const *words);

/* Finds the migrations and the records that the bundle will contain. Returns VFJ_EXIT_OK, or the
 * exit status after a message. */
int vfj_bundle_find_records(struct vfj_bundle *bundle);

/* Writes the archive to bundle->out. Returns false and sets errno when that fails. */
bool vfj_bundle_write(struct vfj_bundle *bundle);

#endif
