/* Writes the results of replays as JUnit's XML. */
#include <limits.h>
#include <string.h>

#include "tools/replay/many.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* Prints a text as the value of an XML attribute, or as the content of an element. A byte that is
 * not printable ASCII becomes \xHH, except for a line end in content. Backslashes are not doubled,
 * because messages escape unprintable bytes in the same way. */
static void print_escaped(FILE *out, const char *text, bool is_content)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        case '\n':
            (void)fputs(is_content ? "\n" : " ", out);
            break;
        case '\\':
            (void)fputc('\\', out);
            break;
        default:
            vfj_terminal_print(out, (struct vfj_span){text, 1});
        }
    }
}

/* Returns a name for the status of a replay that failed, or NULL when the replay passed. */
static const char *type_of(const struct vfj_case *one)
{
    switch (one->exit_status) {
    case VFJ_EXIT_OK:
        return NULL;
    case VFJ_EXIT_DIFFERENT:
        return one->text == NULL || one->text[0] == '\0' ? "empty" : "diverged";
    case VFJ_EXIT_UNSURE:
        return "rules-changed";
    case VFJ_EXIT_DAMAGED:
        return "damaged";
    case VFJ_EXIT_EDITED:
        return "edited";
    case VFJ_EXIT_INCOMPLETE:
        return "incomplete";
    case VFJ_EXIT_SYSTEM:
        return "system";
    default:
        return "unusable";
    }
}

/* Returns true when the replay has no result, because the file is unusable or the system failed.
 * Every other failure is a result. */
static bool is_error(const struct vfj_case *one)
{
    return one->exit_status == VFJ_EXIT_UNUSABLE || one->exit_status == VFJ_EXIT_SYSTEM;
}

static void print_case(FILE *out, const struct vfj_case *one)
{
    const char *text = one->text != NULL ? one->text : "";
    const char *messages = one->messages != NULL ? one->messages : "";
    const char *first = messages[0] != '\0' ? messages : text;
    const char *element = is_error(one) ? "error" : "failure";
    char line[512], path[4 * PATH_MAX];
    struct vfj_text message = vfj_text_begin(line, sizeof line);
    (void)fputs("    <testcase classname=\"vfjournal.replay\" name=\"", out);
    struct vfj_text name = vfj_text_begin(path, sizeof path);
    vfj_terminal_add(&name, vfj_span_of(one->path));
    print_escaped(out, path, false);
    (void)fprintf(out, "\" time=\"%.6f\"", one->seconds);
    if (one->is_skipped) {
        (void)fputs("><skipped message=\"an earlier file failed\"/></testcase>\n", out);
        return;
    }
    if (type_of(one) == NULL) {
        (void)fputs("/>\n", out);
        return;
    }
    vfj_text_add_span(&message, (struct vfj_span){first, strcspn(first, "\n")});
    (void)fprintf(out, ">\n      <%s type=\"%s\" message=\"", element, type_of(one));
    print_escaped(out, line, false);
    (void)fputs("\">", out);
    print_escaped(out, messages, true);
    print_escaped(out, text, true);
    (void)fprintf(out, "</%s>\n    </testcase>\n", element);
}

bool vfj_junit_print(FILE *out, const struct vfj_case *cases, size_t count)
{
    size_t failures = 0, errors = 0, skipped = 0;
    double seconds = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_passed = cases[i].is_skipped || cases[i].exit_status == VFJ_EXIT_OK;
        failures += !is_passed && !is_error(&cases[i]);
        errors += !is_passed && is_error(&cases[i]);
        skipped += cases[i].is_skipped;
        seconds += cases[i].seconds;
    }
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    (void)fprintf(out,
                  "  <testsuite name=\"vfjournal replay\" tests=\"%zu\" failures=\"%zu\""
                  " errors=\"%zu\" skipped=\"%zu\" time=\"%.6f\">\n",
                  count, failures, errors, skipped, seconds);
    for (size_t i = 0; i < count; i++)
        print_case(out, &cases[i]);
    (void)fputs("  </testsuite>\n</testsuites>\n", out);
    return !ferror(out);
}
