/* The URL of Azure's instance metadata service. */
#ifndef VFJ_FREEBSD_SCHEDULED_URL_H
#define VFJ_FREEBSD_SCHEDULED_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

/* The service's link-local address is the same in every VM of Azure. */
#define VFJ_SCHEDULED_URL "http://169.254.169.254/metadata/scheduledevents?api-version=2020-07-01"

/* Path of the VM's name as plain text. The member Resources of a document lists names of VMs. */
#define VFJ_SCHEDULED_NAME_PATH "/metadata/instance/compute/name?api-version=2020-09-01&format=text"

struct vfj_url {
    char host[16]; /* an IPv4 address */
    uint16_t port;
    char path[192]; /* the path, with the query */
};

/* Reads "http://ADDRESS[:PORT]/PATH". The address is numeric, since the helper cannot resolve
 * names. The path is printable ASCII without blanks. Returns false for any other text. */
bool vfj_url_parse(struct vfj_span text, struct vfj_url *url);

#endif
