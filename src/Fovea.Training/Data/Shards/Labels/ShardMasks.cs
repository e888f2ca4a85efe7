using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>Shards of pictures with a mask each. A picture without a mask, or with one that does not fit, is one that cannot be read.</summary>
internal sealed class ShardMasks : ShardSet
{
    private readonly Lazy<MaskLabels> _labels;
    private readonly MaskColorTable? _colors;

    /// <summary>Opens shards.</summary>
    /// <param name="source">The shards.</param>
    /// <param name="labels">What the values mean; asked for when the first mask is.</param>
    /// <param name="options">How pictures are decoded.</param>
    /// <exception cref="DataException">There is no picture with a mask in any.</exception>
    public ShardMasks(ShardSource source, Lazy<MaskLabels> labels, DatasetOptions options)
        : base(source, ShardLabels.Masks, "a mask (.mask.png)", options)
    {
        _labels = labels;

        // Ours hold numbers, whatever they were made of.
        _colors = source.Manifest is { HasMasks: true } ? null : options.MaskColors?.InOrderOf(options.MaskClasses);
        Forget();
    }

    public override DataTask Task => DataTask.Segment;

    public override IReadOnlyList<string> Classes => _labels.Value.Classes;

    /// <summary>What the values in the masks of a training part mean.</summary>
    /// <param name="source">Its shards.</param>
    /// <param name="options">What was asked for.</param>
    /// <exception cref="DataException">They are no numbers of classes.</exception>
    public static MaskLabels LabelsOf(ShardSource source, DatasetOptions options)
    {
        if (source is { Manifest.HasMasks: true, Classes: { } own })
        {
            return MaskLabels.Numbered(own, options.MaskClasses, options.IgnoreValue, source.Name);
        }

        if (options.MaskColors is { } colors)
        {
            return MaskLabels.Of(options.MaskClasses ?? colors.Classes, MaskLabels.Ignored, new bool[256]);
        }

        var unknown = new Lazy<MaskLabels>(() => throw new InvalidOperationException("masks: the values are being looked for."));
        bool[] seen = new ShardMasks(source, unknown, options).Values();
        return (options.MaskClasses ?? source.Classes) is { } names ? MaskLabels.Of(names, options.IgnoreValue, seen) : MaskLabels.Infer(options.IgnoreValue, seen, source.Name);
    }

    protected override ImageSample Sample(int index, ShardPicture picture)
    {
        (Image mask, string source, bool isTurned) = ReadMask(index);
        return MaskedPicture.Of(picture.Image, picture.Name, mask, source, isTurned ? ExifOrientation.TopLeft : picture.Turn, picture.IsDeep, _labels.Value);
    }

    // Of shards of others: which values occur in the masks that a check looks at.
    private bool[] Values()
    {
        bool[] seen = new bool[256];
        DataException? refused = null;
        int read = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!DataCheck.IsLookedAt(this, i))
            {
                continue;
            }

            try
            {
                foreach (byte value in ReadMask(i).Mask.Pixels)
                {
                    seen[value] = true;
                }

                read++;
            }
            catch (DataException e) when (e.IsDamage)
            {
                // The check names it, with the reason; here only what can be read counts.
                refused ??= e;
            }
        }

        return read > 0 ? seen : throw new DataException($"{Source}: none of the masks that were looked at can be read; the first: {refused!.Message}", refused);
    }

    private (Image Mask, string Source, bool IsTurned) ReadMask(int index)
    {
        (byte[] bytes, string source) = Part(index, "mask");
        try
        {
            return (MaskPixels.Of(ImageCodecs.DecodeStored(bytes, Options.Decoding, source), _colors), source, ImageCodecs.ReadOrientation(bytes) != ExifOrientation.TopLeft);
        }
        catch (ImageException e)
        {
            throw new DataException(e.Message.StartsWith(source, StringComparison.Ordinal) ? e.Message : $"{source}: {e.Message}", e) { IsDamage = true };
        }
    }
}
