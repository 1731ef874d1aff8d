# Numbers to words: medians, spreads and Markdown tables that are also fit to be read on a terminal.
# SPDX-License-Identifier: LGPL-2.1-or-later


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2.0


def spread(values):
    """The smallest and the greatest, as text."""
    return "%s–%s" % (number(min(values)), number(max(values)))


def number(value):
    """About three digits; a dash for what was not measured."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    for limit, form in ((10, "%.2f"), (100, "%.1f")):
        if abs(value) < limit:
            return form % value
    return "%.0f" % value


def table(head, rows):
    cells = [head] + [[cell if isinstance(cell, str) else number(cell) for cell in row]
                      for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]

    def line(row):
        # The first column is words; the others are figures.
        padded = [row[0].ljust(widths[0])] + [cell.rjust(width)
                                              for cell, width in zip(row[1:], widths[1:])]
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join(["-" * (widths[0] + 2)] +
                          ["-" * (width + 1) + ":" for width in widths[1:]]) + "|"
    return "\n".join([line(cells[0]), rule] + [line(row) for row in cells[1:]]) + "\n"


class Report:
    """Prints what it is given, and keeps it for the file."""

    def __init__(self):
        self._text = []

    def say(self, text):
        print(text, flush=True)
        self._text.append(text + "\n")

    def section(self, title, text, head=None, rows=None):
        self.say("## %s\n" % title)
        if text:
            self.say(text + "\n")
        if head:
            self.say(table(head, rows))

    def write(self, path):
        with open(path, "w") as target:
            target.write("".join(self._text))
