using System.Globalization;

namespace Fovea.Training.Data;

/// <summary>
/// Reads labels as YOLO has them: a line for each object, the number of its class and the centre and the size of its box, in shares of the picture's
/// sides; or after the number the corners of an outline, around which the box is laid.
/// </summary>
internal static class YoloText
{
    private const int FewestCorners = 3;

    /// <summary>Reads the labels of one picture; an empty file says that it shows nothing.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="names">The names of the classes; null where nothing gives them: then they are called by their numbers.</param>
    /// <exception cref="DataException">A line is none of the two.</exception>
    public static BoxAnnotation Read(byte[] bytes, string source, IReadOnlyList<string>? names)
    {
        var boxes = new List<WrittenBox>();
        foreach (string line in TextLines.Of(bytes, source))
        {
            string[] fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            double[] numbers = new double[fields.Length - 1];
            bool isNumbers = int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int label);
            for (int i = 0; i < numbers.Length; i++)
            {
                isNumbers &= double.TryParse(fields[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) && double.IsFinite(numbers[i]);
            }

            bool isOutline = numbers.Length >= 2 * FewestCorners && numbers.Length % 2 == 0;
            if (!isNumbers || (numbers.Length != 4 && !isOutline))
            {
                throw new DataException(
                    $"{source}: expected lines of a class's number and x, y, width and height in shares of the picture, got \"{(line.Length > 60 ? line[..60] + "…" : line)}\".");
            }

            string name = names is null ? NameOf(label) : label < names.Count ? names[label] : fields[0];
            boxes.Add(isOutline ? Around(name, numbers) : OfCentre(name, numbers));
        }

        return new BoxAnnotation(source, boxes) { IsRelative = true };
    }

    /// <summary>What a class is called that nothing names.</summary>
    public static string NameOf(int label) => string.Create(CultureInfo.InvariantCulture, $"class {label}");

    private static WrittenBox OfCentre(string name, double[] n) =>
        new(name, n[0] - n[2] / 2, n[1] - n[3] / 2, n[0] + n[2] / 2, n[1] + n[3] / 2, false);

    private static WrittenBox Around(string name, double[] n)
    {
        IEnumerable<double> x = n.Where((_, i) => i % 2 == 0), y = n.Where((_, i) => i % 2 == 1);
        return new WrittenBox(name, x.Min(), y.Min(), x.Max(), y.Max(), false);
    }
}
