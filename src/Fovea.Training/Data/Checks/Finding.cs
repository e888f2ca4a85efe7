using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Fovea.Imaging;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>What the check keeps of one picture.</summary>
/// <param name="Reason">Why it cannot be read; null when it can.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Format">Its pixel format.</param>
/// <param name="Hash">A hash of size, format and pixels: the same for equal pictures, however they are compressed.</param>
/// <param name="LabelHash">The same of its mask or its boxes; 0 without such.</param>
/// <param name="Counts">How many pixels or boxes each class has, those that do not count last; null where its task counts nothing.</param>
/// <param name="TurnedAlone">The EXIF orientation by which the picture was turned and its labels were not; null otherwise.</param>
/// <param name="NotRead">The name of its format when no decoder reads that; else null.</param>
internal readonly record struct Finding(
    string? Reason, int Width, int Height, PixelFormat Format, UInt128 Hash, UInt128 LabelHash = default, int[]? Counts = null, ExifOrientation? TurnedAlone = null,
    string? NotRead = null)
{
    private static readonly Image s_nothing = new(1, 1, PixelFormat.Grey);

    /// <summary>The brightest of the 8 bits that are kept of a picture of more; null for pictures of 8 bits.</summary>
    public byte? DeepBrightest { get; init; }

    /// <summary>Whether the picture was not looked at: of large shards a check decodes some.</summary>
    public bool IsPassedOver { get; init; }

    /// <summary>What tells the picture and its labels from changed ones, as a record keeps it.</summary>
    public string Content => Reason is not null ? "unreadable"
        : IsPassedOver ? string.Empty
        : LabelHash == default ? $"{(ulong)Hash:x16}"
        : $"{(ulong)Hash:x16}-{(ulong)LabelHash:x16}";

    /// <summary>The picture's boxes and what is wrong with them; null without such.</summary>
    public BoxSample? Boxes { get; init; }

    public static Finding Of(IImageDataset dataset, int index)
    {
        try
        {
            ImageSample sample = dataset.Get(index);
            Image image = sample.Image;
            int[]? counts = dataset.Task.CountIn(sample, dataset.Classes.Count);
            var boxes = sample as BoxSample;
            UInt128 labels = sample.Mask is { } mask ? HashOf(mask) : boxes is not null ? HashOf(boxes.Boxes) : default;

            // The pixels would stay in memory with it.
            return new Finding(null, image.Width, image.Height, image.Format, HashOf(image), labels, counts, sample.TurnedAlone)
            {
                Boxes = boxes is null ? null : boxes with { Image = s_nothing },
                DeepBrightest = sample.IsDeep ? Brightest(image) : null,
            };
        }
        catch (DataException e)
        {
            return new Finding(e.Message, 0, 0, default, default, NotRead: (e.InnerException as ImageException)?.Format?.Name);
        }
    }

    private static byte Brightest(Image image)
    {
        int colours = image.Channels >= 3 ? 3 : 1;
        byte brightest = 0;
        for (int i = 0; i < image.Pixels.Length; i += image.Channels)
        {
            foreach (byte sample in image.Pixels.AsSpan(i, colours))
            {
                brightest = Math.Max(brightest, sample);
            }
        }

        return brightest;
    }

    private static UInt128 HashOf(IReadOnlyList<LabelledBox> boxes)
    {
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> row = stackalloc byte[24];
        foreach (LabelledBox box in boxes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(row, box.Class);
            BinaryPrimitives.WriteSingleLittleEndian(row[4..], box.Box.X0);
            BinaryPrimitives.WriteSingleLittleEndian(row[8..], box.Box.Y0);
            BinaryPrimitives.WriteSingleLittleEndian(row[12..], box.Box.X1);
            BinaryPrimitives.WriteSingleLittleEndian(row[16..], box.Box.Y1);
            BinaryPrimitives.WriteInt32LittleEndian(row[20..], box.IsIgnored ? 1 : 0);
            hash.AppendData(row);
        }

        hash.GetHashAndReset(result);
        return BinaryPrimitives.ReadUInt128LittleEndian(result);
    }

    private static UInt128 HashOf(Image image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(head, image.Width);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], image.Height);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], (int)image.Format);
        hash.AppendData(head);
        hash.AppendData(image.Pixels);
        hash.AppendData(MemoryMarshal.AsBytes<float>(image.Values));
        Span<byte> result = stackalloc byte[32];
        hash.GetHashAndReset(result);
        return BinaryPrimitives.ReadUInt128LittleEndian(result);
    }
}
