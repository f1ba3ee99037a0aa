/* The statuses of operations: one list of codes and texts for the whole program. */
#ifndef VFJ_CORE_STATUS_H
#define VFJ_CORE_STATUS_H

#define VFJ_STATUSES(X)                                           \
    X(OK, "ok")                                                   \
    X(END, "no more")                                             \
    X(BAD_NAME, "not an interface name that can reach a command") \
    X(BAD_SYNTAX, "not key=value text")                           \
    X(BAD_BODY, "a record body that does not decode")             \
    X(TOO_LONG, "longer than the limit")                          \
    X(TOO_MANY, "more than the limit")                            \
    X(SYSTEM, "the system refused")                               \
    X(JOURNAL_ABSENT, "no such journal")                          \
    X(JOURNAL_NOT_OURS, "not a vfjournal journal")                \
    X(JOURNAL_NEWER, "written by a newer vfjournal")              \
    X(JOURNAL_DAMAGED, "damaged")                                 \
    X(JOURNAL_BUSY, "in use by another process")                  \
    X(JOURNAL_ACCESS, "can't be opened or made")                  \
    X(JOURNAL_IO, "can't be read or written")                     \
    X(JOURNAL_FULL, "no space left for it")                       \
    X(DIVERGED, "differs from what the journal holds")

enum vfj_status {
#define X(name, text) VFJ_##name,
    VFJ_STATUSES(X)
#undef X
};

/* Returns the text of a status, for people. */
const char *vfj_status_text(enum vfj_status status);

#endif
