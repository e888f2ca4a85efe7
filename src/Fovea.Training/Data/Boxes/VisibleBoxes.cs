using Fovea.Imaging;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>The boxes of a picture of which enough is in sight.</summary>
internal static class VisibleBoxes
{
    /// <summary>The parts of boxes that lie in a rectangle. What little is left of an object at an edge says nothing of it.</summary>
    /// <param name="frame">The rectangle.</param>
    /// <param name="boxes">The boxes, in pixels of their picture.</param>
    /// <param name="place">Where the picture lies.</param>
    /// <param name="least">The part of a box's area that must be left, 0 to 1.</param>
    public static IEnumerable<LabelledBox> In(Region frame, IEnumerable<LabelledBox> boxes, Framing place, double least)
    {
        foreach (LabelledBox labelled in boxes)
        {
            Box whole = place.Apply(labelled.Box);
            var seen = new Box(
                Math.Max(whole.X0, frame.X), Math.Max(whole.Y0, frame.Y), Math.Min(whole.X1, frame.X + frame.Width), Math.Min(whole.Y1, frame.Y + frame.Height));
            if (seen.Area > 0 && seen.Area >= least * whole.Area)
            {
                yield return labelled with { Box = seen };
            }
        }
    }
}
