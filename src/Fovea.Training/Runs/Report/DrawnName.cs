using System.Globalization;
using Fovea.Imaging.Drawing;

namespace Fovea.Training;

/// <summary>Names as they are written into pictures.</summary>
internal static class DrawnName
{
    /// <summary>The name of a class, or its number where the name has letters that are not known.</summary>
    public static string Of(int label, IReadOnlyList<string> classes) =>
        Lettering.Knows(classes[label]) ? classes[label] : string.Create(CultureInfo.InvariantCulture, $"#{label}");
}
