# A small writer of SVG: panels of lines over a few x values, and of bars.
# SPDX-License-Identifier: LGPL-2.1-or-later
import math

WIDTH, HEIGHT = 400, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 34, 84
COLOURS = ("#0b62a4", "#c8500a", "#2a7d2e", "#8b2fa0", "#a08000")
FLOOR = "#666666"


def _escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(x, y, text, anchor="start", size=11, more=""):
    return '<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d"%s>%s</text>' % (
        x, y, anchor, size, more, _escape(text))


def _line(x1, y1, x2, y2, colour, more=""):
    return '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"%s/>' % (
        x1, y1, x2, y2, colour, more)


def _label(value):
    return ("%g" % value) if value < 10000 else "%gk" % (value / 1000.0)


class Panel:
    """x: labels, evenly spaced. Lines: (name, values or None each, whether it is a floor)."""

    def __init__(self, title, x_title, x, lines, log=False):
        self.title, self.x_title, self.x, self.lines, self.log = title, x_title, x, lines, log
        values = [v for _, line, _ in lines for v in line if v]
        if log:
            self.low = 10.0 ** math.floor(math.log10(min(values)))
            self.high = 10.0 ** math.ceil(math.log10(max(values)))
        else:
            self.low, self.high = 0.0, max(values) * 1.1

    def _y(self, value):
        share = (math.log10(value / self.low) / math.log10(self.high / self.low) if self.log
                 else (value - self.low) / (self.high - self.low))
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def _x(self, i):
        room = WIDTH - LEFT - RIGHT
        return LEFT + room * (i + 0.5) / len(self.x)

    def _ticks(self):
        if self.log:
            return [10.0 ** e for e in range(int(round(math.log10(self.low))),
                                             int(round(math.log10(self.high))) + 1)]
        step = 10.0 ** math.floor(math.log10(self.high))
        while self.high / step < 4:
            step /= 2
        return [step * i for i in range(int(self.high / step) + 1)]

    def _frame(self):
        out = [_text(LEFT - 40, 18, self.title, size=13, more=' font-weight="bold"')]
        for tick in self._ticks():
            y = self._y(tick)
            out.append(_line(LEFT, y, WIDTH - RIGHT, y, "#dddddd"))
            out.append(_text(LEFT - 5, y + 4, _label(tick), "end"))
        for i, label in enumerate(self.x):
            out.append(_text(self._x(i), HEIGHT - BOTTOM + 14, str(label), "middle"))
        out.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 28, self.x_title, "middle"))
        return out

    def _legend(self, i, name, colour, dash):
        x, y = LEFT - 40 + (i % 2) * 190, HEIGHT - BOTTOM + 44 + i // 2 * 14
        return [_line(x, y - 4, x + 16, y - 4, colour, ' stroke-width="2"' + dash),
                _text(x + 20, y, name, size=10)]

    def svg(self):
        out, colours = self._frame(), iter(COLOURS)
        for i, (name, values, floor) in enumerate(self.lines):
            colour = FLOOR if floor else next(colours)
            dash = ' stroke-dasharray="5 3"' if floor else ""
            points = [(self._x(k), self._y(v)) for k, v in enumerate(values) if v]
            out.append('<polyline fill="none" stroke="%s" stroke-width="2"%s points="%s"/>' % (
                colour, dash, " ".join("%.1f,%.1f" % point for point in points)))
            if not floor:
                out += ['<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x, y, colour)
                        for x, y in points]
            out += self._legend(i, name, colour, dash)
        return out


class Bars(Panel):
    """Beside each x one bar a line, with its value above it."""

    def svg(self):
        out = self._frame()
        width = (WIDTH - LEFT - RIGHT) / len(self.x) * 0.8 / len(self.lines)
        for i, (name, values, _) in enumerate(self.lines):
            for k, value in enumerate(values):
                if not value:
                    continue
                x = self._x(k) + (i - len(self.lines) / 2.0) * width
                y = self._y(value)
                out.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' % (
                    x, y, width - 2, HEIGHT - BOTTOM - y, COLOURS[i]))
                out.append(_text(x + width / 2, y - 3, "%.3g" % value, "middle", 10))
            out += self._legend(i, name, COLOURS[i], "")
        return out


def write(path, panels, columns=2):
    rows = (len(panels) + columns - 1) // columns
    with open(path, "w") as target:
        target.write('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
                     'font-family="sans-serif" fill="#222222">\n'
                     '<rect width="100%%" height="100%%" fill="#ffffff"/>\n' %
                     (columns * WIDTH, rows * HEIGHT))
        for i, panel in enumerate(panels):
            target.write('<g transform="translate(%d %d)">\n%s\n</g>\n' % (
                i % columns * WIDTH, i // columns * HEIGHT, "\n".join(panel.svg())))
        target.write("</svg>\n")
