"""Draws the validation curves of runs as an SVG: a line for each group of runs, the mean of its seeds, with its seeds as thin lines.

    python3 draw_curves.py OUT.svg COLUMN TITLE NAME=RUN,RUN… NAME=RUN,RUN…

COLUMN is one of the runs' metrics.csv. Prints the numbers as well.
"""

import csv
import os
import sys

COLOURS = ["#0b6e4f", "#c8553d", "#8d6b94", "#33658a"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 340, 56, 20, 40, 44


def column(run, name):
    with open(os.path.join(run, "metrics.csv"), newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file)]


def main(out, name, title, *groups):
    curves = []
    for group in groups:
        label, runs = group.split("=", 1)
        seeds = [column(run, name) for run in runs.split(",")]
        mean = [sum(values) / len(values) for values in zip(*seeds)]
        curves.append((label, seeds, mean))
        print(label, " ".join(f"{v:.3f}" for v in mean), "| seeds:", "; ".join(" ".join(f"{v:.3f}" for v in s) for s in seeds))
    values = [v for _, seeds, _ in curves for s in seeds for v in s]
    low, high = min(0, min(values)), max(1 if max(values) <= 1 else 0, max(values))
    epochs = max(len(mean) for _, _, mean in curves)

    def place(epoch, value):
        x = LEFT + (WIDTH - LEFT - RIGHT) * (epoch / max(1, epochs - 1))
        return f"{x:.1f},{HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low):.1f}"

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/><text x="{LEFT}" y="22" font-size="14">{title}</text>']
    for i in range(6):
        value = low + (high - low) * i / 5
        x, y = place(0, value).split(",")
        lines.append(f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="#ddd"/><text x="{LEFT - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{value:.2g}</text>')
    for epoch in range(epochs):
        lines.append(f'<text x="{place(epoch, low).split(",")[0]}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{epoch + 1}</text>')
    lines.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">epoch</text>')
    for (label, seeds, mean), colour, row in zip(curves, COLOURS, range(len(curves))):
        for points, width in [(s, 0.8) for s in seeds] + [(mean, 2.5)]:
            lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" points="{" ".join(place(e, v) for e, v in enumerate(points))}"/>')
        lines.append(f'<text x="{WIDTH - RIGHT - 4}" y="{HEIGHT - BOTTOM - 12 - 16 * (len(curves) - 1 - row)}" text-anchor="end" fill="{colour}">{label}</text>')
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(lines + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
