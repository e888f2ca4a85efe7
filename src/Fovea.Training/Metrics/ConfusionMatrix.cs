using System.Globalization;
using System.Text;

namespace Fovea.Training;

/// <summary>How often images of each class were taken for each class: rows are the true classes, columns the predicted ones.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[] _counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">The names of the classes, at least one.</param>
    public ConfusionMatrix(IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes.Count, 1);
        Classes = classes;
        _counts = new long[checked(classes.Count * classes.Count)];
    }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Images counted.</summary>
    public long Total => _counts.Sum();

    /// <summary>Images on the diagonal.</summary>
    public long Correct => Enumerable.Range(0, Classes.Count).Sum(c => this[c, c]);

    /// <summary>How many images of class <paramref name="label"/> were taken for class <paramref name="predicted"/>.</summary>
    public long this[int label, int predicted] => _counts[Index(label, predicted)];

    /// <summary>Counts an image.</summary>
    public void Add(int label, int predicted) => _counts[Index(label, predicted)]++;

    /// <summary>Counts so many at once: pixels, mostly.</summary>
    internal void Add(int label, int predicted, long count) => _counts[Index(label, predicted)] += count;

    /// <summary>Precision, recall and F1 of each class.</summary>
    public IReadOnlyList<ClassMetrics> PerClass() => [.. Enumerable.Range(0, Classes.Count).Select(Of)];

    /// <summary>The matrix as CSV: a header of predicted classes, one row for each true class.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder("label\\predicted");
        foreach (string name in Classes)
        {
            csv.Append(',').Append(Csv.Quote(name));
        }

        csv.Append('\n');
        for (int label = 0; label < Classes.Count; label++)
        {
            csv.Append(Csv.Quote(Classes[label]));
            for (int predicted = 0; predicted < Classes.Count; predicted++)
            {
                csv.Append(',').Append(this[label, predicted].ToString(CultureInfo.InvariantCulture));
            }

            csv.Append('\n');
        }

        return csv.ToString();
    }

    private ClassMetrics Of(int c)
    {
        long support = 0;
        long predicted = 0;
        for (int i = 0; i < Classes.Count; i++)
        {
            support += this[c, i];
            predicted += this[i, c];
        }

        return new ClassMetrics(Classes[c], support, predicted, this[c, c]);
    }

    private int Index(int label, int predicted)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)Classes.Count, nameof(label));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted, (uint)Classes.Count, nameof(predicted));
        return label * Classes.Count + predicted;
    }
}

/// <summary>How well one class is told from the others.</summary>
/// <param name="Name">The class.</param>
/// <param name="Support">Images of the class.</param>
/// <param name="Predicted">Images taken for the class.</param>
/// <param name="Correct">Images of the class that were taken for it.</param>
public readonly record struct ClassMetrics(string Name, long Support, long Predicted, long Correct)
{
    /// <summary>Share of the images taken for the class that are of it; 0 when none was taken for it.</summary>
    public double Precision => Predicted == 0 ? 0 : (double)Correct / Predicted;

    /// <summary>Share of the class's images that were found; 0 when there are none.</summary>
    public double Recall => Support == 0 ? 0 : (double)Correct / Support;

    /// <summary>Harmonic mean of precision and recall: <c>2·correct / (support + predicted)</c>; 0 when both are 0.</summary>
    public double F1 => Support + Predicted == 0 ? 0 : 2.0 * Correct / (Support + Predicted);
}
