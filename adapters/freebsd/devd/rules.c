/* The notify rules of devd(8), and devd's choice among them. */
#include "adapters/freebsd/devd/rules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/devd/conf.h"
#include "adapters/freebsd/paths.h"

enum { FILE_MAX = 1024 * 1024, DIRECTORIES_MAX = 16, SETS_MAX = 64, NAMES_MAX = 256 };

struct setting {
    char name[64];
    char value[2 * VFJ_RULE_VALUE_SIZE];
};

/* The state of one call of vfj_devd_rules_read(). */
struct reading {
    struct vfj_devd_rules *rules;
    const char *root;
    const char *file; /* path of the current file inside the guest, without `root` */
    unsigned directory_count, set_count;
    char directories[DIRECTORIES_MAX][VFJ_RULE_VALUE_SIZE];
    struct setting sets[SETS_MAX];
};

static void complain(struct reading *reading, const char *file, const char *what, unsigned line)
{
    struct vfj_text text
        = vfj_text_begin(reading->rules->complaint, sizeof reading->rules->complaint);
    vfj_text_add(&text, file);
    if (line != 0) {
        vfj_text_format(&text, ":%u", line);
    }
    vfj_text_format(&text, ": %s", what);
}

static void on_rule(void *context, const struct vfj_devd_rule *rule)
{
    struct reading *reading = context;
    struct vfj_devd_rules *rules = reading->rules;
    if (rules->count == VFJ_RULES_MAX)
        return;
    struct vfj_devd_rule *kept = &rules->rules[rules->count];
    *kept = *rule;
    kept->order = rules->count++;
    vfj_span_copy(kept->file, sizeof kept->file, vfj_span_of(reading->file));
}

static void on_directory(void *context, const char *path)
{
    struct reading *reading = context;
    if (reading->directory_count < DIRECTORIES_MAX)
        vfj_span_copy(reading->directories[reading->directory_count++], VFJ_RULE_VALUE_SIZE,
                      vfj_span_of(path));
}

static void on_set(void *context, const char *name, const char *value)
{
    struct reading *reading = context;
    if (reading->set_count == SETS_MAX)
        return;
    struct setting *setting = &reading->sets[reading->set_count++];
    vfj_span_copy(setting->name, sizeof setting->name, vfj_span_of(name));
    vfj_span_copy(setting->value, sizeof setting->value, vfj_span_of(value));
}

/* Reads a whole regular file into memory of malloc(3). Returns NULL, with errno, on failure. */
static char *slurp(const char *path, size_t *length)
{
    struct stat status;
    char *bytes = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *length = 0;
    if (fd < 0)
        return NULL;
    errno = EINVAL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < FILE_MAX
        && (bytes = malloc((size_t)status.st_size + 1)) != NULL) {
        ssize_t count = pread(fd, bytes, (size_t)status.st_size, 0);
        *length = count > 0 ? (size_t)count : 0;
    }
    close(fd);
    return bytes;
}

