/* Snapshots: files that cache the machine's state. */
#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPENSSL_SUPPRESS_DEPRECATED /* store/chain.c explains why */
#include <openssl/sha.h>

#include "core/machine/step.h"
#include "store/state_checkpoint.h"

enum {
    HASH_SIZE = 32,
    UNSEEN_MAX = 4 * VFJ_STATE_CHECKPOINT_PARTS_MAX, /* unseen rows after one event */
};

/* The header of a snapshot file: the program that wrote it, and the sizes of the parts that
 * follow. The header has no padding, and its unused bytes are zero. */
struct header {
    char magic[8];
    char program[24];
    uint32_t rules;
    uint32_t sizes[5];
    uint64_t seq, event_seq, checkpoint_seq;
    int64_t checkpoint_wall_us;
    uint8_t before[VFJ_HEAD_SIZE];
    /* digests of these parts of the state; 0: the part was never written, and the file does not
     * have it */
    uint64_t rc_digest, scripts_digest;
    uint32_t slot_count, rc_length, pending_count, rules_changed;
};

_Static_assert(sizeof(struct header) == 8 + 24 + 24 + 32 + VFJ_HEAD_SIZE + 16 + 16,
               "padding in the header");

/* A snapshot file that is being read or written. The bytes of each part also go into the hash. */
struct stream {
    int fd;
    bool writes;
    SHA256_CTX hash;
};

static bool name_file(const char *path, const char *suffix, char name[PATH_MAX])
{
    struct vfj_text text = vfj_text_begin(name, PATH_MAX);
    vfj_text_format(&text, "%s%s", path, suffix);
    return !text.overflow;
}

static void set_identity(struct header *header)
{
    static const uint32_t sizes[5]
        = {sizeof(struct vfj_head), sizeof(struct vfj_slot), sizeof(struct vfj_scripts),
           sizeof(struct vfj_rc), sizeof(struct vfj_pending)};
    memset(header, 0, sizeof *header);
    memcpy(header->magic, "vfjsnap2", sizeof header->magic);
    vfj_span_copy(header->program, sizeof header->program, vfj_span_of(VFJ_VERSION));
    header->rules = VFJ_RULES;
    memcpy(header->sizes, sizes, sizeof sizes);
}

