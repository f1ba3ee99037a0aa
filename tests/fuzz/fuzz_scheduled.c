/* Fuzzes documents of Azure Scheduled Events. Each event that is made from a document can be
 * recorded, and is the same when it is read again. The bytes are also parsed as lines of the helper
 * process and as a URL. */
#include <stdint.h>
#include <string.h>

#include "adapters/freebsd/scheduled/url.h"
#include "core/check.h"
#include "store/scheduled_document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct vfj_scheduled *row)
{
    char body[VFJ_SCHEDULED_BODY_SIZE];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    struct vfj_scheduled again;
    vfj_scheduled_encode(row, &text);
    VFJ_CHECK(!text.overflow);
    VFJ_CHECK(vfj_scheduled_decode((struct vfj_span){body, text.length}, &again));
    VFJ_CHECK(memcmp(row, &again, sizeof again) == 0);
}

static void check_document(struct vfj_span text)
{
    static struct vfj_document_reader *reader;
    static struct vfj_scheduled_list list, open;
    struct vfj_scheduled rows[2 * VFJ_SCHEDULED_MAX];
    if (reader == NULL)
        reader = vfj_document_reader_open();
    if (reader == NULL || vfj_document_read(reader, text, "vm-1", &list) != NULL)
        return;
    VFJ_CHECK(list.count <= VFJ_SCHEDULED_MAX);
    for (unsigned i = 0; i < list.count; i++)
        check_row(&list.events[i]);
    VFJ_CHECK(vfj_scheduled_compare(&open, &list, rows) <= 2 * VFJ_SCHEDULED_MAX);
    VFJ_CHECK(vfj_scheduled_compare(&open, &list, rows) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vfj_span text = {(const char *)data, size};
    struct vfj_scheduled row;
    struct vfj_url url;
    check_document(text);
    if (vfj_scheduled_decode(text, &row))
        check_row(&row);
    VFJ_CHECK(!vfj_url_parse(text, &url) || url.path[0] == '/');
    return 0;
}
