namespace Fovea.Training.Data;

/// <summary>Shards of pictures with boxes. A picture without a file of them, or with one that cannot be read or is of another size, is one that cannot be read.</summary>
internal sealed class ShardBoxes : ShardSet, IWrittenBoxes
{
    private readonly Lazy<BoxClasses> _classes;
    private readonly string[]? _names;

    /// <summary>Opens shards.</summary>
    /// <param name="source">The shards.</param>
    /// <param name="trained">The classes of the training part; null where this is it.</param>
    /// <param name="options">How pictures are decoded.</param>
    /// <exception cref="DataException">There is no picture with boxes in any.</exception>
    public ShardBoxes(ShardSource source, Lazy<BoxClasses>? trained, DatasetOptions options)
        : base(source, ShardLabels.Boxes, "boxes (.json)", options)
    {
        _names = source.Classes;
        string[] found = Found();
        _classes = trained ?? new Lazy<BoxClasses>(() => ClassesOf(found));
        Forget();
    }

    public override DataTask Task => DataTask.Detect;

    public override IReadOnlyList<string> Classes => _classes.Value.Names;

    /// <summary>The classes, for the part that is measured on.</summary>
    public Lazy<BoxClasses> Trained => _classes;

    public BoxAnnotation Annotation(int index)
    {
        (byte[] bytes, string source) = Part(index, "boxes");
        return bytes.Length <= ShardBoxJson.MostBytes
            ? ShardBoxJson.Read(bytes, source, _names)
            : throw new DataException($"{source}: expected the boxes of one picture, of {ShardBoxJson.MostBytes} bytes at most, got {bytes.Length}.") { IsDamage = true };
    }

    protected override ImageSample Sample(int index, ShardPicture picture) =>
        BoxedPicture.Of(picture.Image, picture.Name, Annotation(index), picture.Turn, picture.IsDeep, _classes.Value);

    // Of names that differ in capitals alone that of most shards is the class's, and the others are mistakes.
    private string[] Found() =>
    [
        .. Indices.SelectMany(i => i.Texts).GroupBy(t => t, StringComparer.Ordinal).GroupBy(g => g.Key, StringComparer.OrdinalIgnoreCase)
            .Select(spellings => spellings.OrderByDescending(s => s.Count()).ThenBy(s => s.Key, StringComparer.Ordinal).First().Key).Order(StringComparer.Ordinal),
    ];

    private BoxClasses ClassesOf(string[] found) => (Options.MaskClasses ?? _names ?? (IReadOnlyList<string>)found) is { Count: > 0 } names
        ? BoxClasses.Named(names)
        : throw new DataException($"{Source}: expected boxes beside some of {Count} pictures, got none.");
}
