using System.Buffers.Binary;
using System.Security.Cryptography;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>What the check keeps of one picture.</summary>
/// <param name="Reason">Why it cannot be read; null when it can.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Format">Its pixel format.</param>
/// <param name="Hash">A hash of size, format and pixels: the same for equal pictures, however they are compressed.</param>
/// <param name="MaskHash">The same of its mask; 0 without one.</param>
/// <param name="Pixels">How many pixels of its mask each class has, those that do not count last; null without a mask of classes.</param>
/// <param name="TurnedAlone">The EXIF orientation by which the picture was turned and its mask was not; null otherwise.</param>
/// <param name="NotRead">The name of its format when no decoder reads that; else null.</param>
internal readonly record struct Finding(
    string? Reason, int Width, int Height, PixelFormat Format, UInt128 Hash, UInt128 MaskHash = default, int[]? Pixels = null, ExifOrientation? TurnedAlone = null,
    string? NotRead = null)
{
    /// <summary>What tells the picture and its mask from changed ones, as a record keeps it.</summary>
    public string Content => Reason is not null ? "unreadable"
        : MaskHash == default ? $"{(ulong)Hash:x16}"
        : $"{(ulong)Hash:x16}-{(ulong)MaskHash:x16}";

    public static Finding Of(IImageDataset dataset, int index)
    {
        try
        {
            ImageSample sample = dataset.Get(index);
            Image image = sample.Image;
            int[]? pixels = dataset.Task.CountPixels(sample, dataset.Classes.Count);
            return new Finding(null, image.Width, image.Height, image.Format, HashOf(image), sample.Mask is null ? default : HashOf(sample.Mask), pixels, sample.TurnedAlone);
        }
        catch (DataException e)
        {
            return new Finding(e.Message, 0, 0, default, default, NotRead: (e.InnerException as ImageException)?.Format?.Name);
        }
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
        Span<byte> result = stackalloc byte[32];
        hash.GetHashAndReset(result);
        return BinaryPrimitives.ReadUInt128LittleEndian(result);
    }
}
