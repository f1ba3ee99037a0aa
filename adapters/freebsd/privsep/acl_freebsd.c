/* Reads NFSv4 access control lists by FreeBSD's acl(3). ZFS has such lists. UFS has them when it
 * is mounted with that option. */
#include <sys/types.h>

#include <sys/acl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/acl.h"

static const acl_perm_t writes[] = {ACL_WRITE_DATA, ACL_APPEND_DATA};
static const acl_perm_t replaces[] = {ACL_DELETE_CHILD, ACL_DELETE, ACL_WRITE_ACL, ACL_WRITE_OWNER};

static bool has_any(acl_permset_t permissions, const acl_perm_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (acl_get_perm_np(permissions, list[i]) != 0)
            return true;
    }
    return false;
}

/* Returns true when the entry grants rights to this file. An entry that only new files inherit
 * grants none. An entry that denies rights grants none. An entry that cannot be read counts as
 * granting. */
static bool is_in_force(acl_entry_t entry)
{
    acl_entry_type_t type;
    acl_flagset_t flags;
    return acl_get_entry_type_np(entry, &type) != 0 || acl_get_flagset_np(entry, &flags) != 0
        || (type == ACL_ENTRY_TYPE_ALLOW && acl_get_flag_np(flags, ACL_ENTRY_INHERIT_ONLY) != 1);
}

static bool names_root(acl_entry_t entry)
{
    uid_t *uid = acl_get_qualifier(entry);
    bool is_root = uid != NULL && *uid == 0;
    (void)acl_free(uid);
    return is_root;
}

/* Returns true when the entry lets others change or replace the file. Write rights of the group
 * or of everybody do not count when the mode also has them: the caller checks the mode itself. */
static bool lets_others_change(acl_entry_t entry, mode_t mode)
{
    acl_tag_t tag;
    acl_permset_t permissions;
    if (!is_in_force(entry))
        return false;
    if (acl_get_tag_type(entry, &tag) != 0 || acl_get_permset(entry, &permissions) != 0)
        return true;
    if (tag == ACL_USER_OBJ || (tag == ACL_USER && names_root(entry)))
        return false;
    bool is_shown
        = (tag == ACL_GROUP_OBJ || tag == ACL_EVERYONE) && (mode & (S_IWGRP | S_IWOTH)) != 0;
    return has_any(permissions, replaces, sizeof replaces / sizeof replaces[0])
        || (!is_shown && has_any(permissions, writes, sizeof writes / sizeof writes[0]));
}

bool vfj_acl_lets_others_change(const char *path, mode_t mode)
{
    acl_entry_t entry;
    if (S_ISLNK(mode) || lpathconf(path, _PC_ACL_NFS4) <= 0)
        return false;
    acl_t acl = acl_get_link_np(path, ACL_TYPE_NFS4);
    if (acl == NULL)
        return true;
    bool lets = false;
    int more = acl_get_entry(acl, ACL_FIRST_ENTRY, &entry);
    for (; more == 1 && !lets; more = acl_get_entry(acl, ACL_NEXT_ENTRY, &entry))
        lets = lets_others_change(entry, mode);
    (void)acl_free(acl);
    return lets || more < 0;
}
