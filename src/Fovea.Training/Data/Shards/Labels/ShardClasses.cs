using System.Globalization;

namespace Fovea.Training.Data;

/// <summary>Shards of pictures with a class each.</summary>
internal sealed class ShardClasses : ShardSet
{
    private readonly int[] _labels;

    /// <summary>Opens shards.</summary>
    /// <param name="source">The shards.</param>
    /// <param name="options">How pictures are decoded.</param>
    /// <exception cref="DataException">There is no picture with a label in any, or a label is of no class.</exception>
    public ShardClasses(ShardSource source, DatasetOptions options)
        : base(source, ShardLabels.Classes, "a .cls or .json", options)
    {
        // Numbers count the classes, even where a class is called by the number of another.
        bool isNumbered = Indices.All(i => Array.TrueForAll(i.Texts, t => NumberOf(t) is not null));
        Classes = source.Classes ?? ClassesOf(Indices, isNumbered, Source);
        Dictionary<string, int> places = Classes.Select((name, place) => (name, place)).ToDictionary(c => c.name, c => c.place, StringComparer.Ordinal);
        _labels = new int[Count];
        for (int s = 0; s < Indices.Length; s++)
        {
            int[] map = [.. Indices[s].Texts.Select(text => isNumbered && NumberOf(text) < Classes.Count ? NumberOf(text)!.Value
                : !isNumbered && places.TryGetValue(text, out int place) ? place
                : throw new DataException($"{ShardName(s)}: the label \"{text}\" is none of the {Classes.Count} classes; name it in classes.txt beside the shards."))];
            for (int i = 0; i < Indices[s].Count; i++)
            {
                _labels[StartOf(s) + i] = map[Indices[s].Labels[i]];
            }
        }

        Forget();
    }

    public override DataTask Task => DataTask.Classify;

    public override IReadOnlyList<string> Classes { get; }

    public override int Label(int index) => _labels[index];

    protected override ImageSample Sample(int index, ShardPicture picture) => new(picture.Image, _labels[index], picture.Name) { IsDeep = picture.IsDeep };

    private static string[] ClassesOf(ShardIndex[] indices, bool isNumbered, string source)
    {
        string[] texts = [.. indices.SelectMany(i => i.Texts).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (!isNumbered)
        {
            return texts;
        }

        int most = texts.Max(t => NumberOf(t)!.Value);
        return most < ShardFolder.MostClasses
            ? [.. Enumerable.Range(0, most + 1).Select(n => n.ToString(CultureInfo.InvariantCulture))]
            : throw new DataException($"{source}: expected classes counted from 0, at most {ShardFolder.MostClasses} of them, got class {most}.");
    }

    private static int? NumberOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