static bool transfer(struct stream *stream, void *bytes, size_t size)
{
    char *at = bytes;
    while (size > 0) {
        ssize_t done = stream->writes ? write(stream->fd, at, size) : read(stream->fd, at, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        size -= (size_t)done;
    }
    return true;
}

static bool transfer_hashed(struct stream *stream, void *bytes, size_t size)
{
    return size == 0
        || (transfer(stream, bytes, size) && SHA256_Update(&stream->hash, bytes, size) == 1);
}

/* Reads or writes all parts after the header. Reading and writing share this function, so that
 * the order is the same. */
static bool transfer_machine(struct stream *stream, const struct header *header,
                             struct vfj_machine *machine)
{
    struct vfj_state *state = &machine->state;
    return transfer_hashed(stream, &state->head, sizeof state->head)
        && transfer_hashed(stream, state->rc.text, header->rc_length)
        && (header->scripts_digest == 0
            || transfer_hashed(stream, &state->scripts, sizeof state->scripts))
        && transfer_hashed(stream, state->slots, header->slot_count * sizeof state->slots[0])
        && transfer_hashed(stream, machine->pending.open,
                           header->pending_count * sizeof machine->pending.open[0]);
}

static bool transfer_hash(struct stream *stream)
{
    unsigned char hash[HASH_SIZE], found[HASH_SIZE], more;
    if (SHA256_Final(hash, &stream->hash) != 1)
        return false;
    if (stream->writes)
        return transfer(stream, hash, sizeof hash);
    return transfer(stream, found, sizeof found) && memcmp(hash, found, sizeof hash) == 0
        && read(stream->fd, &more, 1) == 0;
}

static bool read_machine(struct stream *stream, struct header *header, struct vfj_machine *machine)
{
    struct header ours;
    set_identity(&ours);
    if (!transfer_hashed(stream, header, sizeof *header)
        || memcmp(header, &ours, offsetof(struct header, seq)) != 0
        || header->slot_count > VFJ_SLOTS_MAX || header->rc_length >= VFJ_RC_SIZE
        || header->pending_count > VFJ_PENDING_MAX)
        return false;
    vfj_machine_init(machine);
    if (!transfer_machine(stream, header, machine) || !transfer_hash(stream))
        return false;
    machine->pending.count = header->pending_count;
    machine->state.index.digests[VFJ_SLOTS_MAX] = header->rc_digest;
    machine->state.index.digests[VFJ_SLOTS_MAX + 1] = header->scripts_digest;
    return machine->state.head.slot_count == header->slot_count && vfj_state_index(&machine->state)
        && machine->state.index.digests[VFJ_SLOTS_MAX] == header->rc_digest
        && machine->state.index.digests[VFJ_SLOTS_MAX + 1] == header->scripts_digest;
}

/* Returns true when only this user can have written the file. */
static bool is_private(int fd)
{
    struct stat facts;
    return fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_uid == geteuid()
        && (facts.st_mode & 022) == 0;
}

static bool read_file(const char *path, struct header *header, struct vfj_machine *machine)
{
    char name[PATH_MAX];
    if (!name_file(path, "-snapshot", name))
        return false;
    struct stream stream = {.fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    bool right = stream.fd >= 0 && is_private(stream.fd) && SHA256_Init(&stream.hash) == 1
        && read_machine(&stream, header, machine);
    if (stream.fd >= 0)
        (void)close(stream.fd);
    return right;
}

/* Returns true when the newest event led to this state. Between that event and the snapshot's
 * record there may be only the event's decisions and rows that the machine does not read. */
static bool follows(struct vfj_journal *journal, const struct header *header,
                    const struct vfj_state *state)
{
    struct vfj_record record;
    bool right = header->event_seq <= header->seq
        && header->seq - header->event_seq <= VFJ_TRANSITIONS_MAX + VFJ_COMMANDS_MAX + UNSEEN_MAX
        && vfj_journal_get_raw(journal, header->event_seq, &record) == VFJ_OK
        && vfj_record_is_event(&record) && record.digest == vfj_state_digest(state);
    for (uint64_t seq = header->event_seq + 1; right && seq <= header->seq; seq++)
        right
            = vfj_journal_get_raw(journal, seq, &record) == VFJ_OK && !vfj_record_is_event(&record);
    return right;
}

static bool is_chained(struct vfj_journal *journal, struct vfj_chain *chain,
                       const struct header *header, struct vfj_head_hash *head)
{
    struct vfj_record record;
    if (vfj_journal_get_raw(journal, header->seq, &record) != VFJ_OK)
        return false;
    memcpy(head->bytes, header->before, sizeof head->bytes);
    vfj_chain_add(chain, &record, head);
    return memcmp(head->bytes, record.chain, sizeof record.chain) == 0;
}

bool vfj_snapshot_read(const char *path, struct vfj_journal *journal, struct vfj_chain *chain,
                       struct vfj_machine *machine, struct vfj_snapshot *snapshot,
                       struct vfj_replay_from *from)
{
    struct header header;
    if (!read_file(path, &header, machine) || !is_chained(journal, chain, &header, &from->head)
        || !follows(journal, &header, &machine->state))
        return false;
    from->seq = header.seq;
    *snapshot = (struct vfj_snapshot){
        .seq = header.seq,
        .event_seq = header.event_seq,
        .rules_changed = header.rules_changed != 0,
        .checkpoint_seq = header.checkpoint_seq,
        .checkpoint_wall_us = header.checkpoint_wall_us,
    };
    memcpy(snapshot->before.bytes, header.before, sizeof header.before);
    return true;
}

static void describe(struct header *header, const struct vfj_machine *machine,
                     const struct vfj_snapshot *snapshot)
{
    const struct vfj_state *state = &machine->state;
    set_identity(header);
    header->seq = snapshot->seq;
    header->event_seq = snapshot->event_seq;
    memcpy(header->before, snapshot->before.bytes, sizeof header->before);
    header->rc_digest = state->index.digests[VFJ_SLOTS_MAX];
    header->scripts_digest = state->index.digests[VFJ_SLOTS_MAX + 1];
    header->slot_count = state->head.slot_count;
    header->rc_length = (uint32_t)strlen(state->rc.text);
    header->pending_count = machine->pending.count;
    header->rules_changed = snapshot->rules_changed;
    header->checkpoint_seq = snapshot->checkpoint_seq;
    header->checkpoint_wall_us = snapshot->checkpoint_wall_us;
}

static bool write_file(int fd, const struct vfj_machine *machine,
                       const struct vfj_snapshot *snapshot)
{
    struct stream stream = {.fd = fd, .writes = true};
    struct header header;
    describe(&header, machine, snapshot);
    /* The cast is safe: a stream that writes does not change the machine. */
    bool right = SHA256_Init(&stream.hash) == 1 && transfer_hashed(&stream, &header, sizeof header)
        && transfer_machine(&stream, &header, (struct vfj_machine *)machine)
        && transfer_hash(&stream);
    return right;
}

bool vfj_snapshot_write(int directory, const char *path, const struct vfj_machine *machine,
                        const struct vfj_snapshot *snapshot)
{
    char name[PATH_MAX], made[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    if (!name_file(file, "-snapshot", name) || !name_file(file, "-snapshot.new", made))
        return false;
    (void)unlinkat(directory, made, 0);
    int fd = openat(directory, made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    bool right = write_file(fd, machine, snapshot);
    right = close(fd) == 0 && right && renameat(directory, made, directory, name) == 0;
    if (!right)
        (void)unlinkat(directory, made, 0);
    return right;
}
