"""Checks traces of `vfjournal export --perfetto` against Perfetto's published messages.
usage: check_perfetto.py [--has NAME]... FILE..."""
import sys

from google.protobuf import unknown_fields
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as messages

Event = messages.TrackEvent


def unknown_of(message):
    """The numbers of fields that the messages do not have, at any depth."""
    found = [field.field_number for field in unknown_fields.UnknownFieldSet(message)]
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            # A list of messages, or one message.
            for inner in value if hasattr(value, "add") else [value]:
                found += unknown_of(inner)
    return found


def check_event(event, tracks, open_slices, faults):
    track = tracks.get(event.track_uuid)
    if track is None:
        faults.append("an event on track %d, which is not described" % event.track_uuid)
        return
    if track.HasField("counter") != (event.type == Event.TYPE_COUNTER):
        faults.append("an event of type %d on track '%s'" % (event.type, track.name))
    stack = open_slices.setdefault(event.track_uuid, [])
    if event.type == Event.TYPE_SLICE_BEGIN:
        stack.append(event.name)
    elif event.type == Event.TYPE_SLICE_END:
        if not stack:
            faults.append("an end without a begin on track '%s'" % track.name)
        else:
            stack.pop()
    elif event.type == Event.TYPE_COUNTER:
        if event.counter_value not in (0, 1):
            faults.append("a counter of %d" % event.counter_value)
    elif event.type != Event.TYPE_INSTANT:
        faults.append("an event of type %d" % event.type)
    if event.type in (Event.TYPE_SLICE_BEGIN, Event.TYPE_INSTANT):
        if not event.name or not event.categories or len(event.debug_annotations) != 2:
            faults.append("an event without name, category or record")


def check(path, wanted):
    faults = []
    trace = messages.Trace()
    trace.ParseFromString(open(path, "rb").read())
    if unknown_of(trace):
        faults.append("unknown fields: %s" % sorted(set(unknown_of(trace))))
    tracks = {p.track_descriptor.uuid: p.track_descriptor for p in trace.packet
              if p.HasField("track_descriptor")}
    events = [p for p in trace.packet if p.HasField("track_event")]
    begins, ends = {}, []
    open_slices, names, last = {}, set(), 0
    for packet in trace.packet:
        if packet.trusted_packet_sequence_id != 1:
            faults.append("a packet of another sequence")
    for track in tracks.values():
        if track.parent_uuid and track.parent_uuid not in tracks:
            faults.append("track '%s' has an unknown parent" % track.name)
    for packet in events:
        event = packet.track_event
        if packet.timestamp < last:
            faults.append("time runs backwards at %d" % packet.timestamp)
        last = packet.timestamp
        names.add(event.name)
        check_event(event, tracks, open_slices, faults)
        for flow in event.flow_ids:
            begins[flow] = packet.timestamp
        ends += [(flow, packet.timestamp) for flow in event.terminating_flow_ids]
    for uuid, stack in open_slices.items():
        if stack:
            faults.append("slices without an end on track '%s': %s" % (tracks[uuid].name, stack))
    for flow, time in ends:
        if flow not in begins or begins[flow] > time:
            faults.append("flow %d ends before it begins" % flow)
    if len(ends) != len(begins):
        faults.append("%d flows begin, %d end" % (len(begins), len(ends)))
    snapshots = [p for p in trace.packet if p.HasField("clock_snapshot")]
    if len(snapshots) != 1 or len(snapshots[0].clock_snapshot.clocks) != 2:
        faults.append("no snapshot of the clocks")
    faults += ["not there: %s" % name for name in wanted if name not in names
               and name not in [t.name for t in tracks.values()]]
    for fault in faults[:20]:
        print("%s: %s" % (path, fault))
    print("%d tracks, %d events, %d flows" % (len(tracks), len(events), len(ends)))
    return not faults and len(events) > 0


wanted, files, arguments = [], [], iter(sys.argv[1:])
for argument in arguments:
    if argument == "--has":
        wanted.append(next(arguments))
    else:
        files.append(argument)
sys.exit(0 if all([check(path, wanted) for path in files]) else 1)
