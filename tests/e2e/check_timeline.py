"""Checks a timeline: valid XML, links that lead to rows, no script, no texts that overlap, and no
stem or dot of an event on a text.
usage: check_timeline.py FILE..."""
import re
import sys
import xml.etree.ElementTree as tree

CHARACTER = 6.7  # width of a character of a label, in pixels
HEIGHT = 9


def name(element):
    return element.tag.rsplit("}", 1)[-1]


def texts_of(svg):
    """The boxes of the texts of the drawing, but for those of the table."""
    for parent in svg.iter():
        if "row" in parent.get("class", "").split():
            continue
        for child in parent:
            if name(child) != "text" or child.get("class") in ("title", "summary", "key"):
                continue
            x, y = float(child.get("x")), float(child.get("y"))
            width = CHARACTER * len(child.text or "")
            kind = child.get("class", "")
            if child.get("text-anchor") == "end" or kind in ("head", "sub", "number"):
                x -= width
            elif kind == "squeezed":
                x -= width / 2
            yield x, y, x + width, child.text or ""


def overlaps(svg):
    boxes = sorted(texts_of(svg), key=lambda box: (box[1], box[0]))
    for i, (left, y, right, text) in enumerate(boxes):
        for other_left, other_y, other_right, other in boxes[i + 1:]:
            if other_y - y >= HEIGHT:
                break
            if other_left < right - 2 and left < other_right - 2:
                yield text, other


def crossings(svg):
    """The texts on which the stem or the dot of an event lies."""
    boxes = list(texts_of(svg))
    for stem in svg.iter():
        if name(stem) != "path" or stem.get("class") != "stem":
            continue
        x, top, bottom = map(float, re.fullmatch(r"M([\d.]+) ([\d.]+)V([\d.]+)", stem.get("d")).groups())
        for left, y, right, text in boxes:
            if left + 1 < x < right - 1 and top < y and y - HEIGHT < bottom + 1:
                yield text


def check(path):
    data = open(path, "rb").read()
    faults = []
    if re.search(rb"[^\n -~]", data):
        faults.append("a byte that is not printable ASCII")
    root = tree.fromstring(data)
    svg = root if name(root) == "svg" else next(e for e in root.iter() if name(e) == "svg")
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    if len(ids) != len(set(ids)):
        faults.append("an id that is there twice")
    links = [e for e in root.iter() if name(e) == "a"]
    for link in links:
        if not re.fullmatch(r"#r[0-9]+", link.get("href", "")) or link.get("href")[1:] not in ids:
            faults.append("a link to nowhere: %s" % link.get("href"))
        if name(link[0]) != "title" or not link[0].text:
            faults.append("a link without a title")
    for element in root.iter():
        if name(element) in ("script", "image", "foreignObject", "iframe", "object"):
            faults.append("an element %s" % name(element))
        faults += ["an attribute %s" % key for key in element.attrib if key.lower().startswith("on")]
    for word in ("title", "desc"):
        found = [e for e in svg if name(e) == word]
        if len(found) != 1 or not found[0].text:
            faults.append("no %s" % word)
    plain = data.decode("ascii", "replace")
    for word in ("prefers-color-scheme: dark", "@media print"):
        if word not in plain:
            faults.append("no %s" % word)
    if re.search(r"url\((?!#vfj-hatch\))|@import|https?://(?!www\.w3\.org/2000/svg)", plain):
        faults.append("something from outside")
    faults += ["overlap: '%s' and '%s'" % pair for pair in overlaps(svg)]
    faults += ["crossed: '%s'" % text for text in crossings(svg)]
    width = float(svg.get("viewBox").split()[2])
    faults += ["outside: '%s'" % box[3] for box in texts_of(svg) if box[0] < 0 or box[2] > width + 1]
    for fault in faults:
        print("%s: %s" % (path, fault))
    return not faults and len(links) > 0


sys.exit(0 if all([check(path) for path in sys.argv[1:]]) else 1)
