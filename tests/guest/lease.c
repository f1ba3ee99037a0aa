/* Lease files of dhclient: var/db/dhclient.leases.IF, in the form of dhclient.leases(5). */
#include "tests/guest/lease.h"

#include "tests/guest/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LEASE_SECONDS = 86400 };

static void path_of(char *to, size_t size, const char *interface)
{
    guest_print(to, size, "var/db/dhclient.leases.%s", interface);
}

/* Finds VALUE in a line "WORD VALUE;", where VALUE may be quoted. Ends the line after VALUE by a
 * NUL. Returns false when the line has another WORD. */
static bool value_of(char *line, const char *word, char **value)
{
    size_t length = strlen(word);

    line += strspn(line, " \t");
    if (strncmp(line, word, length) != 0 || line[length] != ' ') {
        return false;
    }
    *value = line + length + strspn(line + length, " \"");
    (*value)[strcspn(*value, "\";")] = '\0';
    return true;
}

bool guest_lease_read(const char *interface, uint32_t *address)
{
    char path[64];
    char line[GUEST_LINE_SIZE];
    char *value;
    bool named = false;
    bool found = false;
    uint32_t fixed = 0;

    path_of(path, sizeof path, interface);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "lease", 5) == 0) {
            named = false;
            fixed = 0;
        } else if (value_of(line, "interface", &value)) {
            named = strcmp(value, interface) == 0;
        } else if (value_of(line, "fixed-address", &value)) {
            (void)guest_inet_parse(value, &fixed);
        } else if (line[0] == '}' && named && fixed != 0) {
            *address = fixed;
            found = true;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

static void put_time(FILE *file, const char *word, time_t at)
{
    char text[64];
    struct tm utc;

    if (gmtime_r(&at, &utc) != NULL
        && strftime(text, sizeof text, "%w %Y/%m/%d %H:%M:%S", &utc) > 0) {
        fprintf(file, "  %s %s;\n", word, text);
    }
}

void guest_lease_append(const char *interface, const struct guest_lease *lease)
{
    char path[64];
    char address[GUEST_MASK_SIZE];
    char mask[GUEST_MASK_SIZE];
    char router[GUEST_MASK_SIZE];
    time_t now = time(NULL);

    path_of(path, sizeof path, interface);
    FILE *file = fopen(path, "ae");
    if (file == NULL) {
        guest_die("%s: %s", path, strerror(errno));
    }
    guest_inet_print(address, sizeof address, lease->inet.address);
    guest_inet_print(mask, sizeof mask, guest_mask_of(lease->inet.length));
    guest_inet_print(router, sizeof router, lease->router);
    fprintf(file, "lease {\n  interface \"%s\";\n  fixed-address %s;\n  next-server %s;\n",
            interface, address, router);
    fprintf(file, "  option subnet-mask %s;\n  option routers %s;\n  option dhcp-lease-time %d;\n",
            mask, router, LEASE_SECONDS);
    fprintf(file, "  option dhcp-message-type 5;\n  option dhcp-server-identifier %s;\n", router);
    put_time(file, "renew", now + LEASE_SECONDS / 2);
    put_time(file, "rebind", now + LEASE_SECONDS / 8 * 7);
    put_time(file, "expire", now + LEASE_SECONDS);
    fprintf(file, "}\n");
    fclose(file);
}
