namespace Fovea.Models;

/// <summary>An object that is in a picture.</summary>
/// <param name="Box">Where it is.</param>
/// <param name="Class">What it is, counted from 0.</param>
/// <param name="IsIgnored">Whether it is neither learnt from nor asked for: a crowd, or what its labellers found too difficult.</param>
public readonly record struct LabelledBox(Box Box, int Class, bool IsIgnored = false)
{
    /// <summary>Numbers of a row of labels: class, x0, y0, x1, y1, flag.</summary>
    public const int Columns = 6;

    /// <summary>The class of a row that stands for no box.</summary>
    public const int None = -1;

    /// <summary>Reads the labels of a batch: rows (class, x0, y0, x1, y1, flag) in pixels, flag 1 for what is ignored, class −1 for no box.</summary>
    /// <param name="labels">Float32 [N, M, 6].</param>
    /// <param name="classes">Number of classes.</param>
    /// <returns>The boxes of each picture, in the order of the rows.</returns>
    /// <exception cref="ShapeException">The labels have another shape.</exception>
    /// <exception cref="DTypeException">They are not of Float32.</exception>
    /// <exception cref="DataFormatException">A class is none of them, or a box has no area.</exception>
    public static LabelledBox[][] Read(Tensor labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Rank != 3 || labels.Shape[2] != Columns)
        {
            throw new ShapeException("detection", "labels [N, M, 6] of rows (class, x0, y0, x1, y1, flag)", labels.Shape.ToString());
        }

        if (labels.DType != DType.Float32)
        {
            throw new DTypeException("detection", "Float32 labels", labels.DType.ToString());
        }

        var pictures = new LabelledBox[labels.Shape[0]][];
        int rows = labels.Shape[1];
        for (int n = 0; n < pictures.Length; n++)
        {
            ReadOnlySpan<float> picture = labels.AsSpan<float>().Slice(n * rows * Columns, rows * Columns);
            var boxes = new List<LabelledBox>();
            for (int i = 0; i < rows; i++)
            {
                ReadOnlySpan<float> row = picture.Slice(i * Columns, Columns);
                if (row[0] == None)
                {
                    continue;
                }

                boxes.Add(Checked(row, classes, n));
            }

            pictures[n] = [.. boxes];
        }

        return pictures;
    }

    private static LabelledBox Checked(ReadOnlySpan<float> row, int classes, int picture)
    {
        int label = (int)row[0];
        var box = new Box(row[1], row[2], row[3], row[4]);
        bool isClass = label == row[0] && (uint)label < (uint)classes;
        return isClass && box.Area is > 0 and < float.PositiveInfinity
            ? new LabelledBox(box, label, row[5] != 0)
            : throw new DataFormatException(isClass
                ? $"detection: expected boxes with x0 < x1 and y0 < y1, got {box} in picture {picture} of the batch."
                : $"detection: expected classes from 0 to {classes - 1}, or {None} for no box, got {row[0]} in picture {picture} of the batch.");
    }
}
