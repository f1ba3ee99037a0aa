/* Determines the user as whom root works on the files of a path. */
#include "adapters/freebsd/privsep/owner.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/acl.h"
#include "adapters/freebsd/privsep/passwd.h"
#include "adapters/freebsd/privsep/path_walk.h"

enum { ID_OF_NOBODY = 65534 }; /* the user id of nobody on FreeBSD and Debian */

struct search {
    struct vfj_path_walk walk;
    struct vfj_user *user;
    enum vfj_owner_use use;
    /* the result is a user without rights: several users own components of the path, or others
     * can write to a directory of root's */
    bool no_rights;
    struct vfj_text *why;
};

static void add_why_of(struct search *search, const char *path, const char *why)
{
    *search->why = vfj_text_begin(search->why->bytes, search->why->size);
    vfj_text_format(search->why, "%s: %s", path, why);
}

static void add_why(struct search *search, const char *why)
{
    add_why_of(search, vfj_path_walk_name(&search->walk), why);
}

static gid_t group_of(uid_t uid)
{
    struct vfj_passwd entry;
    return vfj_passwd_by_uid(uid, &entry) && entry.gid != 0 ? entry.gid : ID_OF_NOBODY;
}

static void blame_owner_of(struct search *search, const char *path, uid_t uid)
{
    if (uid == 0 || uid == search->user->uid)
        return;
    add_why_of(search, path, "belongs to user ");
    vfj_text_add_u64(search->why, uid);
    search->no_rights = search->no_rights || search->user->uid != 0;
    search->user->uid = uid;
}

static void blame_owner(struct search *search)
{
    blame_owner_of(search, vfj_path_walk_name(&search->walk), search->walk.status.st_uid);
}

/* Records a directory of root's that others can write to. With `sticky_protects`, write rights by
 * the mode do not count in a directory that has the sticky bit. Ignores directories of other users,
 * who bear the risk themselves. */
static void note_writable(struct search *search, bool sticky_protects)
{
    mode_t mode = search->walk.status.st_mode;
    bool is_open = (mode & (S_IWGRP | S_IWOTH)) != 0 && !(sticky_protects && (mode & S_ISVTX) != 0);
    if (!S_ISDIR(mode) || search->walk.status.st_uid != 0)
        return;
    if (is_open)
        add_why(search,
                (mode & S_IWOTH) != 0 ? "others can write to it" : "its group can write to it");
    else if (vfj_acl_lets_others_change(vfj_path_walk_name(&search->walk), mode))
        add_why(search, "its access control list lets others change it");
    else
        return;
    search->no_rights = true;
}

/* Records who else can change a file that will be opened: its owner, or, when it is root's,
 * everybody who may write to it. */
static void note_file(struct search *search, const char *path, const struct stat *status)
{
    mode_t mode = status->st_mode;
    if (S_ISDIR(mode) || S_ISLNK(mode))
        return;
    blame_owner_of(search, path, status->st_uid);
    if (status->st_uid != 0 || !S_ISREG(mode))
        return;
    if ((mode & (S_IWGRP | S_IWOTH)) != 0)
        add_why_of(search, path,
                   (mode & S_IWOTH) != 0 ? "others can write to it" : "its group can write to it");
    else if (vfj_acl_lets_others_change(path, mode))
        add_why_of(search, path, "its access control list lets others change it");
    else
        return;
    search->no_rights = true;
}

/* Calls note_file() for the journal and for each file beside it that SQLite or this program
 * uses. */
static void note_files(struct search *search)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", "-snapshot", ".lock"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char path[VFJ_PATHNAME_SIZE + 16];
        struct vfj_text text = vfj_text_begin(path, sizeof path);
        struct stat status;
        vfj_text_format(&text, "%s%s", vfj_path_walk_name(&search->walk), suffixes[i]);
        if (lstat(path, &status) == 0)
            note_file(search, path, &status);
    }
}

/* Walks along the path to the file. When a name does not exist, ends at the directory in which
 * it is missing. When the path ends with a dot, ends at the directory itself. */
static bool walk_path(struct search *search)
{
    struct vfj_path_walk *walk = &search->walk;
    enum vfj_path_step step;
    while ((step = vfj_path_walk_next(walk)) == VFJ_PATH_COMPONENT) {
        bool follows = walk->at_link && search->use != VFJ_OWNER_MAKES;
        if (!follows && vfj_path_walk_is_last(walk))
            break;
        blame_owner(search);
        note_writable(search, true);
    }
    if (step == VFJ_PATH_FAILED && walk->error != ENOENT)
        return false;
    if (step != VFJ_PATH_END && search->use == VFJ_OWNER_OPENS)
        note_files(search);
    char *slash = step != VFJ_PATH_END ? strrchr(walk->walked, '/') : NULL;
    if (slash != NULL)
        *slash = '\0';
    return true;
}

/* Checks the directory that walk_path() reached. The directory's sticky bit protects a new file,
 * but not a missing directory, which others could make first. */
static bool check_directory(struct search *search)
{
    struct vfj_path_walk *walk = &search->walk;
    bool makes_file = search->use == VFJ_OWNER_MAKES && vfj_path_walk_is_last(walk);
    walk->error = 0;
    if (lstat(vfj_path_walk_name(walk), &walk->status) != 0) {
        walk->error = errno;
        return false;
    }
    blame_owner(search);
    note_writable(search, makes_file);
    return true;
}

static void become_nobody(struct vfj_user *user)
{
    struct vfj_passwd entry;
    bool usable = vfj_passwd_by_name("nobody", &entry) && entry.uid != 0 && entry.gid != 0;
    vfj_span_copy(user->name, sizeof user->name, vfj_span_of("nobody"));
    user->uid = usable ? entry.uid : ID_OF_NOBODY;
    user->gid = usable ? entry.gid : ID_OF_NOBODY;
}

static bool make_absolute(char to[VFJ_PATHNAME_SIZE], const char *path)
{
    char here[VFJ_PATHNAME_SIZE];
    errno = ENAMETOOLONG;
    if (path[0] == '/')
        return vfj_span_copy(to, VFJ_PATHNAME_SIZE, vfj_span_of(path));
    return getcwd(here, sizeof here) != NULL && vfj_paths_join(to, here, path, "", "");
}

bool vfj_owner_find(const char *path, enum vfj_owner_use use, struct vfj_user *user,
                    struct vfj_text *why)
{
    struct search search = {.user = user, .use = use, .why = why};
    char absolute[VFJ_PATHNAME_SIZE];
    memset(user, 0, sizeof *user);
    if (!make_absolute(absolute, path) || !vfj_path_walk_begin(&search.walk, absolute)) {
        vfj_text_add(why, strerror(errno));
        return false;
    }
    if (!walk_path(&search) || !check_directory(&search)) {
        add_why(&search, strerror(search.walk.error));
        return false;
    }
    if (search.no_rights)
        become_nobody(user);
    else if (user->uid != 0)
        user->gid = group_of(user->uid);
    return true;
}
