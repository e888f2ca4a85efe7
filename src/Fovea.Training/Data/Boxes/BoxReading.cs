using System.Globalization;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>Makes boxes in pixels of a picture of what a file says of it, and says what is wrong with them.</summary>
internal static class BoxReading
{
    // What tools round away at a picture's edge.
    private const double Rounding = 0.5;

    /// <summary>The boxes that can be used, within the picture.</summary>
    /// <param name="annotation">What the file says.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    public static (IReadOnlyList<LabelledBox> Boxes, IReadOnlyList<BoxFault> Faults) Read(BoxAnnotation annotation, BoxClasses classes, int width, int height)
    {
        var boxes = new List<LabelledBox>(annotation.Boxes.Count);
        var faults = new List<BoxFault>();
        var seen = new HashSet<(int, Box)>();
        (double across, double down) = annotation.IsRelative ? (width, height) : (1, 1);
        for (int i = 0; i < annotation.Boxes.Count; i++)
        {
            WrittenBox w = annotation.Boxes[i];
            (double x0, double y0, double x1, double y1) = (w.X0 * across, w.Y0 * down, w.X1 * across, w.Y1 * down);
            Box box = new((float)Math.Clamp(x0, 0, width), (float)Math.Clamp(y0, 0, height), (float)Math.Clamp(x1, 0, width), (float)Math.Clamp(y1, 0, height));
            int label = classes.LabelOf(w.Class);
            bool isCut = x0 < -Rounding || y0 < -Rounding || x1 > width + Rounding || y1 > height + Rounding;
            (BoxFaultKind Kind, string Text)? fault =
                label < 0 ? (BoxFaultKind.UnknownClass, $"is of the class \"{w.Class}\", which is none of the data's; {classes.Hint(w.Class)}")
                : !(x1 > x0 && y1 > y0) ? (BoxFaultKind.Empty, "has no area")
                : box.Area <= 0 ? (BoxFaultKind.Outside, string.Create(CultureInfo.InvariantCulture, $"lies outside of its picture of {width}x{height}"))
                : !seen.Add((label, box)) ? (BoxFaultKind.Duplicate, "is there twice")
                : isCut ? (BoxFaultKind.Clipped, string.Create(CultureInfo.InvariantCulture, $"reaches out of its picture of {width}x{height}"))
                : null;
            if (fault is { } found)
            {
                faults.Add(new BoxFault(found.Kind, string.Create(CultureInfo.InvariantCulture,
                    $"{annotation.Source}: box {i + 1} ({w.Class} {x0:0.##},{y0:0.##} to {x1:0.##},{y1:0.##}) {found.Text.TrimEnd('.')}.")));
            }

            if (fault is null or { Kind: BoxFaultKind.Clipped })
            {
                boxes.Add(new LabelledBox(box, label, w.IsIgnored));
            }
        }

        return (boxes, faults);
    }
}