static bool read_file(struct reading *reading, const char *file)
{
    char path[VFJ_PATHNAME_SIZE];
    size_t length = 0;
    struct vfj_devd_conf_listener listener
        = {.rule = on_rule, .directory = on_directory, .set = on_set, .context = reading};
    struct vfj_text text = vfj_text_begin(path, sizeof path);
    vfj_text_format(&text, "%s%s", reading->root, file);
    char *bytes = text.overflow ? NULL : slurp(path, &length);
    if (bytes == NULL) {
        complain(reading, file, strerror(errno), 0);
        return false;
    }
    reading->file = file;
    reading->rules->file_count++;
    unsigned line = vfj_devd_conf_read((struct vfj_span){bytes, length}, &listener);
    if (line != 0)
        complain(reading, file, "not understood", line);
    free(bytes);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool is_conf(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && length < 128 && strcmp(name + length - 5, ".conf") == 0;
}

static void read_directory(struct reading *reading, const char *directory)
{
    static char names[NAMES_MAX][128];
    char path[VFJ_PATHNAME_SIZE];
    unsigned count = 0;
    struct dirent *entry;
    struct vfj_text text = vfj_text_begin(path, sizeof path);
    vfj_text_format(&text, "%s%s", reading->root, directory);
    DIR *opened = opendir(path);
    if (opened == NULL)
        /* a missing directory is no error, as in devd; /usr/local/etc/devd is often missing */
        return;
    while ((entry = readdir(opened)) != NULL && count < NAMES_MAX) {
        if (is_conf(entry->d_name))
            vfj_span_copy(names[count++], sizeof names[0], vfj_span_of(entry->d_name));
    }
    closedir(opened);
    qsort(names, count, sizeof names[0], by_name);
    for (unsigned i = 0; i < count; i++) {
        if (vfj_paths_join(path, directory, names[i], "", ""))
            (void)read_file(reading, path);
    }
}

static int by_priority(const void *a, const void *b)
{
    const struct vfj_devd_rule *left = a, *right = b;
    if (left->priority != right->priority)
        return left->priority > right->priority ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

/* Replaces the pattern "$name" by the value that the statement `set name` gave. */
static void expand(const struct reading *reading, char pattern[VFJ_RULE_VALUE_SIZE])
{
    bool inverted = pattern[0] == '!';
    if (pattern[inverted] != '$')
        return;
    for (unsigned i = 0; i < reading->set_count; i++) {
        if (strcmp(pattern + inverted + 1, reading->sets[i].name) == 0)
            vfj_span_copy(pattern + inverted, (size_t)VFJ_RULE_VALUE_SIZE - inverted,
                          vfj_span_of(reading->sets[i].value));
    }
}

static void finish(struct reading *reading)
{
    struct vfj_devd_rules *rules = reading->rules;
    for (unsigned i = 0; i < rules->count; i++) {
        for (unsigned k = 0; k < rules->rules[i].match_count; k++)
            expand(reading, rules->rules[i].matches[k].pattern);
    }
    if (rules->count > 0)
        qsort(rules->rules, rules->count, sizeof rules->rules[0], by_priority);
}

bool vfj_devd_rules_read(struct vfj_devd_rules *rules, const char *root)
{
    struct reading *reading = calloc(1, sizeof *reading);
    memset(rules, 0, sizeof *rules);
    rules->rules = calloc(VFJ_RULES_MAX, sizeof rules->rules[0]);
    bool right = reading != NULL && rules->rules != NULL;
    if (right) {
        reading->rules = rules;
        reading->root = root;
        right = read_file(reading, "/etc/devd.conf");
        for (unsigned i = 0; i < reading->directory_count; i++)
            read_directory(reading, reading->directories[i]);
        finish(reading);
    }
    free(reading);
    return right;
}

void vfj_devd_rules_free(struct vfj_devd_rules *rules)
{
    free(rules->rules);
    memset(rules, 0, sizeof *rules);
}

static const char *value_of(const struct vfj_devd_fact *facts, unsigned count, const char *key)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(facts[i].key, key) == 0)
            return facts[i].value;
    }
    return "";
}

/* Returns true when the pattern matches the whole value, without regard to case (devd.cc,
 * match::do_match). A pattern with a leading '!' must not match it. */
static bool matches(const char *pattern, const char *value)
{
    char anchored[VFJ_RULE_VALUE_SIZE + 4];
    regex_t regex;
    bool inverted = pattern[0] == '!';
    struct vfj_text text = vfj_text_begin(anchored, sizeof anchored);
    vfj_text_format(&text, "^%s$", pattern + inverted);
    if (regcomp(&regex, anchored, REG_EXTENDED | REG_NOSUB | REG_ICASE) != 0)
        return false;
    bool found = regexec(&regex, value, 0, NULL, 0) == 0;
    regfree(&regex);
    return found != inverted;
}

const struct vfj_devd_rule *vfj_devd_rules_choose(const struct vfj_devd_rules *rules,
                                                  const struct vfj_devd_fact *facts, unsigned count)
{
    for (unsigned i = 0; i < rules->count; i++) {
        const struct vfj_devd_rule *rule = &rules->rules[i];
        bool all = true;
        for (unsigned k = 0; k < rule->match_count && all; k++)
            all = matches(rule->matches[k].pattern, value_of(facts, count, rule->matches[k].key));
        if (all)
            return rule;
    }
    return NULL;
}
