/* Makes the view of one hn and its VF from the output of five programs, or from values of the
 * kernel. */
#include "adapters/freebsd/guest/view.h"

#include <string.h>

static void read_sysctl(void *context, struct vfj_span name, struct vfj_span value, bool cut)
{
    struct vfj_view_reader *reader = context;
    (void)cut;
    if (vfj_span_is(name, "hw.hn.vf_transparent"))
        reader->view->transparent = vfj_sysctl_transparent(value);
    else if (vfj_span_is(name, reader->vf_oid))
        vfj_name_parse(value, &reader->view->vf_name);
    else if (vfj_span_is(name, reader->rxvf_oid))
        vfj_name_parse(value, &reader->view->rxvf);
    if (!vfj_name_is_empty(vfj_view_vf(reader->view)))
        reader->vf = vfj_view_vf(reader->view);
}

static bool is(const struct vfj_interface *interface, struct vfj_name name)
{
    return vfj_name_equal(interface->name, name);
}

void vfj_view_take_interface(void *context, const struct vfj_interface *interface)
{
    struct vfj_view_reader *reader = context;
    struct vfj_view *view = reader->view;
    if (is(interface, reader->hn))
        view->hn = *interface;
    else if (is(interface, reader->vf))
        view->vf = *interface;
    else if (is(interface, reader->lagg))
        view->lagg = *interface;
    vfj_view_add_user(&reader->users, interface);
    if (interface->laggproto == VFJ_LAGGPROTO_NONE)
        return;
    if (vfj_interface_has_port(interface, reader->hn))
        view->hn_lagg = interface->name;
    if (vfj_interface_has_port(interface, reader->vf))
        view->vf_lagg = interface->name;
}

static void name_oid(char oid[64], const char *unit, const char *leaf)
{
    struct vfj_text text = vfj_text_begin(oid, 64);
    vfj_text_format(&text, "dev.hn.%s%s", unit, leaf);
}

void vfj_view_begin(struct vfj_view_reader *reader, const struct vfj_command *command,
                    struct vfj_view *view)
{
    memset(view, 0, sizeof *view);
    view->hn_name = command->a;
    view->transparent = VFJ_TRANSPARENT_ABSENT;
    reader->view = view;
    reader->hn = command->a;
    memset(&reader->users, 0, sizeof reader->users);
    reader->users.name = command->a;
    reader->lagg = command->b;
    reader->vf = command->c;
    name_oid(reader->vf_oid, command->text, ".vf");
    name_oid(reader->rxvf_oid, command->text, ".rxvf");
    vfj_sysctl_begin(&reader->sysctl, read_sysctl, reader);
    vfj_ifconfig_begin(&reader->ifconfig, vfj_view_take_interface, reader);
    vfj_route_begin(&reader->route);
    vfj_route_begin(&reader->route6);
    vfj_netstat_begin(&reader->netstat, vfj_view_take_route, reader);
}

void vfj_view_take_route(void *context, const struct vfj_table_route *route)
{
    struct vfj_view_reader *reader = context;
    bool is_on_lagg = vfj_name_equal(route->interface, reader->lagg);
    if (!is_on_lagg && !vfj_name_equal(route->interface, reader->hn))
        return;
    if (route->is_mixed) {
        reader->view->routes.truncated = true;
        return;
    }
    vfj_kept_routes_add(&reader->view->routes,
                        &(struct vfj_kept_route){.destination = route->destination,
                                                 .gateway = route->gateway,
                                                 .on_lagg = is_on_lagg,
                                                 .mtu = route->mtu});
}

void vfj_view_take_files(struct vfj_view_reader *reader, const struct vfj_slot_files *files)
{
    struct vfj_view *view = reader->view;
    view->script = files->script;
    memcpy(view->script_refused, files->script_refused, sizeof view->script_refused);
    view->lease = files->lease;
    view->hn_dhclient = files->hn_dhclient;
    view->vf_dhclient = files->vf_dhclient;
    view->lagg_dhclient = files->lagg_dhclient;
}

/* Stores a default route that leads through hn or the lagg. Ignores any other route. */
static void take_route(const struct vfj_view_reader *reader, const struct vfj_default_route *route,
                       struct vfj_address *gateway, bool *on_lagg)
{
    bool is_on_lagg = vfj_name_equal(route->interface, reader->lagg);
    if (vfj_name_is_empty(route->interface)
        || (!is_on_lagg && !vfj_name_equal(route->interface, reader->hn)))
        return;
    *gateway = route->gateway;
    *on_lagg = is_on_lagg && gateway->text[0] != '\0';
}

void vfj_view_end(struct vfj_view_reader *reader)
{
    struct vfj_view *view = reader->view;
    vfj_ifconfig_end(&reader->ifconfig);
    vfj_route_end(&reader->route);
    vfj_route_end(&reader->route6);
    vfj_netstat_end(&reader->netstat);
    view->hn.name = reader->hn;
    vfj_view_take_users(&view->hn, &reader->users);
    view->vf.name = reader->vf;
    view->lagg.name = reader->lagg;
    vfj_view_drop_interface_mtus(view);
    take_route(reader, &reader->route.route, &view->gateway, &view->gateway_on_lagg);
    if (reader->route6.route.is_static)
        take_route(reader, &reader->route6.route, &view->gateway6, &view->gateway6_on_lagg);
}
