/* Prints a fleet as an HTML page without scripts: the drawing, the host events and the guests. */
#include <stdlib.h>

#include "tools/fleet/plot.h"
#include "tools/timeline/draw.h"

enum { EVENTS_MAX = 50 };

static const char table_style[] = /**/
    "caption { text-align: left; font-weight: 600; font-size: 15px; padding: 0 0 6px; }\n"
    "th { text-align: left; font-weight: 600; color: var(--soft); }\n"
    "th, td { padding: 3px 14px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; "
    "}\n"
    "td.time { white-space: nowrap; }\n"
    "td.number, th.number { text-align: right; }\n";

/* Prints a table cell with a duration. When `us` is -1, no migration has ended, and the cell
 * contains "not over". */
static void print_duration(int64_t us, FILE *out)
{
    char words[64];
    struct vfj_text text = vfj_text_begin(words, sizeof words);
    if (us < 0)
        vfj_text_add(&text, "not over");
    else
        vfj_time_add_duration(&text, us);
    (void)fprintf(out, "<td class=\"number\">%s</td>", words);
}

static void print_guests(const struct vfj_fleet *fleet, FILE *out)
{
    (void)fputs("<table>\n<caption>Guests</caption>\n<thead><tr><th scope=\"col\">guest</th>"
                "<th scope=\"col\" class=\"number\">migrations</th><th scope=\"col\" "
                "class=\"number\">failed</th><th scope=\"col\" class=\"number\">not over</th>"
                "<th scope=\"col\" class=\"number\">longest</th><th scope=\"col\" "
                "class=\"number\">in all</th></tr></thead>\n<tbody>\n",
                out);
    for (size_t i = 0; i < fleet->guest_count; i++) {
        const struct vfj_fleet_guest *guest = &fleet->guests[i];
        (void)fputs("<tr><td>", out);
        vfj_markup_print(out, guest->name);
        (void)fprintf(out,
                      "</td><td class=\"number\">%u</td><td class=\"number\">%u</td>"
                      "<td class=\"number\">%u</td>",
                      guest->migrations, guest->failed, guest->unfinished);
        print_duration(guest->longest_us >= 0 || guest->migrations > 0 ? guest->longest_us : 0,
                       out);
        print_duration(guest->sum_us, out);
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody>\n</table>\n", out);
}

static void print_event(const struct vfj_fleet *fleet, const struct vfj_fleet_event *event,
                        enum vfj_zone zone, FILE *out)
{
    enum { NAMED = 6 };
    char when[64];
    struct vfj_text text = vfj_text_begin(when, sizeof when);
    size_t named = 0;
    vfj_time_add(&text, fleet->migrations[event->first].began_us, zone);
    (void)fprintf(out, "<tr><td class=\"time\">%s</td><td class=\"number\">%u</td>", when,
                  event->guests);
    print_duration(event->longest_us, out);
    (void)fputs("<td>", out);
    for (size_t i = event->first; i < event->end && named < NAMED; i++, named++) {
        (void)fputs(named == 0 ? "" : ", ", out);
        vfj_markup_print(out, fleet->guests[fleet->migrations[i].guest].name);
        (void)fprintf(out, " %s", fleet->migrations[i].slot.text);
    }
    if (event->first + named < event->end)
        (void)fprintf(out, " and %zu more", event->end - event->first - named);
    (void)fputs("</td></tr>\n", out);
}

static int by_guests(const void *a, const void *b)
{
    const struct vfj_fleet_event *one = a, *other = b;
    if (one->guests != other->guests)
        return one->guests > other->guests ? -1 : 1;
    return one->first < other->first ? -1 : one->first > other->first;
}

/* Prints the host events that affected the most guests. */
static void print_events(struct vfj_fleet *fleet, unsigned count, enum vfj_zone zone, FILE *out)
{
    struct vfj_fleet_event *events = calloc(count + 1, sizeof *events);
    size_t at = 0;
    fleet->no_memory |= events == NULL;
    if (events == NULL || count == 0) {
        free(events);
        return;
    }
    for (unsigned i = 0; i < count; i++)
        (void)vfj_fleet_next_event(fleet, &at, &events[i]);
    qsort(events, count, sizeof *events, by_guests);
    (void)fputs("<table>\n<caption>Guests that lost their VFs together", out);
    if (count > EVENTS_MAX)
        (void)fprintf(out, ": the %d largest groups of %u", (int)EVENTS_MAX, count);
    (void)fputs("</caption>\n<thead><tr><th scope=\"col\">time</th><th scope=\"col\" "
                "class=\"number\">guests</th><th scope=\"col\" class=\"number\">longest</th>"
                "<th scope=\"col\">which</th></tr></thead>\n<tbody>\n",
                out);
    for (unsigned i = 0; i < count && i < EVENTS_MAX; i++)
        print_event(fleet, &events[i], zone, out);
    (void)fputs("</tbody>\n</table>\n", out);
    free(events);
}

void vfj_fleet_print_html(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out)
{
    char title[128], summary[512];
    struct vfj_text head = vfj_text_begin(title, sizeof title);
    struct vfj_text lead = vfj_text_begin(summary, sizeof summary);
    struct vfj_fleet_totals totals;
    struct vfj_fleet_plot *plot = vfj_fleet_plot_make(fleet, zone, out);
    if (plot == NULL)
        return;
    vfj_fleet_sum(fleet, &totals);
    vfj_fleet_describe(fleet, &totals, zone, &head, &lead);
    vfj_page_begin(&(struct vfj_page){.title = title,
                                      .summary = summary,
                                      .drawing_style = vfj_fleet_style,
                                      .table_style = table_style,
                                      .role = "img",
                                      .width = VFJ_FLEET_WIDTH,
                                      .height = vfj_fleet_plot_height(plot)},
                   out);
    vfj_fleet_plot_print(plot);
    (void)fputs("</svg>\n", out);
    print_events(fleet, totals.host_events, zone, out);
    print_guests(fleet, out);
    vfj_page_end(out);
    free(plot);
}
