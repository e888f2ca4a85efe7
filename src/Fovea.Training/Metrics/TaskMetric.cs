using System.Globalization;

namespace Fovea.Training;

/// <summary>A number that a task measures.</summary>
/// <param name="Name">Its name in files: <c>top1</c>, <c>mean_iou</c>; columns are <c>train_</c> or <c>val_</c> and it.</param>
/// <param name="Title">Its name for people: <c>top-1</c>, <c>mean IoU</c>.</param>
public sealed record TaskMetric(string Name, string Title)
{
    /// <summary>Its name in event files, after <c>train/</c> or <c>val/</c>; by default <see cref="Name"/>.</summary>
    public string Tag { get; init; } = Name;

    /// <summary>Whether it is a share from 0 to 1, printed as percent (default); else a plain number.</summary>
    public bool IsShare { get; init; } = true;

    /// <summary>Whether less of it is better; default false.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>The value for people: <c>81.32 %</c>, <c>0.5417</c>; <c>n.a.</c> for null.</summary>
    /// <param name="value">The value.</param>
    public string Text(double? value) => IsShare ? Format.Percent(value) : Format.Number(value);

    /// <summary>A difference for people, with its sign: points of a share, <c>+0.42</c>, else a plain number, <c>−0.0031</c>.</summary>
    /// <param name="difference">The difference.</param>
    public string SignedText(double difference) => IsShare
        ? (100 * difference).ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture)
        : difference.ToString("+0.0000;−0.0000;0.0000", CultureInfo.InvariantCulture);

    /// <summary>Whether a value is better than another; none is no better.</summary>
    /// <param name="value">The value.</param>
    /// <param name="than">The other.</param>
    public bool IsBetter(double? value, double? than) => LowerIsBetter ? value < than : value > than;

    /// <summary>Its name in JSON after a prefix: <c>valMeanIou</c>.</summary>
    internal string JsonName(string prefix) =>
        prefix + string.Concat(Name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
}
